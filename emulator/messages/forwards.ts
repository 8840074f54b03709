import { MessageType, PermissionFlagsBits } from 'discord-api-types/v10';
import type { Core, StoredMessage, StoredSnapshot } from '../contract.ts';
import { formError } from '../errors.ts';
import { hasPermission } from '../permissions.ts';

/** Kinds of messages that can be forwarded. */
const FORWARDED_TYPES: readonly number[] = [
  MessageType.Default,
  MessageType.Reply,
  MessageType.ChatInputCommand,
  MessageType.ContextMenuCommand,
];

interface Wanted {
  message_id?: string | null | undefined;
  channel_id?: string | null | undefined;
}

/**
 * What a forward shows: a copy of the message as it is now, without its author. Who forwards it has to be able to read
 * it; the copy of a copy is the first one.
 */
export function forwarded(
  core: Core,
  authorId: string,
  { message_id: messageId, channel_id: channelId }: Wanted,
): { reference: NonNullable<StoredMessage['reference']>; snapshot: StoredSnapshot } {
  for (const [field, value] of Object.entries({ message_id: messageId, channel_id: channelId })) {
    if (value == null) throw formError(['message_reference', field], 'BASE_TYPE_REQUIRED', 'This field is required');
  }
  const message = core.world.messages.get(messageId ?? '');
  const reading = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory;
  const isReadable =
    message !== undefined &&
    message.channelId === channelId &&
    message.ephemeralTo === null &&
    hasPermission(core.permissions(authorId, { channelId }), reading);
  if (!isReadable || !FORWARDED_TYPES.includes(message.type)) {
    throw formError(['message_reference'], 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', 'Unknown message');
  }
  const guildId = core.world.channels.get(message.channelId)?.guildId ?? null;
  const { type, content, timestamp, editedTimestamp, flags, embeds, components, attachments } = message;
  const { mentionUserIds, mentionRoleIds, stickers = [] } = message;
  return {
    reference: { type: 1, messageId: message.id, channelId: message.channelId, guildId },
    snapshot: message.snapshot ?? {
      ...{ channelId: message.channelId, type, content, timestamp, editedTimestamp, flags, embeds, components },
      ...{ attachments, mentionUserIds, mentionRoleIds, stickers },
    },
  };
}
