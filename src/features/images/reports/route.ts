import { z } from 'zod';
import { defineRawRoute, isSignedReport, RouteError } from '../../../sdk/index.ts';
import type { Route } from '../../../sdk/index.ts';
import type { ImageContext } from '../settings.ts';
import { insertReport } from './store.ts';
import { reportSignal } from './webhook.ts';

/** A report repeats the inputs of the work, images among them. */
const mostBytes = 4 * 1024 * 1024;

/** What else it says is asked of the provider. */
const report = z
  .string()
  .transform((text, issues): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      issues.addIssue('no JSON');
      return z.NEVER;
    }
  })
  .pipe(z.object({ id: z.string().min(1).max(200) }));

/** Where providers report that their work is done. Only what they sign is read, and only the first report on the same work counts. */
export const reportRoutes = (context: ImageContext): Route[] => [
  defineRawRoute({
    method: 'POST',
    path: '/reports/:provider',
    summary: 'Where a provider reports that images are done. It signs its reports.',
    scope: 'public',
    maxBodyBytes: mostBytes,
    raw: { contentType: 'application/json', headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'] },
    params: z.object({ provider: z.string().max(100) }),
    run: async ({ params: { provider }, body, headers, signal }) => {
      const secrets = await secretsOf(context, provider, signal);
      const signed = {
        id: headers['webhook-id'],
        timestamp: headers['webhook-timestamp'],
        signature: headers['webhook-signature'],
        body,
      };
      if (!secrets.some((secret) => isSignedReport(signed, secret, context.clock.now()))) {
        throw new RouteError(401, 'report.unsigned', 'the report is not signed');
      }
      const read = report.safeParse(Buffer.from(body).toString());
      if (!read.success) return;
      const { id } = read.data;
      const isFirst = await insertReport(context.db, {
        provider,
        work_id: id,
        reported_at: new Date(context.clock.now()),
      });
      if (isFirst) context.signals.send(reportSignal(provider, id));
    },
  }),
];

async function secretsOf(
  { models, publicUrl, logger }: ImageContext,
  provider: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const model = models.abilities.list('draw').find((one) => one.provider === provider);
  // Without a public address no provider was ever told to report.
  if (!model || publicUrl === undefined) return [];
  try {
    return await models.abilities.reportSecrets(model, signal);
  } catch (error) {
    signal.throwIfAborted();
    logger.debug({ error, provider }, 'A report can not be checked.');
    throw new RouteError(503, 'report.unchecked', 'the provider does not tell its secret');
  }
}
