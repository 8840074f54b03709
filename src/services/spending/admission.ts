import { UserError } from '../../kernel/errors.ts';
import { abilityPriceLine } from '../../platform/models/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import type { Decision, Policy } from '../access/index.ts';
import type { Amounts, HoldRequest } from '../ledger/index.ts';
import type { AdmissionRequest } from './port.ts';
import type { SpendingOptions } from './options.ts';
import { refusedByLedger, refusedByPause, refusedByRate } from './refusals.ts';
import { factsOf, termsFor, worstCase } from './terms.ts';

/** A job that waits longer has lost its place in line; what it costs is held anew when it runs. */
const ADMISSION_LASTS_MS = 60 * 60 * 1000;

const admissionKey = (request: string): string => `${request}#admission`;

/**
 * Asks in the order that costs least: who may, whether it is paused, how often, how much. Every refusal is recorded with
 * its reason.
 */
export async function admit(options: SpendingOptions, tx: Tx, request: AdmissionRequest): Promise<void> {
  try {
    await check(options, tx, request);
  } catch (error) {
    if (error instanceof UserError) recordRefusal(options, request, error);
    throw error;
  }
}

async function check(options: SpendingOptions, tx: Tx, request: AdmissionRequest): Promise<void> {
  const { access, budgets, ledger, limits, clock } = options;
  const { caller, place } = request;
  const rule = checkAccess(options, request);
  const pause = budgets.paused(place);
  if (pause) throw refusedByPause(pause);
  const policy: Policy = await access.ownPolicy(caller, place, tx);
  const terms = await termsFor(options, tx, policy, place);
  const rates = access.rates(policy);
  if (rates.length > 0) {
    const taken = await limits.take(tx, rates);
    if (taken.status === 'refused') throw refusedByRate(taken);
  }
  const line: HoldRequest = {
    key: admissionKey(request.request),
    request: request.request,
    step: 'admission',
    attempt: 0,
    terms,
    wanted: estimate(options, request),
    expiresAtMs: clock.now() + ADMISSION_LASTS_MS,
    facts: { ...request.facts, ...factsOf(policy, rule) },
  };
  const result = await ledger.admit(tx, line);
  if (result.status === 'held') return;
  if (!result.refusal.passing) throw refusedByLedger(result.refusal, caller.userId);
  // Only others hold what is left, and most of it will come back: its call waits for that, without a place in line.
  await ledger.admit(tx, { ...line, wanted: {} });
}

function estimate({ prices }: SpendingOptions, { amounts = {}, model, tokens }: AdmissionRequest): Amounts {
  return model && tokens ? worstCase(prices, [model], tokens.input, tokens.output) : amounts;
}

/** Returns the rule that allows it. */
function checkAccess(options: SpendingOptions, request: AdmissionRequest): string {
  const { access, prices } = options;
  const { caller, place, action, model, ability } = request;
  const decision = access.decide(caller, place, action);
  if (!decision.allowed) throw notAllowed(decision);
  const asked = model ?? ability;
  if (!asked) return decision.rule;
  const ofModel = access.decide(caller, place, { kind: 'model', id: asked.id });
  if (!ofModel.allowed) throw notAllowed(ofModel);
  if (model && !prices.ofModel(model)) throw unpriced(options, model);
  if (ability && !request.amounts) throw unpriced(options, ability, abilityPriceLine(ability));
  return ofModel.rule;
}

/** As the edges of the bot say it. */
export function notAllowed(decision: Extract<Decision, { allowed: false }>): UserError {
  const { because, rule } = decision;
  if (because === 'rank') return new UserError('errors.not-allowed', 'not allowed', { who: decision.needed, rule });
  const { kind, name } = decision.missing;
  return new UserError(`refused.${because}.${kind}`, `${name} is not allowed (${rule})`, { name, rule });
}

/** With the lines of settings that would price the model. */
export function unpriced({ models }: SpendingOptions, { id }: { id: string }, line = models.priceLine(id)): UserError {
  return new UserError('refused.unpriced', `the price of ${id} is unknown`, { model: id, line });
}

/** The model that was refused, where it was that. */
function modelIn({ code, data }: UserError): string | null {
  const name = code === 'refused.unpriced' ? data['model'] : /^refused\.\w+\.models$/.test(code) ? data['name'] : null;
  return name === undefined || name === null ? null : String(name);
}

export function recordRefusal(
  { audit }: SpendingOptions,
  {
    request,
    caller,
    place,
  }: Pick<AdmissionRequest, 'request' | 'place'> & {
    caller: { userId: string; displayName?: string };
  },
  error: UserError,
): void {
  audit.refused({
    actorId: caller.userId,
    targetId: modelIn(error),
    guildId: place.guildId,
    channelId: place.channelId,
    reason: error.code,
    details: { request, ...error.data },
    names: { [caller.userId]: caller.displayName ?? '' },
  });
}
