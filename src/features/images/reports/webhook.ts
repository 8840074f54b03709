import type { AbilityModel, DrawWebhook } from '../../../sdk/index.ts';
import type { Needs } from '../settings.ts';
import { deleteReportsBefore, findReport } from './store.ts';

/** No drawing waits longer. */
const longestMs = 15 * 60_000;
/** An older report is not taken. */
const keptMs = 60 * 60_000;

/** The signal of a report, which may come to another process than the one that draws. */
export const reportSignal = (provider: string, workId: string): string => `images/report/${provider}/${workId}`;

/**
 * Where the model's provider is to report. Undefined where it does not sign its reports, where its secret can't be had now, and
 * where the bot has no public address: it is asked again and again then.
 */
export async function webhookFor(
  context: Needs<'db' | 'logger' | 'models' | 'publicUrl' | 'signals'>,
  model: AbilityModel,
  signal: AbortSignal,
): Promise<DrawWebhook | undefined> {
  const { db, publicUrl, models, logger, signals } = context;
  const { provider } = model;
  if (publicUrl === undefined) return undefined;
  try {
    if ((await models.abilities.reportSecrets(model, signal)).length === 0) return undefined;
  } catch (error) {
    signal.throwIfAborted();
    logger.debug({ error, provider }, 'A provider does not tell how it signs its reports.');
    return undefined;
  }
  return {
    url: `${publicUrl}/api/images/reports/${encodeURIComponent(provider)}`,
    onReport: (workId, listener) => {
      const stop = new AbortController();
      const look = () => findReport(db, provider, workId);
      signals.until(reportSignal(provider, workId), look, { withinMs: longestMs, signal: stop.signal }).then(
        (found) => found && listener(),
        (error: unknown) => {
          if (!stop.signal.aborted) logger.debug({ error, provider }, 'Reports of a provider are not waited for.');
        },
      );
      return () => stop.abort();
    },
  };
}

export async function expireReports({ clock, db }: Needs<'clock' | 'db'>): Promise<void> {
  await deleteReportsBefore(db, new Date(clock.now() - keptMs));
}
