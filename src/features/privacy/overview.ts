import { mayUse } from '../../sdk/index.ts';
import type { Call, OutgoingMessage } from '../../sdk/index.ts';
import { overviewMessage } from './render.ts';
import { daysIn } from './retention.ts';
import type { PrivacyContext } from './settings.ts';

/** The overview of the caller's own data. */
export async function showOverview(context: PrivacyContext, { caller, guildId, t }: Call): Promise<OutgoingMessage> {
  const { userId } = caller;
  const [amounts, readable] = await Promise.all([context.privacy.overview(userId), context.privacy.mayRead([userId])]);
  const overview = {
    ...{ userId, amounts },
    mayRead: readable.has(userId),
    retentionDays: guildId === null ? undefined : daysIn(context, guildId),
    managesRetention: guildId !== null && mayUse('guild-administrator', caller),
  };
  return overviewMessage(overview, context.texts, t);
}
