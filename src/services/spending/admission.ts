import { UserError } from '../../kernel/errors.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import type { Policy } from '../access/index.ts';
import type { AdmissionRequest } from './port.ts';
import type { SpendingOptions } from './options.ts';
import { refusedByLedger, refusedByPause, refusedByRate } from './refusals.ts';
import { factsOf, termsFor } from './terms.ts';

/** A job that waits longer has lost its place in line; what it costs is held anew when it runs. */
const ADMISSION_LASTS_MS = 60 * 60 * 1000;

export const admissionKey = (request: string): string => `${request}#admission`;

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
  const policy: Policy = access.policy(caller, place);
  const terms = await termsFor(options, policy, place);
  const rates = access.rates(policy);
  if (rates.length > 0) {
    const taken = await limits.take(tx, rates);
    if (taken.status === 'refused') throw refusedByRate(taken);
  }
  const result = await ledger.admit(tx, {
    key: admissionKey(request.request),
    request: request.request,
    step: 'admission',
    attempt: 0,
    terms,
    wanted: request.estimate,
    expiresAtMs: clock.now() + ADMISSION_LASTS_MS,
    facts: { ...request.facts, ...factsOf(policy, rule) },
  });
  if (result.status === 'refused') throw refusedByLedger(result.refusal, caller.userId);
}

/** Returns the rule that allows it. */
function checkAccess({ access, prices, models }: SpendingOptions, request: AdmissionRequest): string {
  const { caller, place, action, model } = request;
  const decision = access.decide(caller, place, action);
  if (!decision.allowed) throw new UserError('refused.not-allowed', 'not allowed here', { rule: decision.rule });
  if (!model) return decision.rule;
  const ofModel = access.decide(caller, place, { kind: 'model', id: model.id });
  if (!ofModel.allowed) {
    throw new UserError('refused.model', 'this model is not allowed', { model: model.id, rule: ofModel.rule });
  }
  if (!prices.ofModel(model)) {
    throw new UserError('refused.unpriced', `the price of ${model.id} is unknown`, {
      model: model.id,
      line: models.priceLine(model.id),
    });
  }
  return ofModel.rule;
}

export function recordRefusal(
  { audit }: SpendingOptions,
  { request, caller, place }: Pick<AdmissionRequest, 'request' | 'place'> & { caller: { userId: string } },
  error: UserError,
): void {
  audit.refused({
    actorId: caller.userId,
    targetId: null,
    guildId: place.guildId,
    channelId: place.channelId,
    reason: error.code,
    details: { request, ...error.data },
  });
}
