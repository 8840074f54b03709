import { ChannelType, MessageFlags, MessageType, PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Caller, Core, StoredChannel, StoredMessage } from '../contract.ts';
import { discordError } from '../errors.ts';
import { integer, isOn, parseForm, text } from '../forms.ts';
import { isForum } from '../forums.ts';
import type { ApiRequest, ApiRouter, Routes } from '../http/router.ts';
import { announce } from '../messages/operations.ts';
import { channelObject, threadMemberObject } from '../serialise/channel.ts';
import { messageEventObject } from '../serialise/message.ts';
import { memberWithUserObject } from '../serialise/user.ts';
import { compareSnowflakes } from '../snowflake.ts';
import { announceChannel, joinThread, leaveThread, storeThread } from '../threads.ts';
import { memberKey } from '../world.ts';
import { may, messageIn, requireIn, visibleChannel, visibleGuildChannel } from './access.ts';
import { guildRoute } from './guild-route.ts';
import { startPost } from './posts.ts';
import { requireThreadSlowmodeOver } from './slowmode.ts';
import { autoArchiveMinutes, DEFAULT_AUTO_ARCHIVE_MINUTES } from './thread-settings.ts';

const THREADED_TYPES: readonly number[] = [ChannelType.GuildText, ChannelType.GuildAnnouncement];

const fromMessageForm = z.object({
  name: text(1, 100),
  auto_archive_duration: autoArchiveMinutes.default(DEFAULT_AUTO_ARCHIVE_MINUTES),
  rate_limit_per_user: integer(0, 21_600).nullish(),
});
const standaloneForm = fromMessageForm.extend({
  type: z.literal([10, 11, 12]).default(ChannelType.PrivateThread),
  invitable: z.boolean().default(true),
});

export const registerThreadRoutes: Routes = (api, core) => {
  api.route({
    method: 'POST',
    path: '/channels/{channel_id}/messages/{message_id}/threads',
    auth: 'any',
    handler: (request) => startFromMessage(core, request),
  });
  api.route({
    method: 'POST',
    path: '/channels/{channel_id}/threads',
    auth: 'any',
    handler: (request) => startStandalone(core, request),
  });
  registerLists(api, core);
  registerMembers(api, core);
};

function startFromMessage(core: Core, { caller, params, body, reply }: ApiRequest<Caller>): unknown {
  const { channel: parent } = visibleGuildChannel(core, caller, params['channel_id']);
  if (!THREADED_TYPES.includes(parent.type)) throw discordError('wrongChannelType');
  const message = messageIn(core, parent, params['message_id']);
  requireIn(core, caller, parent, PermissionFlagsBits.CreatePublicThreads | PermissionFlagsBits.ReadMessageHistory);
  const form = parseForm(fromMessageForm, body);
  if (message.threadId !== null) throw discordError('threadExists');
  requireThreadSlowmodeOver(core, caller, parent);
  const type =
    parent.type === ChannelType.GuildAnnouncement ? ChannelType.AnnouncementThread : ChannelType.PublicThread;
  const thread = createThread(core, caller, parent, { ...form, id: message.id, type, invitable: true });
  const flagged: StoredMessage = { ...message, threadId: thread.id, flags: message.flags | MessageFlags.HasThread };
  core.world.messages.set(message.id, flagged);
  announce(core, 'MESSAGE_UPDATE', flagged, messageEventObject(core, flagged));
  const reference = { messageId: message.id, channelId: parent.id, guildId: parent.guildId };
  core.messages.create(
    { channelId: thread.id, authorId: message.authorId, type: MessageType.ThreadStarterMessage, reference },
    {},
    [],
  );
  reply.status(201);
  return channelObject(core.world, thread, caller.user.id);
}

function startStandalone(core: Core, { caller, params, body, files, reply }: ApiRequest<Caller>): unknown {
  const { channel: parent } = visibleGuildChannel(core, caller, params['channel_id']);
  if (isForum(parent)) {
    reply.status(201);
    return startPost(core, caller, parent, body, files);
  }
  if (!THREADED_TYPES.includes(parent.type)) throw discordError('wrongChannelType');
  const form = parseForm(standaloneForm, body);
  const isPrivate = form.type === ChannelType.PrivateThread;
  const creating = isPrivate ? PermissionFlagsBits.CreatePrivateThreads : PermissionFlagsBits.CreatePublicThreads;
  requireIn(core, caller, parent, creating);
  requireThreadSlowmodeOver(core, caller, parent);
  const thread = createThread(core, caller, parent, { ...form, id: core.world.snowflake() });
  if (!isPrivate) {
    const reference = { messageId: '', channelId: thread.id, guildId: parent.guildId };
    core.messages.create(
      { channelId: parent.id, authorId: caller.user.id, type: MessageType.ThreadCreated, reference },
      { content: form.name },
      [],
    );
  }
  reply.status(201);
  return channelObject(core.world, thread, caller.user.id);
}

interface OwnThreadFields {
  id: string;
  name: string;
  type: number;
  auto_archive_duration: number;
  rate_limit_per_user?: number | null | undefined;
  invitable: boolean;
}

/** THREAD_CREATE goes out before any message of the thread: clients know the channel when the first one comes. */
function createThread(core: Core, caller: Caller, parent: StoredChannel, fields: OwnThreadFields): StoredChannel {
  const { id, name, type, invitable } = fields;
  const ownerId = caller.user.id;
  const thread = storeThread(core, parent, {
    ...{ id, name, type, invitable, ownerId, memberIds: [ownerId] },
    autoArchiveMinutes: fields.auto_archive_duration,
    rateLimitPerUser: fields.rate_limit_per_user ?? null,
  });
  announceChannel(core, 'THREAD_CREATE', thread, { newly_created: true });
  return thread;
}

/** Threads with the caller's own membership in each. */
export function threadList(core: Core, caller: Caller, threads: readonly StoredChannel[]): Record<string, unknown> {
  return {
    threads: threads.map((thread) => channelObject(core.world, thread, caller.user.id)),
    members: threads.flatMap((thread) => {
      const joinedAt = thread.thread?.joinedAt[caller.user.id];
      return joinedAt === undefined ? [] : [threadMemberObject(thread.id, caller.user.id, joinedAt)];
    }),
  };
}

const registerLists: Routes = (api, core) => {
  const { world } = core;
  guildRoute(api, core, {
    method: 'GET',
    path: '/guilds/{guild_id}/threads/active',
    handler: ({ guild, caller }) => {
      const threads = world
        .channelsOf(guild.id)
        .filter((channel) => channel.thread?.archived === false)
        .filter((channel) => may(core, caller, channel, PermissionFlagsBits.ViewChannel))
        .sort((left, right) => compareSnowflakes(right.id, left.id));
      return { ...threadList(core, caller, threads), has_more: false };
    },
  });
  const archived = (
    path: string,
    isListed: (caller: Caller, thread: StoredChannel) => boolean,
    needsManaging: boolean,
  ): void => {
    api.route({
      method: 'GET',
      path: `/channels/{channel_id}${path}`,
      auth: 'any',
      handler: ({ caller, params, query }) => {
        const { channel } = visibleGuildChannel(core, caller, params['channel_id']);
        requireIn(core, caller, channel, PermissionFlagsBits.ReadMessageHistory);
        if (needsManaging) requireIn(core, caller, channel, PermissionFlagsBits.ManageThreads);
        const { limit, before } = parseForm(archivedQuery, query);
        const threads = world
          .threadsOf(channel.id)
          .filter((thread) => thread.thread?.archived === true && isListed(caller, thread))
          .filter((thread) => before === undefined || isArchivedBefore(thread, before))
          .sort((left, right) => archivedAtMs(right) - archivedAtMs(left));
        return { ...threadList(core, caller, threads.slice(0, limit)), has_more: threads.length > limit };
      },
    });
  };
  archived('/threads/archived/public', (_caller, thread) => thread.type !== ChannelType.PrivateThread, false);
  archived('/threads/archived/private', (_caller, thread) => thread.type === ChannelType.PrivateThread, true);
  archived(
    '/users/@me/threads/archived/private',
    (caller, thread) =>
      thread.type === ChannelType.PrivateThread && thread.thread?.joinedAt[caller.user.id] !== undefined,
    false,
  );
};

/** `before` is a time for most lists and a thread's id for the caller's own private threads. */
const archivedQuery = z.object({ limit: integer(2, 100).default(50), before: z.string().optional() });

function archivedAtMs(thread: StoredChannel): number {
  return Date.parse(thread.thread?.archiveTimestamp ?? '');
}

function isArchivedBefore(thread: StoredChannel, before: string): boolean {
  if (/^\d+$/.test(before)) return compareSnowflakes(thread.id, before) < 0;
  return archivedAtMs(thread) < Date.parse(before);
}

function visibleThread(core: Core, caller: Caller, params: Record<string, string>): StoredChannel {
  const channel = visibleChannel(core, caller, params['channel_id']);
  if (channel.thread === null) throw discordError('wrongChannelType');
  return channel;
}

const registerMembers: Routes = (api, core) => {
  const path = '/channels/{channel_id}/thread-members';
  const memberObjectOf = (thread: StoredChannel, userId: string, withMember: boolean): Record<string, unknown> => {
    const joinedAt = thread.thread?.joinedAt[userId];
    if (joinedAt === undefined) throw discordError('unknownMember');
    const member = core.world.members.get(memberKey(thread.guildId ?? '', userId));
    return {
      ...threadMemberObject(thread.id, userId, joinedAt),
      ...(withMember && member !== undefined ? { member: memberWithUserObject(core.world, member, core.clock) } : {}),
    };
  };
  api.route({
    method: 'GET',
    path,
    auth: 'any',
    handler: ({ caller, params, query }) => {
      const thread = visibleThread(core, caller, params);
      return (thread.thread?.memberIds ?? []).map((userId) =>
        memberObjectOf(thread, userId, isOn(query['with_member'])),
      );
    },
  });
  api.route({
    method: 'GET',
    path: `${path}/{user_id}`,
    auth: 'any',
    handler: ({ caller, params, query }) =>
      memberObjectOf(visibleThread(core, caller, params), params['user_id'] ?? '', isOn(query['with_member'])),
  });
  for (const who of ['@me', '{user_id}']) registerJoining(api, core, `${path}/${who}`);
};

function registerJoining(api: ApiRouter, core: Core, path: string): void {
  // Discord's clients, and libraries that follow them, write POST.
  for (const method of ['PUT', 'POST'] as const) {
    api.route({
      method,
      path,
      auth: 'any',
      handler: ({ caller, params }) => {
        addThreadMember(core, caller, visibleThread(core, caller, params), params['user_id'] ?? caller.user.id);
      },
    });
  }
  api.route({
    method: 'DELETE',
    path,
    auth: 'any',
    handler: ({ caller, params }) => {
      const thread = visibleThread(core, caller, params);
      if (thread.thread?.archived === true) throw discordError('archivedThread');
      const userId = params['user_id'] ?? caller.user.id;
      const mayRemove = thread.type === ChannelType.PrivateThread && thread.thread?.ownerId === caller.user.id;
      if (userId !== caller.user.id && !mayRemove) requireIn(core, caller, thread, PermissionFlagsBits.ManageThreads);
      leaveThread(core, thread, userId);
    },
  });
}

function addThreadMember(core: Core, caller: Caller, thread: StoredChannel, userId: string): void {
  if (thread.thread?.archived === true) throw discordError('archivedThread');
  if (userId !== caller.user.id) {
    requireIn(core, caller, thread, PermissionFlagsBits.SendMessagesInThreads);
    const isClosed = thread.type === ChannelType.PrivateThread && thread.thread?.invitable === false;
    if (isClosed && thread.thread?.ownerId !== caller.user.id)
      requireIn(core, caller, thread, PermissionFlagsBits.ManageThreads);
    if (core.world.members.get(memberKey(thread.guildId ?? '', userId)) === undefined)
      throw discordError('unknownMember');
  }
  joinThread(core, thread, [userId]);
}
