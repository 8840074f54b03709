import { UserError, VendorError } from '../../kernel/errors.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { ModelInfo } from '../../platform/models/index.ts';
import type { Amounts, Hold, HoldRequest, Terms } from '../ledger/index.ts';
import { recordRefusal, unpriced } from './admission.ts';
import { noticesOf, tellOverrun } from './notices.ts';
import type { SpendingOptions } from './options.ts';
import type { Admitted, ChargedWork, ModelCall, Notice, PaidCall, Use } from './port.ts';
import { refusedByLedger, refusedByPause } from './refusals.ts';
import { isCounted, longestOutput, termsNow, worstCase } from './terms.ts';
import type { AdmissionFacts } from './terms.ts';

/** The longest answer may take 180 s; what is open after twice that belongs to a run that died. */
const CALL_LASTS_MS = 6 * 60 * 1000;
/** How long a call waits while only other requests' holds are in its way. */
const PATIENCE_MS = 30_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;
/** A charge is tried again while the database is away for a moment; after that the hold ends by its time. */
const SETTLE_RETRIES_MS = [200, 1000, 3000];

export async function readAdmitted({ ledger }: SpendingOptions, request: string): Promise<Admitted> {
  const admission = (await ledger.holds(request)).find((hold) => hold.step === 'admission');
  if (!admission) throw new Error(`The request ${request} was never admitted.`);
  return { admission };
}

export async function callModel(options: SpendingOptions, call: ModelCall): Promise<PaidCall> {
  const { admission } = await (call.admitted ?? readAdmitted(options, call.follows ?? call.request));
  const candidates = usable(options, admission, call.candidates);
  const { prices } = options;
  const { inputTokens, outputTokens } = call;
  const wanted = worstCase(prices, candidates, inputTokens, outputTokens.wanted);
  const least = worstCase(prices, candidates, inputTokens, Math.min(outputTokens.least, outputTokens.wanted));
  const hold = await holdPatiently(options, admission, call, { wanted, least });
  options.checkpoint?.('held');
  const longest = longestOutput(prices, candidates, inputTokens, outputTokens.wanted, hold.held);
  return {
    outputTokens: longest,
    mayUse: (model) =>
      isUsable(options, admission, model) &&
      (worstCase(prices, [model], inputTokens, longest).micros ?? 0) <= (hold.held.micros ?? 0),
    settle: (uses) => settle(options, hold, uses),
    fail: (uses) => endUnpaid(options, hold, uses, 'lose'),
    waive: (uses) => endUnpaid(options, hold, uses, 'waive'),
  };
}

export async function chargeFor<T>(
  options: SpendingOptions,
  of: ChargedWork,
  work: () => Promise<{ result: T; used: Amounts }>,
): Promise<T> {
  const { admission } = await readAdmitted(options, of.request);
  const { ledger } = options;
  const hold = await holdPatiently(options, admission, of, { wanted: of.worstCase, least: of.worstCase });
  try {
    const { result, used } = await work();
    await withRetries(options, () => ledger.settle(hold.key, used, of.facts ?? {}));
    return result;
  } catch (error) {
    await withRetries(options, () => ledger.release(hold.key));
    throw error;
  }
}

const isUsable = (options: SpendingOptions, admission: Hold, model: ModelInfo): boolean =>
  isAllowed(options, admission, model) && options.prices.ofModel(model) !== undefined;

function isAllowed({ access }: SpendingOptions, { terms, facts }: Hold, model: ModelInfo): boolean {
  const place = { guildId: terms.guildId, channelId: terms.channelId ?? '' };
  const roles = (facts as Partial<AdmissionFacts>).roles ?? [];
  return access.isGranted(
    { roles, administrator: access.administrators.has(terms.payerId) },
    place,
    'models',
    model.id,
  );
}

/** Throws a UserError when none is left. */
function usable(options: SpendingOptions, admission: Hold, candidates: readonly ModelInfo[]): ModelInfo[] {
  const left = candidates.filter((model) => isUsable(options, admission, model));
  if (left.length > 0) return left;
  const [first] = candidates;
  if (!first) throw new Error(`The request ${admission.request} names no model.`);
  const error = isAllowed(options, admission, first)
    ? unpriced(options, first)
    : new UserError('refused.policy.models', 'this model is not allowed', { name: first.id, rule: rulesOf(admission) });
  recordRefusal(options, whereOf(admission), error);
  throw error;
}

const rulesOf = ({ facts }: Hold): string => ((facts as Partial<AdmissionFacts>).roles ?? []).join(', ');

type HeldCall = Pick<ModelCall, 'request' | 'step' | 'attempt' | 'signal' | 'facts' | 'account'>;

async function holdPatiently(
  options: SpendingOptions,
  admission: Hold,
  call: HeldCall,
  amounts: { wanted: Amounts; least: Amounts },
): Promise<Hold> {
  const { clock, ledger } = options;
  const untilMs = clock.now() + PATIENCE_MS;
  // Of this run alone: a run that is handed back and begun again has the same number.
  const key = `${call.request}#${call.step}#${options.ids.uuid()}`;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    const request: HoldRequest = {
      key,
      request: call.request,
      step: call.step,
      attempt: call.attempt,
      terms: termsOf(options, admission, call),
      ...amounts,
      expiresAtMs: clock.now() + CALL_LASTS_MS,
      ...(call.facts && { facts: call.facts }),
    };
    checkPause(options, admission);
    const result = await ledger.reserve(request);
    if (result.status === 'held') return result.hold;
    if (!result.refusal.passing || clock.now() >= untilMs) {
      const error = refusedByLedger(result.refusal, admission.terms.payerId);
      recordRefusal(options, whereOf(admission), error);
      throw error;
    }
    await clock.sleep(waitMs, call.signal);
  }
}

/** A server that pays for itself is an account of its own, bound by the pools alone. */
function termsOf({ budgets }: SpendingOptions, admission: Hold, { account }: HeldCall): Terms {
  const terms = termsNow(admission, budgets);
  if (account !== 'pool' || terms.guildId === null) return terms;
  const limits = terms.limits.filter(({ holder }) => holder.kind !== 'user');
  return { ...terms, payerId: `guild-${terms.guildId}`, allowances: [], limits };
}

function checkPause(options: SpendingOptions, admission: Hold): void {
  const pause = options.budgets.paused({ guildId: admission.terms.guildId });
  if (!pause) return;
  const error = refusedByPause(pause);
  recordRefusal(options, whereOf(admission), error);
  throw error;
}

const whereOf = ({ request, terms }: Hold) => ({
  request,
  caller: { userId: terms.payerId },
  place: { guildId: terms.guildId, channelId: terms.channelId ?? '' },
});

function amountsOf({ prices }: SpendingOptions, { model, usage }: Use): Amounts {
  if (!isCounted(model)) return {};
  const priced = prices.ofModel(model);
  const micros = priced ? prices.cost(priced.prices, usage) : 0;
  return { micros, tokens: Math.max(0, Math.ceil(usage.inputTokens + usage.outputTokens)) };
}

const factsOf = ({ model, usage }: Use): JsonObject => ({
  model: model.id,
  inputTokens: usage.inputTokens,
  outputTokens: usage.outputTokens,
  cachedInputTokens: usage.cachedInputTokens,
  reasoningTokens: usage.reasoningTokens,
  estimated: usage.estimated,
});

async function settle(options: SpendingOptions, hold: Hold, uses: readonly Use[]): Promise<Notice[]> {
  const { ledger } = options;
  const answered = uses.at(-1);
  if (!answered) {
    await withRetries(options, () => ledger.release(hold.key));
    return [];
  }
  await loseEarlier(options, hold, uses.slice(0, -1));
  const settlement = await withRetries(options, () =>
    ledger.settle(hold.key, amountsOf(options, answered), factsOf(answered)),
  );
  options.checkpoint?.('charged');
  if (settlement?.ended) tellOverrun(options, settlement.hold);
  return settlement ? noticesOf(options, settlement) : [];
}

async function endUnpaid(
  options: SpendingOptions,
  hold: Hold,
  uses: readonly Use[],
  how: 'lose' | 'waive',
): Promise<void> {
  const { ledger } = options;
  const last = uses.at(-1);
  await loseEarlier(options, hold, uses.slice(0, -1));
  const ended = await withRetries(options, () =>
    last ? ledger[how](hold.key, amountsOf(options, last), factsOf(last)) : ledger.release(hold.key),
  );
  if (ended?.state === 'lost') tellOverrun(options, ended);
}

/** Models that failed before another answered. */
async function loseEarlier(options: SpendingOptions, hold: Hold, uses: readonly Use[]): Promise<void> {
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
async function loseUse(options: SpendingOptions, hold: Hold, key: string, use: Use): Promise<void> {
  const { ledger, clock } = options;
  const { request, attempt, terms } = hold;
  const amounts = amountsOf(options, use);
  if ((amounts.micros ?? 0) === 0) return;
  const expiresAtMs = clock.now() + CALL_LASTS_MS;
  const step = `${hold.step}:failed`;
  await ledger.reserve({ key, request, step, attempt, terms, wanted: amounts, least: {}, expiresAtMs });
  await ledger.lose(key, amounts, factsOf(use));
}

/**
 * What is paid for has been given by now, so that a database which is away must not take it back: undefined, and the
 * hold ends by its time on the instance's account.
 */
async function withRetries<T>({ clock, logger }: SpendingOptions, run: () => Promise<T>): Promise<T | undefined> {
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
