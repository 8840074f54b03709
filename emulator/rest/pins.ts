import { MessageType, PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Caller, Core, StoredChannel, StoredMessage } from '../contract.ts';
import { discordError } from '../errors.ts';
import { integer, parseForm } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { announce } from '../messages/operations.ts';
import { MESSAGE_LIMITS } from '../messages/schema.ts';
import { messageEventObject } from '../serialise/message.ts';
import { may, messageIn, requireIn, requireTextChannel, visibleChannel } from './access.ts';
import { readableMessage } from './message-view.ts';
import { timestamp } from '../timestamp.ts';

const PINNABLE_TYPES: readonly number[] = [0, 19, 20, 23];

export const registerPinRoutes: Routes = (api, core) => {
  const query = z.object({ limit: integer(1, 50).default(50), before: z.iso.datetime({ offset: true }).optional() });
  api.route({
    method: 'GET',
    path: '/channels/{channel_id}/messages/pins',
    auth: 'any',
    handler: ({ caller, params, query: raw }) => {
      const channel = visibleChannel(core, caller, params['channel_id']);
      const { limit, before } = parseForm(query, raw);
      const beforeMs = before === undefined ? Number.POSITIVE_INFINITY : Date.parse(before);
      const pinned = pinnedIn(core, caller, channel).filter((message) => Date.parse(message.pinnedAt ?? '') < beforeMs);
      return {
        items: pinned
          .slice(0, limit)
          .map((message) => ({ pinned_at: message.pinnedAt, message: readableMessage(core, message, caller) })),
        has_more: pinned.length > limit,
      };
    },
  });
  api.route({
    method: 'GET',
    path: '/channels/{channel_id}/pins',
    auth: 'any',
    handler: ({ caller, params }) => {
      const channel = visibleChannel(core, caller, params['channel_id']);
      return pinnedIn(core, caller, channel).map((message) => readableMessage(core, message, caller));
    },
  });
  for (const path of [
    '/channels/{channel_id}/messages/pins/{message_id}',
    '/channels/{channel_id}/pins/{message_id}',
  ]) {
    for (const method of ['PUT', 'DELETE'] as const) {
      api.route({
        method,
        path,
        auth: 'any',
        handler: ({ caller, params }) => {
          const channel = visibleChannel(core, caller, params['channel_id']);
          requireIn(core, caller, channel, PermissionFlagsBits.PinMessages);
          setPinned(core, caller, channel, messageIn(core, channel, params['message_id']), method === 'PUT');
        },
      });
    }
  }
};

/** The pinned messages, latest pin first. */
function pinnedIn(core: Core, caller: Caller, channel: StoredChannel): StoredMessage[] {
  requireTextChannel(channel);
  if (!may(core, caller, channel, PermissionFlagsBits.ReadMessageHistory)) return [];
  return core.world
    .messagesOf(channel.id)
    .filter((message) => message.pinned)
    .sort((left, right) => Date.parse(right.pinnedAt ?? '') - Date.parse(left.pinnedAt ?? ''));
}

function setPinned(core: Core, caller: Caller, channel: StoredChannel, message: StoredMessage, pinned: boolean): void {
  if (message.pinned === pinned) return;
  if (!PINNABLE_TYPES.includes(message.type)) throw discordError('systemMessage');
  if (channel.thread?.archived === true) throw discordError('archivedThread');
  const count = core.world.messagesOf(channel.id).filter((other) => other.pinned).length;
  if (pinned && count >= MESSAGE_LIMITS.pins) throw discordError('maximumPins');
  const pinnedAt = pinned ? timestamp(core.clock.now()) : null;
  const next = { ...message, pinned, pinnedAt };
  core.world.messages.set(next.id, next);
  if (pinned) channel.lastPinTimestamp = pinnedAt;
  core.world.channels.set(channel.id, channel);
  announce(core, 'MESSAGE_UPDATE', next, messageEventObject(core, next));
  announce(core, 'CHANNEL_PINS_UPDATE', next, {
    channel_id: channel.id,
    ...(channel.guildId === null ? {} : { guild_id: channel.guildId }),
    last_pin_timestamp: channel.lastPinTimestamp,
  });
  if (!pinned) return;
  const reference = { messageId: message.id, channelId: channel.id, guildId: channel.guildId };
  core.messages.create(
    { channelId: channel.id, authorId: caller.user.id, type: MessageType.ChannelPinnedMessage, reference },
    {},
    [],
  );
}
