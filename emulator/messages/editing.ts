import { MessageFlags } from 'discord-api-types/v10';
import type { Core, MessageInput, StoredMessage, UploadedFile } from '../contract.ts';
import { discordError, formError } from '../errors.ts';
import { parseForm } from '../forms.ts';
import { messageEventObject } from '../serialise/message.ts';
import { announce } from './announce.ts';
import { discard, keepListed, storeUploads, uploadName } from './attachments.ts';
import { checkFileReferences, displayedText } from './components.ts';
import { componentsOf, isLayout, isoNow, NORMAL_TYPES, requireOnlyLayout, toEmbed } from './content.ts';
import { findMentions } from './mentions.ts';
import { MESSAGE_LIMITS, messageForm } from './schema.ts';
import type { MessageForm } from './schema.ts';

/** Flags that an edit may change; the others stay as they are. A layout stays one. */
const EDIT_FLAGS = MessageFlags.SuppressEmbeds | MessageFlags.IsComponentsV2;

export function editMessage(
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
  if ((message.flags & MessageFlags.IsVoiceMessage) !== 0) throw discordError('voiceMessageEdit');
  let flags = message.flags & ~MessageFlags.Loading;
  if (form.flags != null) flags = (flags & ~EDIT_FLAGS) | (form.flags & EDIT_FLAGS);
  flags |= message.flags & MessageFlags.IsComponentsV2;
  if (message.authorId !== editorId) return suppressEmbeds(core, message, form, flags);
  const next = compose(core, message, form, flags, files);
  const kept = next.attachments;
  next.attachments = [...kept, ...storeUploads(core, files, form)];
  if (changesMentions(form, next.flags)) {
    const mentions = findMentions(core, isLayout(flags) ? displayedText(next.components) : next.content, {
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

function changesMentions(form: MessageForm, flags: number): boolean {
  return (
    form.content !== undefined || form.allowed_mentions !== undefined || (isLayout(flags) && form.components != null)
  );
}

/** The message as the edit leaves it, with the attachments that it keeps; throws for what may not be. */
function compose(
  core: Core,
  message: StoredMessage,
  form: MessageForm,
  flags: number,
  files: readonly UploadedFile[],
): StoredMessage {
  const components = componentsOf(form, flags);
  const kept = keepListed(message, form, files);
  if (kept.length + files.length > MESSAGE_LIMITS.files) {
    throw formError(['attachments'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MESSAGE_LIMITS.files} or fewer in length.`);
  }
  const wasLoading = (message.flags & MessageFlags.Loading) !== 0;
  const next: StoredMessage = {
    ...message,
    flags,
    components: form.components === undefined ? message.components : components,
    content: form.content === undefined ? message.content : (form.content ?? ''),
    embeds: form.embeds === undefined ? message.embeds : (form.embeds ?? []).map(toEmbed),
    attachments: kept,
    editedTimestamp: wasLoading ? null : isoNow(core),
    ...(isLayout(flags) && form.poll === null ? { poll: null } : {}),
    ...(form.sticker_ids?.length === 0 ? { stickers: [] } : {}),
  };
  const { content, embeds, stickers = [], poll = null, snapshot = null } = next;
  requireOnlyLayout(flags, { content, embeds, sticker_ids: stickers, poll });
  if (snapshot !== null && (content || embeds.length + next.components.length + kept.length + files.length > 0)) {
    throw discordError('forwardContent');
  }
  if (isLayout(flags)) {
    const names = [...kept.map(({ filename }) => filename), ...files.map((file) => uploadName(file, form))];
    checkFileReferences(next.components, new Set(names));
  }
  const parts = embeds.length + next.components.length + kept.length + files.length + stickers.length;
  if (!content && parts === 0 && poll === null && snapshot === null) throw discordError('emptyMessage');
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
