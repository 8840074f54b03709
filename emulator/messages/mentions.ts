import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { Core, StoredChannel } from '../contract.ts';
import { memberKey } from '../world.ts';
import type { AllowedMentionsForm } from './schema.ts';

interface Mentions {
  userIds: string[];
  roleIds: string[];
  everyone: boolean;
}

interface MentionContext {
  channel: StoredChannel;
  authorId: string;
  /** Webhooks may mention everyone; others need the permission. */
  isWebhook: boolean;
  /** Whom a reply answers. */
  repliedUserId: string | null;
  allowed: AllowedMentionsForm | null;
}

/** Whom the text mentions, as far as `allowed_mentions` and permissions let it. Nothing inside code mentions anybody. */
export function findMentions(core: Core, content: string, context: MentionContext): Mentions {
  const { channel, allowed } = context;
  const userIds = new Set<string>();
  const roleIds = new Set<string>();
  let everyone = false;
  if (content.includes('@')) {
    const spoken = content.replace(/```[\s\S]*?```|``[^`]+``|`[^`\n]+`/g, ' ');
    const mayMentionAll = mayMentionEveryone(core, context);
    for (const [, id = ''] of spoken.matchAll(/<@!?(\d{1,20})>/g)) {
      if (isAllowed('users', id, allowed) && isPresent(core, channel, id)) userIds.add(id);
    }
    for (const [, id = ''] of spoken.matchAll(/<@&(\d{1,20})>/g)) {
      const role = core.world.roles.get(id);
      if (role === undefined || role.guildId !== channel.guildId || !isAllowed('roles', id, allowed)) continue;
      if (role.mentionable || mayMentionAll) roleIds.add(id);
    }
    everyone = mayMentionAll && parses('everyone', allowed) && /@(everyone|here)\b/.test(spoken);
  }
  const pingsReplied = allowed === null || allowed.replied_user === true;
  if (context.repliedUserId !== null && pingsReplied) userIds.add(context.repliedUserId);
  return { userIds: [...userIds], roleIds: [...roleIds], everyone };
}

function parses(kind: 'users' | 'roles' | 'everyone', allowed: AllowedMentionsForm | null): boolean {
  return allowed === null || (allowed.parse?.includes(kind) ?? false);
}

function isAllowed(kind: 'users' | 'roles', id: string, allowed: AllowedMentionsForm | null): boolean {
  return parses(kind, allowed) || (allowed?.[kind]?.includes(id) ?? false);
}

function isPresent(core: Core, channel: StoredChannel, userId: string): boolean {
  if (channel.guildId === null) return channel.recipientIds.includes(userId);
  return core.world.members.get(memberKey(channel.guildId, userId)) !== undefined;
}

function mayMentionEveryone(core: Core, { channel, authorId, isWebhook }: MentionContext): boolean {
  if (channel.guildId === null) return false;
  if (isWebhook) return true;
  return (core.permissions(authorId, { channelId: channel.id }) & PermissionFlagsBits.MentionEveryone) !== 0n;
}
