import type { BudgetScope, Call, FeatureContext } from '../../sdk/index.ts';

export type MoneyContext = FeatureContext<Record<string, never>>;

/** The target of a budget or pause in the audit log. */
export const targetOf = ({ kind, id }: BudgetScope): string => (kind === 'instance' ? 'instance' : id);

/** The place whose pools pay: a thread belongs to its channel. */
export function poolPlace(
  { discord }: MoneyContext,
  { guildId, channelId }: Pick<Call, 'guildId' | 'channelId'>,
): { guildId: string | null; channelId: string } {
  return { guildId, channelId: discord.cache.parentOfThread(channelId) ?? channelId };
}
