import type { BudgetScope, Call, FeatureContext } from '../../sdk/index.ts';

export type MoneyContext = FeatureContext<Record<string, never>>;

/** What a budget or a pause is of, as the audit log names it. */
export const targetOf = ({ kind, id }: BudgetScope): string => (kind === 'instance' ? 'instance' : id);

/** The place whose pools pay: a thread is part of its channel. */
export function poolPlace(
  { discord }: MoneyContext,
  { guildId, channelId }: Pick<Call, 'guildId' | 'channelId'>,
): { guildId: string | null; channelId: string } {
  return { guildId, channelId: discord.cache.parentOfThread(channelId) ?? channelId };
}
