import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Caller, Core, StoredChannel, StoredMessage } from '../contract.ts';
import { isUnicodeEmoji } from '../emoji.ts';
import { discordError } from '../errors.ts';
import { integer, parseForm, snowflake } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { announce } from '../messages/operations.ts';
import { MESSAGE_LIMITS } from '../messages/schema.ts';
import { memberObject, userObject } from '../serialise/user.ts';
import { compareSnowflakes } from '../snowflake.ts';
import { memberKey } from '../world.ts';
import { may, messageIn, requireIn, visibleChannel } from './access.ts';

type Emoji = StoredMessage['reactions'][number]['emoji'];

interface Target {
  channel: StoredChannel;
  message: StoredMessage;
}

export const registerReactionRoutes: Routes = (api, core) => {
  const all = '/channels/{channel_id}/messages/{message_id}/reactions';
  const ofEmoji = `${all}/{emoji_name}`;
  const find = (caller: Caller, params: Record<string, string>): Target => {
    const channel = visibleChannel(core, caller, params['channel_id']);
    return { channel, message: messageIn(core, channel, params['message_id']) };
  };
  registerReading(api, core);
  api.route({
    method: 'PUT',
    path: `${ofEmoji}/@me`,
    auth: 'any',
    handler: ({ caller, params }) => {
      addReaction(core, caller, find(caller, params), parseEmoji(core, params['emoji_name']));
    },
  });
  api.route({
    method: 'DELETE',
    path: `${ofEmoji}/@me`,
    auth: 'any',
    handler: ({ caller, params }) => {
      removeReaction(core, find(caller, params), parseEmoji(core, params['emoji_name']), caller.user.id);
    },
  });
  api.route({
    method: 'DELETE',
    path: `${ofEmoji}/{user_id}`,
    auth: 'any',
    handler: ({ caller, params }) => {
      const target = find(caller, params);
      if (params['user_id'] !== caller.user.id) requireModeration(core, caller, target.channel);
      removeReaction(core, target, parseEmoji(core, params['emoji_name']), params['user_id'] ?? '');
    },
  });
  api.route({
    method: 'DELETE',
    path: ofEmoji,
    auth: 'any',
    handler: ({ caller, params }) => {
      const target = find(caller, params);
      requireModeration(core, caller, target.channel);
      const emoji = parseEmoji(core, params['emoji_name']);
      const reactions = target.message.reactions.filter((reaction) => !isSame(reaction.emoji, emoji));
      core.world.messages.set(target.message.id, { ...target.message, reactions });
      announce(core, 'MESSAGE_REACTION_REMOVE_EMOJI', target.message, { ...idsOf(target), emoji });
    },
  });
  api.route({
    method: 'DELETE',
    path: all,
    auth: 'any',
    handler: ({ caller, params }) => {
      const target = find(caller, params);
      requireModeration(core, caller, target.channel);
      core.world.messages.set(target.message.id, { ...target.message, reactions: [] });
      announce(core, 'MESSAGE_REACTION_REMOVE_ALL', target.message, idsOf(target));
    },
  });
};

const registerReading: Routes = (api, core) => {
  const listQuery = z.object({
    limit: integer(1, 100).default(25),
    after: snowflake.optional(),
    /** 0 are normal reactions, 1 super reactions, of which nobody has any here. */
    type: integer(0, 1).default(0),
  });
  api.route({
    method: 'GET',
    path: '/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}',
    auth: 'any',
    handler: ({ caller, params, query }) => {
      const channel = visibleChannel(core, caller, params['channel_id']);
      const message = messageIn(core, channel, params['message_id']);
      requireIn(core, caller, channel, PermissionFlagsBits.ReadMessageHistory);
      const { limit, after, type } = parseForm(listQuery, query);
      const emoji = parseEmoji(core, params['emoji_name']);
      const userIds = message.reactions.find((reaction) => isSame(reaction.emoji, emoji))?.userIds ?? [];
      return (type === 1 ? [] : [...userIds])
        .sort(compareSnowflakes)
        .filter((userId) => after === undefined || compareSnowflakes(userId, after) > 0)
        .slice(0, limit)
        .flatMap((userId) => core.world.users.get(userId) ?? [])
        .map(userObject);
    },
  });
};

function addReaction(core: Core, caller: Caller, { channel, message }: Target, emoji: Emoji): void {
  requireIn(core, caller, channel, PermissionFlagsBits.ReadMessageHistory);
  if (channel.thread?.archived === true) throw discordError('archivedThread');
  const userId = caller.user.id;
  const present = message.reactions.find((reaction) => isSame(reaction.emoji, emoji));
  if (present?.userIds.includes(userId) === true) return;
  if (present === undefined) {
    requireIn(core, caller, channel, PermissionFlagsBits.AddReactions);
    if (message.reactions.length >= MESSAGE_LIMITS.reactions) throw discordError('maximumReactions');
    requireEmojiUsable(core, caller, channel, emoji);
  }
  const reactions =
    present === undefined
      ? [...message.reactions, { emoji, userIds: [userId] }]
      : message.reactions.map((reaction) =>
          reaction === present ? { ...reaction, userIds: [...reaction.userIds, userId] } : reaction,
        );
  core.world.messages.set(message.id, { ...message, reactions });
  const member = channel.guildId === null ? undefined : core.world.members.get(memberKey(channel.guildId, userId));
  announce(core, 'MESSAGE_REACTION_ADD', message, {
    user_id: userId,
    ...idsOf({ channel, message }),
    emoji,
    message_author_id: message.authorId,
    burst: false,
    type: 0,
    ...(member === undefined ? {} : { member: { ...memberObject(member, core.clock), user: userObject(caller.user) } }),
  });
}

function removeReaction(core: Core, { channel, message }: Target, emoji: Emoji, userId: string): void {
  const present = message.reactions.find((reaction) => isSame(reaction.emoji, emoji));
  if (present?.userIds.includes(userId) !== true) return;
  const reactions = message.reactions
    .map((reaction) =>
      reaction === present ? { ...reaction, userIds: reaction.userIds.filter((id) => id !== userId) } : reaction,
    )
    .filter((reaction) => reaction.userIds.length > 0);
  core.world.messages.set(message.id, { ...message, reactions });
  announce(core, 'MESSAGE_REACTION_REMOVE', message, {
    user_id: userId,
    ...idsOf({ channel, message }),
    emoji,
    burst: false,
    type: 0,
  });
}

function requireModeration(core: Core, caller: Caller, channel: StoredChannel): void {
  if (channel.guildId === null) throw discordError('dmChannelOnly');
  requireIn(core, caller, channel, PermissionFlagsBits.ManageMessages);
}

/** Emojis of other servers need a permission, and bots must be in that server; an application's are its bot's alone. */
function requireEmojiUsable(core: Core, caller: Caller, channel: StoredChannel, { id }: Emoji): void {
  const emoji = id === null ? undefined : core.world.emojis.get(id);
  if (emoji === undefined || emoji.guildId === channel.guildId) return;
  if (emoji.guildId === null) {
    if (emoji.applicationId !== caller.user.applicationId) throw discordError('unknownReactionEmoji');
    return;
  }
  if (core.world.members.get(memberKey(emoji.guildId, caller.user.id)) === undefined)
    throw discordError('unknownReactionEmoji');
  if (!may(core, caller, channel, PermissionFlagsBits.UseExternalEmojis)) throw discordError('missingPermissions');
}

/** `name:id` for a server's emoji, or the emoji itself; 10014 for anything else. */
function parseEmoji(core: Core, text: string | undefined): Emoji {
  const custom = /^(?:<?a?:)?[\w~-]+:(\d{1,20})>?$/.exec(text ?? '')?.[1];
  if (custom !== undefined) {
    const emoji = core.world.emojis.get(custom);
    if (emoji === undefined) throw discordError('unknownReactionEmoji');
    return { id: emoji.id, name: emoji.name };
  }
  if (text === undefined || !isUnicodeEmoji(text)) throw discordError('unknownReactionEmoji');
  return { id: null, name: text };
}

function isSame(left: Emoji, right: Emoji): boolean {
  if (left.id !== null || right.id !== null) return left.id === right.id;
  return left.name.replaceAll('\ufe0f', '') === right.name.replaceAll('\ufe0f', '');
}

function idsOf({ channel, message }: Target): Record<string, unknown> {
  return {
    channel_id: channel.id,
    message_id: message.id,
    ...(channel.guildId === null ? {} : { guild_id: channel.guildId }),
  };
}
