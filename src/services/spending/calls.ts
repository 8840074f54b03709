import { UserError } from '../../kernel/errors.ts';
import type { ModelInfo } from '../../platform/models/index.ts';
import type { Amounts, Hold, HoldRequest, Terms } from '../ledger/index.ts';
import { recordRefusal, unpriced } from './admission.ts';
import { CALL_LASTS_MS, endUnpaid, settle, withRetries, workOf } from './endings.ts';
import type { SpendingOptions } from './options.ts';
import type { Admitted, ChargedWork, HeldWork, ModelCall, PaidCall, Use, Work, WorkUse } from './port.ts';
import { refusedByLedger, refusedByPause } from './refusals.ts';
import { longestOutput, termsNow, worstCase } from './terms.ts';
import type { AdmissionFacts } from './terms.ts';

/** How long a call waits while only other requests' holds are in its way. */
const PATIENCE_MS = 30_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;

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
  const priced = (use: Use): WorkUse => workOf(options, use);
  const longest = longestOutput(prices, candidates, inputTokens, outputTokens.wanted, hold.held);
  return {
    outputTokens: longest,
    mayUse: (model) =>
      isUsable(options, admission, model) &&
      (worstCase(prices, [model], inputTokens, longest).micros ?? 0) <= (hold.held.micros ?? 0),
    settle: (uses) => settle(options, hold, uses.map(priced)),
    fail: (uses) => endUnpaid(options, hold, uses.map(priced), 'lose'),
    waive: (uses) => endUnpaid(options, hold, uses.map(priced), 'waive'),
  };
}

export async function holdWork(options: SpendingOptions, work: Work): Promise<HeldWork> {
  const { admission } = await (work.admitted ?? readAdmitted(options, work.follows ?? work.request));
  const { model, worstCase: most } = work;
  // The instance's own calls need no right of the member.
  const isOwn = work.account === 'instance';
  if (!isOwn && !isAllowed(options, admission, model)) throw refused(options, admission, notAllowed(admission, model));
  if (!most) throw refused(options, admission, unpriced(options, model, work.priceLine));
  const hold = await holdPatiently(options, admission, work, { wanted: most, least: most }, work.lastsMs);
  options.checkpoint?.('held');
  return {
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

function isAllowed({ access }: SpendingOptions, { terms, facts }: Hold, model: { id: string }): boolean {
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
  const isRefused = !isAllowed(options, admission, first);
  throw refused(options, admission, isRefused ? notAllowed(admission, first) : unpriced(options, first));
}

function notAllowed(admission: Hold, { id: name }: { id: string }): UserError {
  return new UserError('refused.policy.models', 'this model is not allowed', { name, rule: rulesOf(admission) });
}

/** Recorded as every refusal is. */
function refused(options: SpendingOptions, admission: Hold, error: UserError): UserError {
  recordRefusal(options, whereOf(admission), error);
  return error;
}

const rulesOf = ({ facts }: Hold): string => ((facts as Partial<AdmissionFacts>).roles ?? []).join(', ');

type HeldCall = Pick<ModelCall, 'request' | 'step' | 'attempt' | 'signal' | 'facts' | 'account'>;

async function holdPatiently(
  options: SpendingOptions,
  admission: Hold,
  call: HeldCall,
  amounts: { wanted: Amounts; least: Amounts },
  lastsMs = CALL_LASTS_MS,
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
      expiresAtMs: clock.now() + lastsMs,
      ...(call.facts && { facts: call.facts }),
    };
    checkPause(options, admission);
    const result = await ledger.reserve(request);
    if (result.status === 'held') return result.hold;
    if (!result.refusal.passing || clock.now() >= untilMs) {
      throw refused(options, admission, refusedByLedger(result.refusal, admission.terms.payerId));
    }
    await clock.sleep(waitMs, call.signal);
  }
}

/** A server that pays for itself, and the instance, are accounts of their own, bound by the pools alone. */
function termsOf({ budgets }: SpendingOptions, admission: Hold, { account }: HeldCall): Terms {
  const terms = termsNow(admission, budgets);
  const isServers = account === 'pool' && terms.guildId !== null;
  if (account !== 'instance' && !isServers) return terms;
  const limits = terms.limits.filter(({ holder }) => holder.kind !== 'user');
  return { ...terms, payerId: isServers ? `guild-${terms.guildId}` : 'instance', allowances: [], limits };
}

function checkPause(options: SpendingOptions, admission: Hold): void {
  const pause = options.budgets.paused({ guildId: admission.terms.guildId });
  if (pause) throw refused(options, admission, refusedByPause(pause));
}

const whereOf = ({ request, terms }: Hold) => ({
  request,
  caller: { userId: terms.payerId },
  place: { guildId: terms.guildId, channelId: terms.channelId ?? '' },
});
