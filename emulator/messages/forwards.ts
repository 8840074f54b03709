import { MessageFlags, PermissionFlagsBits } from 'discord-api-types/v10';
import type { Core, StoredChannel, StoredMessage, StoredSnapshot } from '../contract.ts';
import { discordError, formError } from '../errors.ts';
import { hasPermission } from '../permissions.ts';
import { copyAttachment } from './attachments.ts';
import { NORMAL_TYPES } from './content.ts';
import { mayReadContent } from './content-rights.ts';
import type { MessageForm } from './schema.ts';

interface Forward {
  reference: NonNullable<StoredMessage['reference']>;
  /** The copy, with files of its own; called once nothing can be refused any more. */
  takeSnapshot(): StoredSnapshot;
}

/**
 * What a forward shows: a copy of the message as it is now, without its author, which outlives the message. The copy of
 * a copy is the first one. Source: "Message Reference Types" in Discord's message resource. Throws 50035, 160010, 160011
 * and 160014.
 */
export function forwarded(
  core: Core,
  authorId: string,
  target: StoredChannel,
  form: MessageForm,
  files: readonly unknown[],
): Forward {
  const { message_id: messageId, channel_id: channelId } = form.message_reference ?? {};
  for (const [field, value] of Object.entries({ message_id: messageId, channel_id: channelId })) {
    if (value == null) throw formError(['message_reference', field], 'BASE_TYPE_REQUIRED', 'This field is required');
  }
  const lists = [form.embeds, form.components, form.sticker_ids, files];
  if (form.content || form.poll != null || lists.some((list) => (list?.length ?? 0) > 0)) {
    throw discordError('forwardContent');
  }
  const message = core.world.messages.get(messageId ?? '');
  if (message === undefined || message.channelId !== channelId || message.ephemeralTo !== null) {
    throw formError(['message_reference'], 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', 'Unknown message');
  }
  requireReadable(core, authorId, message);
  const isLoading = (message.flags & MessageFlags.Loading) !== 0;
  if (!NORMAL_TYPES.includes(message.type) || message.poll != null || isLoading) {
    const words = 'Messages of this kind cannot be forwarded';
    throw formError(['message_reference'], 'MESSAGE_REFERENCE_CANNOT_FORWARD', words);
  }
  const source = core.world.channels.get(message.channelId);
  if (isAgeRestricted(core, source) && target.guildId !== null && !isAgeRestricted(core, target)) {
    throw discordError('nsfwReference');
  }
  const guildId = source?.guildId ?? null;
  return {
    reference: { type: 1, messageId: message.id, channelId: message.channelId, guildId },
    takeSnapshot: () => snapshotOf(core, message, target),
  };
}

function requireReadable(core: Core, readerId: string, message: StoredMessage): void {
  const reading = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory;
  const reader = core.world.users.get(readerId);
  const isReadable =
    reader !== undefined &&
    hasPermission(core.permissions(readerId, { channelId: message.channelId }), reading) &&
    mayReadContent(core, message, reader);
  if (!isReadable) throw discordError('forwardUnreadable');
}

/** Threads are as their channel is. */
export function isAgeRestricted(core: Core, channel: StoredChannel | undefined): boolean {
  if (channel?.thread == null) return channel?.nsfw === true;
  return core.world.channels.get(channel.parentId ?? '')?.nsfw === true;
}

function snapshotOf(core: Core, message: StoredMessage, target: StoredChannel): StoredSnapshot {
  const { type, content, timestamp, editedTimestamp, flags, embeds, components, attachments } = message;
  const { mentionUserIds, mentionRoleIds, stickers = [] } = message;
  const first = message.snapshot ?? {
    ...{ type, content, timestamp, editedTimestamp, flags, embeds, components },
    ...{ attachments, mentionUserIds, mentionRoleIds, stickers },
  };
  const copies = first.attachments.map((attachment) => copyAttachment(core, attachment));
  return { ...first, channelId: target.id, attachments: copies };
}
