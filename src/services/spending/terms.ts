import type { Json } from '../../kernel/json.ts';
import type { ModelInfo } from '../../platform/models/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import type { AccessPlace, Policy } from '../access/index.ts';
import type { Budgets } from '../budgets/index.ts';
import type { Amounts, Hold, Limit, Terms } from '../ledger/index.ts';
import type { Prices } from '../prices/index.ts';
import type { SpendingOptions } from './options.ts';

/**
 * What applies to one request of this caller in this place, from policy, pools and what they allow themselves. Reads in the
 * caller's transaction: as many transactions as there are connections, each waiting for one more, would wait for ever.
 */
export async function termsFor(
  options: Pick<SpendingOptions, 'access' | 'budgets' | 'parentOfThread'>,
  tx: Tx,
  policy: Policy,
  place: AccessPlace,
): Promise<Terms> {
  const { access, budgets } = options;
  const pools = poolsAt(options, place);
  const caps = [...budgets.pools(pools), ...(await budgets.personal(policy.userId, tx))];
  return {
    payerId: policy.userId,
    ...pools,
    allowances: access.allowances(policy),
    limits: [...access.limits(policy), ...budgets.asLimits(caps)],
  };
}

/** A thread spends from its channel's pool. */
export function poolsAt({ parentOfThread }: Pick<SpendingOptions, 'parentOfThread'>, place: AccessPlace): AccessPlace {
  return { guildId: place.guildId, channelId: parentOfThread(place.channelId) ?? place.channelId };
}

/** The terms of an admission with the pools as they are now: a budget that was lowered meanwhile counts. */
export function termsNow(admission: Hold, budgets: Budgets): Terms {
  const { terms } = admission;
  const place = { guildId: terms.guildId, channelId: terms.channelId };
  const own = terms.limits.filter((limit: Limit) => limit.holder.kind === 'user');
  return { ...terms, limits: [...own, ...budgets.asLimits(budgets.pools(place))] };
}

/** The demo model uses nothing of anybody, unless somebody prices it, in the settings or by command. */
export const isCounted = (prices: Prices, model: ModelInfo): boolean =>
  !model.demo || prices.ofModel(model)?.source !== 'free';

/** The most that a call of any of these models can use. */
export function worstCase(
  prices: Prices,
  models: readonly ModelInfo[],
  inputTokens: number,
  outputTokens: number,
): Amounts {
  const counted = models.some((model) => isCounted(prices, model));
  const costs = models.map((model) => {
    const priced = prices.ofModel(model);
    return priced ? prices.worst(priced.prices, inputTokens, outputTokens) : 0;
  });
  return counted ? { micros: Math.max(0, ...costs), tokens: inputTokens + outputTokens } : {};
}

/** The longest answer that what was held pays for, whichever of the models gives it. */
export function longestOutput(
  prices: Prices,
  models: readonly ModelInfo[],
  inputTokens: number,
  wanted: number,
  held: Amounts,
): number {
  const byMoney = models.map((model) => {
    const priced = prices.ofModel(model);
    return priced ? prices.affordableOutput(priced.prices, inputTokens, held.micros ?? 0) : wanted;
  });
  const counted = models.some((model) => isCounted(prices, model));
  const byTokens = counted ? (held.tokens ?? 0) - inputTokens : wanted;
  return Math.max(0, Math.min(wanted, byTokens, ...byMoney));
}

/** Facts of an admission that its calls go by. */
export interface AdmissionFacts {
  roles: string[];
  rules: string[];
}

export function factsOf(policy: Policy, rule: string): { [key: string]: Json } & AdmissionFacts {
  return { roles: [...policy.roles], rules: [rule] };
}
