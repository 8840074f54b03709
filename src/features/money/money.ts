import { UserError } from '../../kernel/errors.ts';
import type { Call, Caller, FeatureContext, Policy } from '../../sdk/index.ts';

export type MoneyContext = FeatureContext<Record<string, never>>;

export interface Subject {
  userId: string;
  own: boolean;
}

/** Whom a command tells about: the caller, or, for those who run the bot, anybody. */
export function subjectOf({ caller }: Pick<Call, 'caller'>, userId: string | undefined): Subject {
  if (userId === undefined || userId === caller.userId) return { userId: caller.userId, own: true };
  if (!caller.instanceAdministrator) throw new UserError('others', 'only for those who run the bot');
  return { userId, own: false };
}

/** What applies to somebody here. Of others the roles in this guild are not known, so their allowances are not shown. */
export function policyOf({ access }: MoneyContext, call: Call, { userId, own }: Subject): Policy {
  const other: Caller = {
    userId,
    displayName: '',
    roleIds: [],
    permissions: null,
    instanceAdministrator: access.administrators.has(userId),
  };
  return access.policy(own ? call.caller : other, call);
}

/** The place whose pools pay: a thread is part of its channel. */
export function poolPlace(
  { discord }: MoneyContext,
  { guildId, channelId }: Pick<Call, 'guildId' | 'channelId'>,
): { guildId: string | null; channelId: string } {
  return { guildId, channelId: discord.cache.parentOfThread(channelId) ?? channelId };
}
