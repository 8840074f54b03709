import { MessageFlags, MessageType } from 'discord-api-types/v10';
import type {
  Core,
  MessageContext,
  MessageInput,
  MessageOperations,
  StoredChannel,
  StoredMessage,
  UploadedFile,
} from '../contract.ts';
import { discordError, formError } from '../errors.ts';
import { parseForm } from '../forms.ts';
import { messageEventObject, messageObject } from '../serialise/message.ts';
import { announceChannel, joinThread } from '../threads.ts';
import { memberKey } from '../world.ts';
import { announce } from './announce.ts';
import { contentTypeOf, discard, storeUploads, uploadName } from './attachments.ts';
import { checkFileReferences, displayedText } from './components.ts';
import { checkVoiceMessage, componentsOf, isLayout, isoNow, NORMAL_TYPES, toEmbed } from './content.ts';
import { editMessage } from './editing.ts';
import { forwarded } from './forwards.ts';
import { findMentions } from './mentions.ts';
import { Nonces } from './nonces.ts';
import { toPoll } from './polls.ts';
import { findStickers } from './stickers.ts';
import { messageForm } from './schema.ts';
import type { MessageForm } from './schema.ts';

export { announce } from './announce.ts';

/** Flags that who writes a message may set. */
const CREATE_FLAGS =
  MessageFlags.SuppressEmbeds |
  MessageFlags.SuppressNotifications |
  MessageFlags.IsComponentsV2 |
  MessageFlags.IsVoiceMessage;

/** `core` is asked for late because the operations are part of it. */
export function createMessageOperations(getCore: () => Core): MessageOperations {
  let nonces: Nonces | undefined;
  const noncesOf = (core: Core): Nonces => (nonces ??= new Nonces(core.world, core.clock));
  return {
    create: (context, input, files) => createMessage(getCore(), noncesOf(getCore()), context, input, files),
    edit: (messageId, editorId, input, files) => editMessage(getCore(), messageId, editorId, input, files),
    remove: (messageId) => {
      removeMessage(getCore(), messageId);
    },
    serialise: (message, viewerId) => messageObject(getCore(), message, viewerId),
  };
}

function createMessage(
  core: Core,
  nonces: Nonces,
  context: MessageContext,
  input: MessageInput,
  files: readonly UploadedFile[],
): StoredMessage {
  const { world } = core;
  const channel = world.channels.get(context.channelId);
  if (channel === undefined) throw discordError('unknownChannel');
  const form = parseForm(messageForm, input);
  if (form.enforce_nonce === true && form.nonce != null) {
    const first = nonces.find(context.authorId, channel.id, form.nonce);
    if (first !== undefined) return first;
  }
  const message = compose(core, channel, context, form, files);
  world.messages.set(message.id, message);
  nonces.remember(message);
  context.beforeAnnouncing?.();
  if (message.ephemeralTo === null) advanceChannel(core, channel, message);
  announce(core, 'MESSAGE_CREATE', message, {
    ...messageEventObject(core, message),
    ...(message.nonce === null ? {} : { nonce: message.nonce }),
  });
  return message;
}

/** The message that a form describes; its files are stored, itself is not yet. */
function compose(
  core: Core,
  channel: StoredChannel,
  context: MessageContext,
  form: MessageForm,
  files: readonly UploadedFile[],
): StoredMessage {
  const ownFlags = ((form.flags ?? 0) & CREATE_FLAGS) | (context.flags ?? 0);
  checkVoiceMessage(form, files, ownFlags, contentTypeOf);
  const forward = form.message_reference?.type === 1 ? forwarded(core, context.authorId, channel, form, files) : null;
  const flags = forward === null ? ownFlags : ownFlags | MessageFlags.HasSnapshot;
  const components = componentsOf(form, flags);
  if (isLayout(flags)) checkFileReferences(components, new Set(files.map((file) => uploadName(file, form))));
  const stickers = findStickers(core, channel, context.authorId, form.sticker_ids ?? []);
  const others = stickers.length + (forward === null ? 0 : 1) + (form.poll == null ? 0 : 1);
  requireContent(context, form, flags, components.length + files.length + others);
  const answered = forward === null ? referenceOf(core, channel, form) : null;
  const mentions = findMentions(core, isLayout(flags) ? displayedText(components) : (form.content ?? ''), {
    channel,
    authorId: context.authorId,
    isWebhook: context.webhook != null,
    repliedUserId: answered === null ? null : (core.world.messages.get(answered.messageId)?.authorId ?? null),
    allowed: form.allowed_mentions ?? null,
  });
  const attachments = storeUploads(core, files, form);
  return {
    id: context.id ?? core.world.snowflake(),
    channelId: channel.id,
    authorId: context.authorId,
    type: context.type ?? (answered === null ? MessageType.Default : MessageType.Reply),
    content: form.content ?? '',
    timestamp: isoNow(core),
    editedTimestamp: null,
    tts: form.tts ?? false,
    flags,
    embeds: (form.embeds ?? []).map(toEmbed),
    components,
    attachments,
    pinned: false,
    pinnedAt: null,
    mentionUserIds: mentions.userIds,
    mentionRoleIds: mentions.roleIds,
    mentionEveryone: mentions.everyone,
    reference: forward?.reference ?? answered ?? context.reference ?? null,
    snapshot: forward?.takeSnapshot() ?? null,
    poll: form.poll == null ? null : toPoll(form.poll, core.clock.now()),
    stickers,
    reactions: [],
    nonce: form.nonce ?? null,
    webhook: context.webhook ?? null,
    applicationId: context.applicationId ?? null,
    interaction: context.interaction ?? null,
    ephemeralTo: context.ephemeralTo ?? null,
    threadId: null,
  };
}

/** Only system messages and answers still to come may be empty. */
function requireContent(context: MessageContext, form: MessageForm, flags: number, partCount: number): void {
  const isBlank = !form.content && !form.embeds?.length && partCount === 0;
  const isSystem = context.type !== undefined && !NORMAL_TYPES.includes(context.type);
  if (isBlank && !isSystem && (flags & MessageFlags.Loading) === 0) throw discordError('emptyMessage');
}

function referenceOf(core: Core, channel: StoredChannel, form: MessageForm): StoredMessage['reference'] {
  const { message_reference: wanted } = form;
  if (wanted == null) return null;
  if (wanted.message_id == null) {
    throw formError(['message_reference', 'message_id'], 'BASE_TYPE_REQUIRED', 'This field is required');
  }
  const target = core.world.messages.get(wanted.message_id);
  if (target !== undefined && target.channelId === channel.id && target.ephemeralTo === null) {
    if (!NORMAL_TYPES.includes(target.type)) {
      const words = 'Cannot reply to a system message';
      throw formError(['message_reference'], 'REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE', words);
    }
    return { messageId: target.id, channelId: channel.id, guildId: channel.guildId };
  }
  if (wanted.fail_if_not_exists === false) return null;
  throw formError(['message_reference'], 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', 'Unknown message');
}

/** A new message is the channel's last one; in a thread it wakes the thread and makes its author a member. */
function advanceChannel(core: Core, channel: StoredChannel, message: StoredMessage): void {
  channel.lastMessageId = message.id;
  const { thread } = channel;
  const wasArchived = thread?.archived === true;
  if (thread !== null) {
    if (isCounted(message)) thread.messageCount += 1;
    if (wasArchived) {
      thread.archived = false;
      thread.archiveTimestamp = message.timestamp;
    }
  }
  core.world.channels.set(channel.id, channel);
  if (wasArchived) announceChannel(core, 'THREAD_UPDATE', channel);
  if (thread !== null && message.webhook === null && NORMAL_TYPES.includes(message.type)) {
    // An application that a member brought along answers in threads of servers that it is not in.
    const isHere = core.world.members.get(memberKey(channel.guildId ?? '', message.authorId)) !== undefined;
    joinThread(core, channel, [...(isHere ? [message.authorId] : []), ...message.mentionUserIds]);
  }
}

/** Threads count their messages without the one they began with. */
function isCounted(message: StoredMessage): boolean {
  return message.type !== MessageType.ThreadStarterMessage && message.id !== message.channelId;
}

function removeMessage(core: Core, messageId: string): void {
  const message = core.world.messages.get(messageId);
  if (message === undefined) throw discordError('unknownMessage');
  forgetMessage(core, message);
  const guildId = core.world.channels.get(message.channelId)?.guildId ?? null;
  announce(core, 'MESSAGE_DELETE', message, {
    id: message.id,
    channel_id: message.channelId,
    ...(guildId === null ? {} : { guild_id: guildId }),
  });
}

/** Removes a message and its files without telling anybody. */
export function forgetMessage(core: Core, message: StoredMessage): void {
  core.world.messages.delete(message.id);
  discard(core, [...message.attachments, ...(message.snapshot?.attachments ?? [])]);
  const channel = core.world.channels.get(message.channelId);
  if (channel?.thread == null || message.ephemeralTo !== null || !isCounted(message)) return;
  channel.thread.messageCount = Math.max(0, channel.thread.messageCount - 1);
  core.world.channels.set(channel.id, channel);
}
