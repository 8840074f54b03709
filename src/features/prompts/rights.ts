import { PermissionFlagsBits } from 'discord-api-types/v10';
import { UserError } from '../../kernel/errors.ts';
import { mayUse } from '../../sdk/index.ts';
import type { Call } from '../../sdk/index.ts';
import type { PromptContext } from './settings.ts';
import { chatApi } from '../chat/api.ts';
import type { Library } from './rules.ts';
import type { ChoiceScope } from './store.ts';

export type Asker = Pick<Call, 'caller' | 'guildId' | 'channelId'>;

/** Throws a UserError unless the caller may choose this scope's prompt here. */
export async function checkMayChoose(context: PromptContext, call: Asker, scope: ChoiceScope): Promise<void> {
  const { guildId, caller } = call;
  if (scope === 'user') return;
  if (scope === 'conversation') {
    if (!(await context.use(chatApi).mayConfigure(call)))
      throw new UserError('system.not-yours', 'the conversation of another member');
    return;
  }
  if (guildId === null) throw new UserError('system.servers-only', 'a direct message has no such scope');
  const may = scope === 'channel' ? mayUse('moderator', caller) : await moderatesGuild(context, call);
  if (!may) throw new UserError(`system.moderators-${scope}`, 'moderators only');
}

/** Throws a UserError unless the caller may change this library. */
export async function checkMaySave(context: PromptContext, call: Asker, library: Library): Promise<void> {
  if (library === 'user') return;
  if (call.guildId === null) throw new UserError('prompts.servers-only', 'a direct message has no server');
  if (!(await moderatesGuild(context, call))) throw new UserError('prompts.moderators', 'moderators only');
}

/**
 * Members who can manage messages in the whole server: moderators of one channel can't change what applies everywhere.
 */
async function moderatesGuild({ discord: { cache } }: PromptContext, { guildId, caller }: Asker): Promise<boolean> {
  if (guildId === null) return false;
  if (caller.instanceAdministrator) return true;
  const guild = await cache.guild(guildId);
  if (!guild) return false;
  if (guild.ownerId === caller.userId) return true;
  const { Administrator, ManageMessages } = PermissionFlagsBits;
  const held = [guildId, ...caller.roleIds].reduce((bits, id) => bits | (guild.roles.get(id)?.permissions ?? 0n), 0n);
  return (held & (Administrator | ManageMessages)) !== 0n;
}
