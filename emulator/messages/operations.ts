import type { APIEmbed } from 'discord-api-types/v10';
import { MessageFlags, MessageType } from 'discord-api-types/v10';
import type {
  Announcement,
  Core,
  MessageContext,
  MessageInput,
  MessageOperations,
  StoredChannel,
  StoredMessage,
  UploadedFile,
} from '../contract.ts';
import { discordError, FormErrors, formError } from '../errors.ts';
import { parseForm } from '../forms.ts';
import { messageEventObject, messageObject } from '../serialise/message.ts';
import { announceChannel, joinThread } from '../threads.ts';
import { discard, keepListed, storeUploads } from './attachments.ts';
import { parseComponents } from './components.ts';
import { forwarded } from './forwards.ts';
import { findMentions } from './mentions.ts';
import { Nonces } from './nonces.ts';
import { toPoll } from './polls.ts';
import { findStickers } from './stickers.ts';
import { messageForm } from './schema.ts';
import type { EmbedForm, MessageForm } from './schema.ts';

/** Flags that who writes a message may set. */
const CREATE_FLAGS =
  MessageFlags.SuppressEmbeds |
  MessageFlags.SuppressNotifications |
  MessageFlags.IsComponentsV2 |
  MessageFlags.IsVoiceMessage;
/** Flags that an edit may change; the others stay as they are. */
const EDIT_FLAGS = MessageFlags.SuppressEmbeds | MessageFlags.IsComponentsV2;
const NORMAL_TYPES: readonly number[] = [
  MessageType.Default,
  MessageType.Reply,
  MessageType.ChatInputCommand,
  MessageType.ContextMenuCommand,
];

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
  const forward = form.message_reference?.type === 1 ? forwarded(core, context.authorId, form.message_reference) : null;
  const ownFlags = ((form.flags ?? 0) & CREATE_FLAGS) | (context.flags ?? 0);
  const flags = forward === null ? ownFlags : ownFlags | MessageFlags.HasSnapshot;
  const components = componentsOf(form, flags);
  const stickers = findStickers(core, channel, context.authorId, form.sticker_ids ?? []);
  const others = stickers.length + (forward === null ? 0 : 1) + (form.poll == null ? 0 : 1);
  requireContent(context, form, flags, components.length + files.length + others);
  const answered = forward === null ? referenceOf(core, channel, form) : null;
  const mentions = findMentions(core, form.content ?? '', {
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
    snapshot: forward?.snapshot ?? null,
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

/** Checks what layouts forbid and parses the components. */
function componentsOf(form: MessageForm, flags: number): StoredMessage['components'] {
  if ((flags & MessageFlags.IsComponentsV2) !== 0) {
    const errors = new FormErrors();
    for (const field of ['content', 'embeds'] as const) {
      if (!form[field]?.length) continue;
      const message = `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`;
      errors.add([field], 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2', message);
    }
    errors.throwIfAny();
  }
  return parseComponents(form.components ?? [], flags);
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
    joinThread(core, channel, [message.authorId, ...message.mentionUserIds]);
  }
}

/** Threads count their messages without the one they began with. */
function isCounted(message: StoredMessage): boolean {
  return message.type !== MessageType.ThreadStarterMessage && message.id !== message.channelId;
}

function editMessage(
  core: Core,
  messageId: string,
  editorId: string,
  input: MessageInput,
  files: readonly UploadedFile[],
): StoredMessage {
  const { world } = core;
  const message = world.messages.get(messageId);
  const channel = message === undefined ? undefined : world.channels.get(message.channelId);
  if (message === undefined || channel === undefined) throw discordError('unknownMessage');
  const form = parseForm(messageForm, input);
  if (!NORMAL_TYPES.includes(message.type)) throw discordError('systemMessage');
  if (channel.thread?.archived === true) throw discordError('archivedThread');
  const wasLoading = (message.flags & MessageFlags.Loading) !== 0;
  let flags = message.flags & ~MessageFlags.Loading;
  if (form.flags != null) flags = (flags & ~EDIT_FLAGS) | (form.flags & EDIT_FLAGS);
  flags |= message.flags & MessageFlags.IsComponentsV2;
  if (message.authorId !== editorId) return suppressEmbeds(core, message, form, flags);
  const components = componentsOf(form, flags);
  const kept = keepListed(message, form, files);
  if (kept.length + files.length > 10) {
    throw formError(['attachments'], 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.');
  }
  const next: StoredMessage = {
    ...message,
    flags,
    components: form.components === undefined ? message.components : components,
    content: form.content === undefined ? message.content : (form.content ?? ''),
    embeds: form.embeds === undefined ? message.embeds : (form.embeds ?? []).map(toEmbed),
    attachments: kept,
    editedTimestamp: wasLoading ? null : isoNow(core),
  };
  const others = (next.stickers?.length ?? 0) + (next.snapshot == null ? 0 : 1) + (next.poll == null ? 0 : 1);
  const partCount = next.embeds.length + next.components.length + kept.length + files.length + others;
  if (!next.content && partCount === 0) throw discordError('emptyMessage');
  next.attachments = [...kept, ...storeUploads(core, files, form)];
  if (form.content !== undefined || form.allowed_mentions !== undefined) {
    const mentions = findMentions(core, next.content, {
      channel,
      authorId: message.authorId,
      isWebhook: message.webhook !== null,
      repliedUserId: null,
      allowed: form.allowed_mentions ?? null,
    });
    next.mentionUserIds = keepReplied(core, message, mentions.userIds);
    next.mentionRoleIds = mentions.roleIds;
    next.mentionEveryone = mentions.everyone;
  }
  world.messages.set(next.id, next);
  announce(core, 'MESSAGE_UPDATE', next, messageEventObject(core, next));
  const gone = message.attachments.filter((before) => !kept.some((attachment) => attachment.id === before.id));
  discard(core, gone);
  return next;
}

/** Whom a reply pinged when it was sent stays mentioned, whatever the text becomes. */
function keepReplied(core: Core, message: StoredMessage, userIds: string[]): string[] {
  const repliedId =
    message.reference === null ? undefined : core.world.messages.get(message.reference.messageId)?.authorId;
  if (repliedId === undefined || !message.mentionUserIds.includes(repliedId) || userIds.includes(repliedId))
    return userIds;
  return [...userIds, repliedId];
}

/** All that others may do to a message: hide or show its embeds (whether they may at all is decided before). */
function suppressEmbeds(core: Core, message: StoredMessage, form: MessageForm, flags: number): StoredMessage {
  const changed = Object.entries(form).filter(([, value]) => value !== undefined);
  if (changed.some(([field]) => field !== 'flags')) throw discordError('othersMessage');
  const next = { ...message, flags };
  core.world.messages.set(next.id, next);
  announce(core, 'MESSAGE_UPDATE', next, messageEventObject(core, next));
  return next;
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
  discard(core, message.attachments);
  const channel = core.world.channels.get(message.channelId);
  if (channel?.thread == null || message.ephemeralTo !== null || !isCounted(message)) return;
  channel.thread.messageCount = Math.max(0, channel.thread.messageCount - 1);
  core.world.channels.set(channel.id, channel);
}

/** Tells those who may see a message about it. */
export function announce(core: Core, event: Announcement['t'], message: StoredMessage, data: unknown): void {
  core.bus.announce({ t: event, d: data, audience: audienceOf(core, message) });
}

function audienceOf(core: Core, message: StoredMessage): Announcement['audience'] {
  if (message.ephemeralTo !== null) return { kind: 'users', userIds: [message.ephemeralTo] };
  const guildId = core.world.channels.get(message.channelId)?.guildId ?? null;
  return guildId === null
    ? { kind: 'dm', channelId: message.channelId }
    : { kind: 'guild', guildId, channelId: message.channelId };
}

function toEmbed(form: EmbedForm): APIEmbed {
  const kept = Object.entries(form).filter(([, value]) => value !== null && value !== undefined && value !== '');
  const embed: Record<string, unknown> = { type: 'rich', ...Object.fromEntries(kept) };
  if (form.timestamp != null) embed['timestamp'] = new Date(form.timestamp).toISOString();
  if (form.fields != null) embed['fields'] = form.fields.map((field) => ({ ...field, inline: field.inline ?? false }));
  for (const key of ['footer', 'author'] as const) {
    const line = form[key];
    if (line != null) embed[key] = Object.fromEntries(Object.entries(line).filter(([, value]) => value != null));
  }
  return embed;
}

function isoNow(core: Core): string {
  return new Date(core.clock.now()).toISOString();
}
