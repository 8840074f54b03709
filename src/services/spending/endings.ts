import { VendorError } from '../../kernel/errors.ts';
import type { Hold } from '../ledger/index.ts';
import { noticesOf, tellOverrun } from './notices.ts';
import type { SpendingOptions } from './options.ts';
import type { Notice, Use, WorkUse } from './port.ts';
import { isCounted } from './terms.ts';

/** The longest answer may take 180 s; what is open after twice that belongs to a run that died. */
export const CALL_LASTS_MS = 6 * 60 * 1000;
/** A charge is tried again while the database is away for a moment; after that the hold ends by its time. */
const SETTLE_RETRIES_MS = [200, 1000, 3000];

/** What a call of a text model cost. */
export function workOf({ prices }: SpendingOptions, { model, usage }: Use): WorkUse {
  const counted = isCounted(prices, model);
  const priced = counted ? prices.ofModel(model) : undefined;
  const micros = priced ? prices.cost(priced.prices, usage) : 0;
  const tokens = Math.max(0, Math.ceil(usage.inputTokens + usage.outputTokens));
  return {
    amounts: counted ? { micros, tokens } : {},
    facts: {
      model: model.id,
      inputTokens: usage.inputTokens,
      outputTokens: usage.outputTokens,
      cachedInputTokens: usage.cachedInputTokens,
      reasoningTokens: usage.reasoningTokens,
      estimated: usage.estimated,
    },
  };
}

export async function settle(options: SpendingOptions, hold: Hold, uses: readonly WorkUse[]): Promise<Notice[]> {
  const { ledger } = options;
  const answered = uses.at(-1);
  if (!answered) {
    await withRetries(options, () => ledger.release(hold.key));
    return [];
  }
  await loseEarlier(options, hold, uses.slice(0, -1));
  const settlement = await withRetries(options, () => ledger.settle(hold.key, answered.amounts, answered.facts));
  options.checkpoint?.('charged');
  if (settlement?.ended) tellOverrun(options, settlement.hold);
  return settlement ? noticesOf(options, settlement) : [];
}

export async function endUnpaid(
  options: SpendingOptions,
  hold: Hold,
  uses: readonly WorkUse[],
  how: 'lose' | 'waive',
): Promise<void> {
  const { ledger } = options;
  const last = uses.at(-1);
  await loseEarlier(options, hold, uses.slice(0, -1));
  const ended = await withRetries(options, () =>
    last ? ledger[how](hold.key, last.amounts, last.facts) : ledger.release(hold.key),
  );
  if (ended?.state === 'lost') tellOverrun(options, ended);
}

/** Models that failed before another answered. */
async function loseEarlier(options: SpendingOptions, hold: Hold, uses: readonly WorkUse[]): Promise<void> {
  for (const [index, use] of uses.entries()) {
    const key = `${hold.key}#failed-${index + 1}`;
    await withRetries(options, () => loseUse(options, hold, key, use));
  }
}

/** Nobody got what was paid for. */
export async function writeOff(options: SpendingOptions, request: string): Promise<void> {
  const { ledger } = options;
  for (const { key } of await ledger.holds(request)) await withRetries(options, () => ledger.writeOff(key));
}

/** The hold is for one call, and this was another: what fits is held for it, and lost; the rest is an overrun. */
async function loseUse(options: SpendingOptions, hold: Hold, key: string, use: WorkUse): Promise<void> {
  const { ledger, clock } = options;
  const { request, attempt, terms } = hold;
  const { amounts, facts } = use;
  if ((amounts.micros ?? 0) === 0) return;
  const expiresAtMs = clock.now() + CALL_LASTS_MS;
  const step = `${hold.step}:failed`;
  await ledger.reserve({ key, request, step, attempt, terms, wanted: amounts, least: {}, expiresAtMs });
  await ledger.lose(key, amounts, facts);
}

/**
 * What is paid for has been given by now, so that a database which is away must not take it back: undefined, and the
 * hold ends by its time on the instance's account.
 */
export async function withRetries<T>(
  { clock, logger }: SpendingOptions,
  run: () => Promise<T>,
): Promise<T | undefined> {
  for (const delayMs of [...SETTLE_RETRIES_MS, undefined]) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof VendorError) || !error.retryable) throw error;
      if (delayMs === undefined) {
        logger.error({ error }, 'A use could not be charged; its hold ends by its time, on the instance.');
        return undefined;
      }
      await clock.sleep(delayMs);
    }
  }
  return undefined;
}
