import { MessageFlags, PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Caller, Core, MessageInput, StoredChannel, StoredMessage } from '../contract.ts';
import { discordError } from '../errors.ts';
import { integer, parseForm, snowflake } from '../forms.ts';
import type { ApiRequest, Routes } from '../http/router.ts';
import { positionOf } from '../message-index.ts';
import { forgetMessage } from '../messages/operations.ts';
import { snowflakeTimestampMs } from '../snowflake.ts';
import { may, messageIn, requireIn, requireMayWrite, requireTextChannel, visibleChannel } from './access.ts';
import { readableMessage } from './message-view.ts';
import { requireSlowmodeOver, WaitError } from './slowmode.ts';

/** Older messages cannot be deleted in bulk: 14 days. */
const BULK_DELETE_AGE_MS = 14 * 24 * 3_600_000;
/** Edits of messages older than this are limited further. */
const OLD_MESSAGE_AGE_MS = 3_600_000;
/** Message types that nobody may delete: recipient added and removed, call. */
const UNDELETABLE_TYPES: readonly number[] = [1, 2, 3, 4, 5, 14, 15, 16, 17, 21];

const listQuery = z.object({
  limit: integer(1, 100).default(50),
  before: snowflake.optional(),
  after: snowflake.optional(),
  around: snowflake.optional(),
});

export const registerMessageRoutes: Routes = (api, core) => {
  const path = '/channels/{channel_id}/messages';
  api.route({ method: 'GET', path, auth: 'any', handler: (request) => listMessages(core, request) });
  api.route({ method: 'POST', path, auth: 'any', handler: (request) => createMessage(core, request) });
  api.route({
    method: 'POST',
    path: `${path}/bulk-delete`,
    auth: 'bot',
    handler: (request) => {
      deleteMany(core, request);
    },
  });
  const one = `${path}/{message_id}`;
  api.route({
    method: 'GET',
    path: one,
    auth: 'any',
    handler: ({ caller, params }) => {
      const channel = visibleChannel(core, caller, params['channel_id']);
      const message = messageIn(core, channel, params['message_id']);
      if (!may(core, caller, channel, PermissionFlagsBits.ReadMessageHistory)) throw discordError('missingAccess');
      return readableMessage(core, message, caller);
    },
  });
  api.route({ method: 'PATCH', path: one, auth: 'any', handler: (request) => editMessage(core, request) });
  api.route({
    method: 'DELETE',
    path: one,
    auth: 'any',
    handler: ({ caller, params }) => {
      const channel = visibleChannel(core, caller, params['channel_id']);
      deleteMessage(core, caller, channel, messageIn(core, channel, params['message_id']));
    },
  });
};

function listMessages(core: Core, { caller, params, query }: ApiRequest<Caller>): unknown {
  const channel = visibleChannel(core, caller, params['channel_id']);
  requireTextChannel(channel);
  const { limit, before, after, around } = parseForm(listQuery, query);
  if (!may(core, caller, channel, PermissionFlagsBits.ReadMessageHistory)) return [];
  const messages = core.world.messagesOf(channel.id);
  let start = Math.max(0, messages.length - limit);
  let end = messages.length;
  if (around !== undefined) {
    start = Math.max(0, positionOf(messages, around) - Math.floor(limit / 2));
    end = start + limit;
  } else if (after !== undefined) {
    start = positionOf(messages, (BigInt(after) + 1n).toString());
    end = start + limit;
  } else if (before !== undefined) {
    end = positionOf(messages, before);
    start = Math.max(0, end - limit);
  }
  return messages
    .slice(start, end)
    .reverse()
    .map((message) => readableMessage(core, message, caller));
}

function createMessage(core: Core, { caller, params, body, files }: ApiRequest<Caller>): unknown {
  const channel = visibleChannel(core, caller, params['channel_id']);
  const input = (body ?? {}) as MessageInput;
  requireMayWrite(core, caller, channel, {
    files,
    embeds: Array.isArray(input.embeds) ? input.embeds : null,
    isReply: input.message_reference != null && (input.message_reference as { type?: unknown }).type !== 1,
  });
  const isVoice = (Number(input.flags ?? 0) & MessageFlags.IsVoiceMessage) !== 0;
  if (isVoice && channel.guildId !== null && !may(core, caller, channel, PermissionFlagsBits.SendVoiceMessages)) {
    throw discordError('voiceMessageForbidden');
  }
  requireSlowmodeOver(core, caller, channel);
  const mayUseTts = may(core, caller, channel, PermissionFlagsBits.SendTTSMessages);
  const message = core.messages.create(
    { channelId: channel.id, authorId: caller.user.id },
    input.tts === true && !mayUseTts ? { ...input, tts: false } : input,
    files,
  );
  const object = core.messages.serialise(message, caller.user.id);
  return message.nonce === null ? object : { ...object, nonce: message.nonce };
}

function editMessage(core: Core, { caller, params, body, files }: ApiRequest<Caller>): unknown {
  const channel = visibleChannel(core, caller, params['channel_id']);
  const message = messageIn(core, channel, params['message_id']);
  const isOwn = message.authorId === caller.user.id && message.webhook === null;
  if (!isOwn) {
    const fields = Object.keys(body ?? {});
    if (fields.some((field) => field !== 'flags')) throw discordError('othersMessage');
    requireIn(core, caller, channel, PermissionFlagsBits.ManageMessages);
  } else if (files.length > 0) {
    requireIn(core, caller, channel, PermissionFlagsBits.AttachFiles);
  }
  if (core.clock.now() - snowflakeTimestampMs(message.id) > OLD_MESSAGE_AGE_MS) {
    const waitMs = core.limits.takeOldEdit(caller.user.id, channel.id);
    if (waitMs > 0) throw new WaitError('maximumOldEdits', waitMs);
  }
  const edited = core.messages.edit(message.id, caller.user.id, body ?? {}, files);
  return core.messages.serialise(edited, caller.user.id);
}

function deleteMessage(core: Core, caller: Caller, channel: StoredChannel, message: StoredMessage): void {
  if (UNDELETABLE_TYPES.includes(message.type)) throw discordError('systemMessage');
  if (message.authorId !== caller.user.id || message.webhook !== null) {
    if (channel.guildId === null) throw discordError('dmChannelOnly');
    requireIn(core, caller, channel, PermissionFlagsBits.ManageMessages);
  }
  if (channel.thread?.archived === true) throw discordError('archivedThread');
  core.messages.remove(message.id);
}

function deleteMany(core: Core, { caller, params, body }: ApiRequest<Caller>): void {
  const channel = visibleChannel(core, caller, params['channel_id']);
  if (channel.guildId === null) throw discordError('dmChannelOnly');
  requireIn(core, caller, channel, PermissionFlagsBits.ManageMessages);
  const { messages: ids } = parseForm(z.object({ messages: z.array(snowflake) }), body);
  const unique = [...new Set(ids)];
  if (unique.length < 2 || unique.length > 100) throw discordError('bulkDeleteCount');
  const oldestMs = core.clock.now() - BULK_DELETE_AGE_MS;
  if (unique.some((id) => snowflakeTimestampMs(id) < oldestMs)) throw discordError('tooOldToBulkDelete');
  const found = unique
    .flatMap((id) => core.world.messages.get(id) ?? [])
    .filter((message) => message.channelId === channel.id);
  if (found.length === 0) return;
  for (const message of found) forgetMessage(core, message);
  core.bus.announce({
    t: 'MESSAGE_DELETE_BULK',
    d: { ids: found.map((message) => message.id), channel_id: channel.id, guild_id: channel.guildId },
    audience: { kind: 'guild', guildId: channel.guildId, channelId: channel.id },
  });
}
