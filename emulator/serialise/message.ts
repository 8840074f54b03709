import type { APIEmbed } from 'discord-api-types/v10';
import { MessageFlags } from 'discord-api-types/v10';
import type { Core, StoredAttachment, StoredInteraction, StoredMessage, StoredSnapshot } from '../contract.ts';
import { pollObject } from '../messages/polls.ts';
import { channelObject } from './channel.ts';
import { deletedUserObject, memberObject, userObject } from './user.ts';
import { memberKey } from '../world.ts';

type Json = Record<string, unknown>;
/** Replies and openings of threads show the message they point to. */
const SHOWING_TYPES: readonly number[] = [19, 21];

/** A message as `viewerId` sees it: `me` of reactions and the thread's own membership differ between viewers. */
export function messageObject(core: Core, message: StoredMessage, viewerId: string): Json {
  const { world } = core;
  const object = basicMessageObject(core, message);
  if (message.poll != null) object['poll'] = pollObject(message.poll, viewerId, core.clock.now());
  if (message.reference !== null && SHOWING_TYPES.includes(message.type)) {
    const answered = world.messages.get(message.reference.messageId);
    object['referenced_message'] = answered === undefined ? null : shownMessageObject(core, answered);
  }
  if (message.reactions.length > 0) object['reactions'] = reactionObjects(message, viewerId);
  const thread = message.threadId === null ? undefined : world.channels.get(message.threadId);
  if (thread !== undefined) object['thread'] = channelObject(world, thread, viewerId);
  return object;
}

/** As applications get it that may not read it. Source: "Message Content Intent" in Discord's gateway documentation. */
export function withoutContent(message: object): Json {
  const { poll: _poll, message_snapshots: snapshots, ...rest } = message as Json;
  const blank = { content: '', embeds: [], attachments: [], components: [] };
  if (!Array.isArray(snapshots)) return { ...rest, ...blank };
  const shown = (snapshots as { message: Json }[]).map((snapshot) => ({ message: { ...snapshot.message, ...blank } }));
  return { ...rest, ...blank, message_snapshots: shown };
}

/** As a reply to it shows it. */
function shownMessageObject(core: Core, message: StoredMessage): Json {
  const object = basicMessageObject(core, message);
  if (message.poll != null) object['poll'] = pollObject(message.poll, '', core.clock.now());
  return object;
}

/** As dispatches carry it: nobody's `me`, and the author's and the mentioned members' places in the guild. */
export function messageEventObject(core: Core, message: StoredMessage): Json {
  const { world, clock } = core;
  const object = messageObject(core, message, '');
  const channel = world.channels.get(message.channelId);
  if (channel === undefined) return object;
  object['channel_type'] = channel.type;
  const { guildId } = channel;
  if (guildId === null) return object;
  object['guild_id'] = guildId;
  const author = world.members.get(memberKey(guildId, message.authorId));
  if (author !== undefined && message.webhook === null) object['member'] = memberObject(author, clock);
  object['mentions'] = (object['mentions'] as Json[]).map((mention) => {
    const member = world.members.get(memberKey(guildId, String(mention['id'])));
    return member === undefined ? mention : { ...mention, member: memberObject(member, clock) };
  });
  return object;
}

function basicMessageObject(core: Core, message: StoredMessage): Json {
  const webhookId = message.webhook?.id ?? message.applicationId;
  return {
    id: message.id,
    channel_id: message.channelId,
    author: authorObject(core, message),
    tts: message.tts,
    pinned: message.pinned,
    mention_everyone: message.mentionEveryone,
    ...contentFields(core, message, message.ephemeralTo !== null),
    ...(message.snapshot == null
      ? {}
      : { message_snapshots: [{ message: contentFields(core, message.snapshot, false) }] }),
    ...(webhookId === null ? {} : { webhook_id: webhookId }),
    ...(message.applicationId === null ? {} : { application_id: message.applicationId }),
    ...referenceFields(message),
    ...interactionFields(core, message),
  };
}

/** What a message says, which a forward of it says too. */
function contentFields(core: Core, message: StoredSnapshot, isEphemeral: boolean): Json {
  const isSuppressed = (message.flags & MessageFlags.SuppressEmbeds) !== 0;
  const resolve = resolver(core, message);
  const attachmentOf = (attachment: StoredAttachment) => attachmentObject(core, message, attachment, isEphemeral);
  return {
    type: message.type,
    content: message.content,
    timestamp: message.timestamp,
    edited_timestamp: message.editedTimestamp,
    flags: message.flags,
    mentions: message.mentionUserIds.flatMap((id) => core.world.users.get(id) ?? []).map(userObject),
    mention_roles: message.mentionRoleIds,
    embeds: isSuppressed ? [] : message.embeds.map((embed) => embedObject(embed, resolve)),
    attachments: shownAttachments(message).map(attachmentOf),
    components: hasLayout(message) ? resolveMedia(message.components, resolve) : message.components,
    ...(message.stickers?.length ? { sticker_items: message.stickers } : {}),
  };
}

function authorObject(core: Core, message: StoredMessage): Json {
  if (message.webhook !== null) {
    const { id, name, avatar } = message.webhook;
    return {
      ...userObject({ id, username: name, globalName: null, avatar, bot: true, token: '', applicationId: null }),
      discriminator: '0000',
    };
  }
  const author = core.world.users.get(message.authorId);
  return author === undefined ? deletedUserObject(message.authorId) : userObject(author);
}

function referenceFields({ reference }: StoredMessage): Json {
  if (reference === null) return {};
  const { type = 0, messageId, channelId, guildId } = reference;
  return {
    message_reference: {
      type,
      channel_id: channelId,
      ...(messageId === '' ? {} : { message_id: messageId }),
      ...(guildId === null ? {} : { guild_id: guildId }),
    },
  };
}

function interactionFields(core: Core, { interaction, channelId }: StoredMessage): Json {
  if (interaction === null) return {};
  const { id, type, name } = interaction;
  const guildId = core.world.channels.get(channelId)?.guildId ?? '0';
  return {
    ...(type === 2 ? { interaction: { id, type, name, user: userOrDeleted(core, interaction.userId) } } : {}),
    interaction_metadata: interactionMetadata(core, interaction, guildId),
  };
}

/** Source: "Message Interaction Metadata" in Discord's message resource. */
function interactionMetadata(core: Core, interaction: StoredInteraction, guildId: string): Json {
  const { id, type, name, userId, interactedMessageId, originalResponseId, target, triggeredBy } = interaction;
  return {
    id,
    type,
    user: userOrDeleted(core, userId),
    authorizing_integration_owners: interaction.owners ?? { '0': guildId },
    ...(type === 2 ? { name } : {}),
    ...(target?.type === 'user' ? { target_user: userOrDeleted(core, target.id) } : {}),
    ...(target?.type === 'message' ? { target_message_id: target.id } : {}),
    ...(interactedMessageId === undefined || type === 5 ? {} : { interacted_message_id: interactedMessageId }),
    ...(originalResponseId === undefined ? {} : { original_response_message_id: originalResponseId }),
    ...(triggeredBy === undefined
      ? {}
      : { triggering_interaction_metadata: interactionMetadata(core, triggeredBy, guildId) }),
  };
}

function userOrDeleted(core: Core, userId: string): Json {
  const user = core.world.users.get(userId);
  return user === undefined ? deletedUserObject(userId) : userObject(user);
}

function reactionObjects(message: StoredMessage, viewerId: string): Json[] {
  return message.reactions.map(({ emoji, userIds }) => ({
    emoji,
    count: userIds.length,
    count_details: { burst: 0, normal: userIds.length },
    burst_colors: [],
    me_burst: false,
    burst_me: false,
    burst_count: 0,
    me: userIds.includes(viewerId),
  }));
}

export function attachmentUrl(core: Core, channelId: string, attachment: StoredAttachment): string {
  return `${core.origin}/cdn/attachments/${channelId}/${attachment.id}/${encodeURIComponent(attachment.filename)}`;
}

function attachmentObject(
  core: Core,
  message: StoredSnapshot,
  attachment: StoredAttachment,
  isEphemeral: boolean,
): Json {
  const { file: _file, ...shown } = attachment;
  const address = attachmentUrl(core, message.channelId, attachment);
  return { ...shown, url: address, proxy_url: address, ...(isEphemeral ? { ephemeral: true } : {}) };
}

function hasLayout(message: StoredSnapshot): boolean {
  return (message.flags & MessageFlags.IsComponentsV2) !== 0;
}

/** Files that an embed or a layout shows are not listed a second time. */
function shownAttachments(message: StoredSnapshot): StoredAttachment[] {
  const components = hasLayout(message) ? message.components : [];
  if (message.attachments.length === 0 || message.embeds.length + components.length === 0) return message.attachments;
  const used = JSON.stringify([message.embeds, components]);
  return message.attachments.filter((attachment) => !used.includes(`"attachment://${attachment.filename}"`));
}

type Resolve = (url: string) => { url: string; attachment: StoredAttachment | undefined };

/** Turns `attachment://name` into the address of that file. */
function resolver(core: Core, message: StoredSnapshot): Resolve {
  return (url) => {
    if (!url.startsWith('attachment://')) return { url, attachment: undefined };
    const name = url.slice('attachment://'.length);
    const attachment = message.attachments.find((candidate) => candidate.filename === name);
    return { url: attachment === undefined ? url : attachmentUrl(core, message.channelId, attachment), attachment };
  };
}

function embedObject(embed: APIEmbed, resolve: Resolve): Json {
  const object: Json = { ...embed };
  for (const key of ['image', 'thumbnail'] as const) {
    const picture = embed[key];
    if (picture === undefined) continue;
    const { url, attachment } = resolve(picture.url);
    const size = attachment?.width == null ? {} : { width: attachment.width, height: attachment.height };
    object[key] = { ...picture, url, proxy_url: url, ...size };
  }
  for (const key of ['footer', 'author'] as const) {
    const line = embed[key];
    if (line?.icon_url === undefined) continue;
    const { url } = resolve(line.icon_url);
    object[key] = { ...line, icon_url: url, proxy_icon_url: url };
  }
  return object;
}

/** Components name pictures and files by address; Discord answers what it found there. */
function resolveMedia(value: unknown, resolve: Resolve): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveMedia(item, resolve));
  if (typeof value !== 'object' || value === null) return value;
  const component = value as Json;
  const object: Json = {};
  for (const [key, field] of Object.entries(component)) {
    object[key] =
      key === 'media' || key === 'file' ? mediaObject(field as { url: string }, resolve) : resolveMedia(field, resolve);
  }
  if (component['type'] === 11) Object.assign(object, { description: component['description'] ?? null });
  if (component['type'] === 13) {
    const { attachment } = resolve((component['file'] as { url: string }).url);
    Object.assign(object, { name: attachment?.filename ?? null, size: attachment?.size ?? null });
  }
  if (component['type'] === 17) Object.assign(object, { accent_color: component['accent_color'] ?? null });
  if ([11, 13, 17].includes(component['type'] as number)) object['spoiler'] = component['spoiler'] ?? false;
  if ('media' in component && component['type'] === undefined) {
    Object.assign(object, { description: component['description'] ?? null, spoiler: component['spoiler'] ?? false });
  }
  return object;
}

function mediaObject(media: { url: string }, resolve: Resolve): Json {
  const { url, attachment } = resolve(media.url);
  return {
    id: attachment?.id ?? '0',
    url,
    proxy_url: url,
    width: attachment?.width ?? null,
    height: attachment?.height ?? null,
    content_type: attachment?.content_type ?? null,
    ...(attachment === undefined ? {} : { attachment_id: attachment.id }),
  };
}
