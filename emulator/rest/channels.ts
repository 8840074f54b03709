import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Caller, Core, StoredChannel, StoredGuild, StoredOverwrite } from '../contract.ts';
import { createChannel } from '../creation.ts';
import { discordError, formError } from '../errors.ts';
import { integer, lengthOf, parseForm, permissionBits, snowflake, text } from '../forms.ts';
import { FORUM_LIMITS, isForum } from '../forums.ts';
import type { ApiRequest, Routes } from '../http/router.ts';
import { forgetMessage } from '../messages/operations.ts';
import { hasPermission } from '../permissions.ts';
import { channelObject } from '../serialise/channel.ts';
import { memberWithUserObject } from '../serialise/user.ts';
import { announceChannel } from '../threads.ts';
import { memberKey } from '../world.ts';
import { requireIn, requireMayWrite, visibleChannel, visibleGuildChannel } from './access.ts';
import { changedSettings, dropGoneTags, settingsFields } from './channel-settings.ts';
import { guildRoute } from './guild-route.ts';
import type { GuildRequest } from './guild-route.ts';
import { editThread } from './thread-settings.ts';

const MAX_CHANNELS = 500;
const CREATABLE_TYPES: readonly number[] = [
  ChannelType.GuildText,
  ChannelType.GuildVoice,
  ChannelType.GuildCategory,
  ChannelType.GuildAnnouncement,
  ChannelType.GuildStageVoice,
  ChannelType.GuildForum,
  ChannelType.GuildMedia,
];
const MAX_TOPIC = 1024;

const overwriteForm = z.object({
  id: snowflake,
  type: z.preprocess(
    (value) => (value === 'role' ? 0 : value === 'member' ? 1 : Number(value)),
    z.union([z.literal(0), z.literal(1)]),
  ),
  allow: permissionBits.nullish().transform((value) => value ?? '0'),
  deny: permissionBits.nullish().transform((value) => value ?? '0'),
});

const channelFields = {
  topic: text(0, FORUM_LIMITS.topic).nullish(),
  nsfw: z.boolean().nullish(),
  position: integer(0, 10_000).nullish(),
  parent_id: snowflake.nullish(),
  rate_limit_per_user: integer(0, 21_600).nullish(),
  permission_overwrites: z.array(overwriteForm).nullish(),
  ...settingsFields,
};

const createForm = z.object({ name: text(1, 100), type: integer(0, 16).default(0), ...channelFields });
const editForm = z.object({ name: text(1, 100).optional(), ...channelFields });

export const registerChannelRoutes: Routes = (api, core) => {
  const { world } = core;
  const path = '/channels/{channel_id}';
  api.route({
    method: 'GET',
    path,
    auth: 'any',
    handler: ({ caller, params }) =>
      channelObject(world, visibleChannel(core, caller, params['channel_id']), caller.user.id),
  });
  api.route({
    method: 'PATCH',
    path,
    auth: 'any',
    handler: (request) => {
      const { channel, guild } = visibleGuildChannel(core, request.caller, request.params['channel_id']);
      if (channel.thread !== null) editThread(core, request.caller, channel, request.body);
      else editChannel(core, request.caller, guild, channel, request.body);
      return channelObject(world, channel, request.caller.user.id);
    },
  });
  api.route({
    method: 'DELETE',
    path,
    auth: 'any',
    handler: ({ caller, params }) => {
      const channel = visibleChannel(core, caller, params['channel_id']);
      const object = channelObject(world, channel, caller.user.id);
      if (channel.guildId === null) return object;
      const managing = channel.thread === null ? PermissionFlagsBits.ManageChannels : PermissionFlagsBits.ManageThreads;
      requireIn(core, caller, channel, managing);
      deleteChannel(core, channel);
      return object;
    },
  });
  api.route({ method: 'POST', path: `${path}/typing`, auth: 'any', handler: (request) => startTyping(core, request) });
  registerOverwrites(api, core);
  registerGuildChannels(api, core);
};

const registerGuildChannels: Routes = (api, core) => {
  const { world } = core;
  const path = '/guilds/{guild_id}/channels';
  guildRoute(api, core, {
    method: 'GET',
    path,
    handler: ({ guild, caller }) => {
      return world
        .channelsOf(guild.id)
        .filter((channel) => channel.thread === null)
        .filter(
          (channel) => caller.kind === 'bot' || core.permissions(caller.user.id, { channelId: channel.id }) !== 0n,
        )
        .map((channel) => channelObject(world, channel, caller.user.id));
    },
  });
  guildRoute(api, core, {
    method: 'POST',
    path,
    needs: PermissionFlagsBits.ManageChannels,
    handler: (request) => makeChannel(core, request),
  });
  const positions = z.array(
    z.object({ id: snowflake, position: integer(0, 10_000).nullish(), parent_id: snowflake.nullish() }),
  );
  guildRoute(api, core, {
    method: 'PATCH',
    path,
    needs: PermissionFlagsBits.ManageChannels,
    handler: ({ guild, body }) => {
      for (const { id, position, parent_id: parentId } of parseForm(positions, body)) {
        const channel = world.channels.get(id);
        if (channel?.guildId !== guild.id) throw discordError('unknownChannel');
        channel.position = position ?? channel.position;
        if (parentId !== undefined) channel.parentId = parentId;
        world.channels.set(id, channel);
        announceChannel(core, 'CHANNEL_UPDATE', channel);
      }
    },
  });
};

function makeChannel(core: Core, { guild, caller, body, reply }: GuildRequest): unknown {
  const { world } = core;
  const form = parseForm(createForm, body);
  if (!CREATABLE_TYPES.includes(form.type)) {
    throw formError(['type'], 'BASE_TYPE_CHOICES', `Value must be one of {${CREATABLE_TYPES.join(', ')}}.`);
  }
  if (world.channelsOf(guild.id).length >= MAX_CHANNELS) throw discordError('maximumChannels');
  requireShortTopic(form.type, form.topic);
  const overwrites = form.permission_overwrites ?? [];
  requireMayGrant(core, caller, guild, overwrites);
  const parentId = form.parent_id ?? null;
  requireCategory(core, guild, parentId);
  const channel = createChannel(world, guild.id, {
    name: normaliseName(form.name, form.type),
    type: form.type,
    parentId,
    topic: form.topic ?? null,
    nsfw: form.nsfw ?? false,
    rateLimitPerUser: form.rate_limit_per_user ?? 0,
    overwrites: form.permission_overwrites == null ? inherited(core, parentId) : overwrites,
    ...(form.position == null ? {} : { position: form.position }),
    ...changedSettings(core, guild.id, { type: form.type }, withoutTagIds(form)),
  });
  announceChannel(core, 'CHANNEL_CREATE', channel);
  reply.status(201);
  return channelObject(world, channel, caller.user.id);
}

function editChannel(core: Core, caller: Caller, guild: StoredGuild, channel: StoredChannel, body: unknown): void {
  requireIn(core, caller, channel, PermissionFlagsBits.ManageChannels);
  const form = parseForm(editForm, body);
  requireShortTopic(channel.type, form.topic);
  const settings = changedSettings(core, guild.id, channel, form);
  if (form.permission_overwrites != null) {
    requireIn(core, caller, channel, PermissionFlagsBits.ManageRoles);
    requireMayGrant(core, caller, guild, form.permission_overwrites);
    channel.overwrites = form.permission_overwrites;
  }
  if (form.parent_id !== undefined) {
    requireCategory(core, guild, form.parent_id);
    channel.parentId = form.parent_id;
  }
  if (form.name !== undefined) channel.name = normaliseName(form.name, channel.type);
  if (form.topic !== undefined) channel.topic = form.topic || null;
  channel.nsfw = form.nsfw ?? channel.nsfw;
  channel.position = form.position ?? channel.position;
  if (form.rate_limit_per_user !== undefined) channel.rateLimitPerUser = form.rate_limit_per_user ?? 0;
  Object.assign(channel, settings);
  core.world.channels.set(channel.id, channel);
  if (form.available_tags != null) dropGoneTags(core, channel);
  announceChannel(core, 'CHANNEL_UPDATE', channel);
}

/** Forums explain themselves at length. */
function requireShortTopic(type: number, topic: string | null | undefined): void {
  if (topic == null || isForum({ type }) || lengthOf(topic) <= MAX_TOPIC) return;
  throw formError(['topic'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_TOPIC} or fewer in length.`);
}

/** Tags of a new channel are new, whatever ids came with a copied list. */
function withoutTagIds(form: z.output<typeof createForm>): z.output<typeof createForm> {
  return { ...form, available_tags: form.available_tags?.map((tag) => ({ ...tag, id: null })) };
}

/** Text channels and forums have names in lower case with dashes; categories and voice channels keep theirs. */
function normaliseName(name: string, type: number): string {
  const isText = type === ChannelType.GuildText || type === ChannelType.GuildAnnouncement || isForum({ type });
  return isText ? name.trim().toLowerCase().replace(/\s+/g, '-') : name.trim();
}

function requireCategory(core: Core, guild: StoredGuild, parentId: string | null): void {
  if (parentId === null) return;
  const parent = core.world.channels.get(parentId);
  if (parent?.guildId !== guild.id || parent.type !== ChannelType.GuildCategory) {
    throw formError(['parent_id'], 'CHANNEL_PARENT_INVALID', 'Category does not exist');
  }
}

/** A channel made in a category without overwrites of its own takes over the category's. */
function inherited(core: Core, parentId: string | null): StoredOverwrite[] {
  return structuredClone((parentId === null ? undefined : core.world.channels.get(parentId)?.overwrites) ?? []);
}

/** Nobody gives or takes in an overwrite what they lack themselves. */
function requireMayGrant(core: Core, caller: Caller, guild: StoredGuild, overwrites: readonly StoredOverwrite[]): void {
  const own = core.permissions(caller.user.id, { guildId: guild.id });
  for (const { allow, deny } of overwrites) {
    if (!hasPermission(own, BigInt(allow) | BigInt(deny))) throw discordError('missingPermissions');
  }
}

/** Removes a channel with its messages, threads and webhooks and tells the guild. */
export function deleteChannel(core: Core, channel: StoredChannel): void {
  const { world } = core;
  for (const thread of world.threadsOf(channel.id)) deleteChannel(core, thread);
  for (const message of [...world.messagesOf(channel.id)]) forgetMessage(core, message);
  for (const webhook of [...world.webhooks.values()])
    if (webhook.channelId === channel.id) world.webhooks.delete(webhook.id);
  for (const invite of [...world.invites.values()])
    if (invite.channelId === channel.id) world.invites.delete(invite.code);
  for (const child of channel.guildId === null ? [] : world.channelsOf(channel.guildId)) {
    if (child.parentId === channel.id && child.thread === null)
      world.channels.set(child.id, { ...child, parentId: null });
  }
  if (channel.thread === null) {
    world.channels.delete(channel.id);
    announceChannel(core, 'CHANNEL_DELETE', channel);
    return;
  }
  const { guildId } = channel;
  world.channels.delete(channel.id);
  if (guildId === null) return;
  core.bus.announce({
    t: 'THREAD_DELETE',
    d: { id: channel.id, guild_id: guildId, parent_id: channel.parentId, type: channel.type },
    audience: { kind: 'guild', guildId, ...(channel.parentId === null ? {} : { channelId: channel.parentId }) },
  });
}

function startTyping(core: Core, { caller, params }: ApiRequest<Caller>): undefined {
  const channel = visibleChannel(core, caller, params['channel_id']);
  requireMayWrite(core, caller, channel, { files: [], isReply: false });
  const { guildId } = channel;
  const member = guildId === null ? undefined : core.world.members.get(memberKey(guildId, caller.user.id));
  core.bus.announce({
    t: 'TYPING_START',
    d: {
      channel_id: channel.id,
      user_id: caller.user.id,
      timestamp: Math.floor(core.clock.now() / 1000),
      ...(guildId === null ? {} : { guild_id: guildId }),
      ...(member === undefined ? {} : { member: memberWithUserObject(core.world, member, core.clock) }),
    },
    audience:
      guildId === null ? { kind: 'dm', channelId: channel.id } : { kind: 'guild', guildId, channelId: channel.id },
  });
  return undefined;
}

const registerOverwrites: Routes = (api, core) => {
  const path = '/channels/{channel_id}/permissions/{overwrite_id}';
  api.route({
    method: 'PUT',
    path,
    auth: 'any',
    handler: ({ caller, params, body }) => {
      const { channel, guild } = visibleGuildChannel(core, caller, params['channel_id']);
      if (channel.thread !== null) throw discordError('wrongChannelType');
      requireIn(core, caller, channel, PermissionFlagsBits.ManageRoles);
      const id = params['overwrite_id'] ?? '';
      const overwrite = parseForm(overwriteForm, { ...(body as object | undefined), id });
      requireMayGrant(core, caller, guild, [overwrite]);
      requireTarget(core, guild, overwrite);
      channel.overwrites = [...channel.overwrites.filter((other) => other.id !== id), overwrite];
      core.world.channels.set(channel.id, channel);
      announceChannel(core, 'CHANNEL_UPDATE', channel);
    },
  });
  api.route({
    method: 'DELETE',
    path,
    auth: 'any',
    handler: ({ caller, params }) => {
      const { channel } = visibleGuildChannel(core, caller, params['channel_id']);
      requireIn(core, caller, channel, PermissionFlagsBits.ManageRoles);
      const kept = channel.overwrites.filter((overwrite) => overwrite.id !== params['overwrite_id']);
      if (kept.length === channel.overwrites.length) throw discordError('unknownOverwrite');
      channel.overwrites = kept;
      core.world.channels.set(channel.id, channel);
      announceChannel(core, 'CHANNEL_UPDATE', channel);
    },
  });
};

function requireTarget(core: Core, guild: StoredGuild, { id, type }: StoredOverwrite): void {
  const exists = type === 0 ? core.world.roles.get(id)?.guildId === guild.id : core.world.users.get(id) !== undefined;
  if (!exists) throw discordError(type === 0 ? 'unknownRole' : 'unknownOverwrite');
}
