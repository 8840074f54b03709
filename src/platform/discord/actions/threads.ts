import { ChannelType, Routes } from 'discord-api-types/v10';
import type { APIGuildForumChannel, APIThreadChannel, APIThreadMember } from 'discord-api-types/v10';
import { discordLimits } from '../limits.ts';
import { clip, messageBody, messageFiles } from '../payload.ts';
import type { Reasoned, ThreadActions } from '../subjects.ts';
import { queryOf } from './requester.ts';
import type { Requester } from './requester.ts';

interface List {
  threads: APIThreadChannel[];
  has_more?: boolean;
}

export function createThreads(requester: Requester): ThreadActions {
  return { ...createChanges(requester), ...createMembership(requester), ...createLists(requester) };
}

const nameOf = (name: string) => clip(name, discordLimits.threadNameLength);

type Changes = Pick<
  ThreadActions,
  'createPost' | 'create' | 'tags' | 'setTags' | 'applyTags' | 'setArchived' | 'setLocked'
>;

function createChanges(requester: Requester): Changes {
  const edit = async (threadId: string, body: object, why: Reasoned = {}): Promise<void> => {
    await requester.needIn(threadId);
    await requester.run({ method: 'PATCH', path: Routes.channel(threadId), body, ...why });
  };
  return {
    createPost: async (forumId, { name, message, tagIds = [], reason }) => {
      await requester.needIn(forumId, 'SendMessages');
      const body = { name: nameOf(name), applied_tags: tagIds, message: messageBody(message) };
      const files = messageFiles(message);
      return requester.ask<APIThreadChannel>({
        ...{ method: 'POST', path: Routes.threads(forumId), body, files, reason },
      });
    },
    create: async (channelId, { name, kind, invitable, reason }) => {
      await requester.needIn(channelId, kind === 'private' ? 'CreatePrivateThreads' : 'CreatePublicThreads');
      const type = kind === 'private' ? ChannelType.PrivateThread : ChannelType.PublicThread;
      const body = { name: nameOf(name), type, ...(invitable === undefined ? {} : { invitable }) };
      return requester.ask<APIThreadChannel>({ method: 'POST', path: Routes.threads(channelId), body, reason });
    },
    tags: async (forumId) => {
      await requester.needIn(forumId);
      const forum = await requester.ask<APIGuildForumChannel>({ method: 'GET', path: Routes.channel(forumId) });
      return forum.available_tags;
    },
    setTags: async (forumId, tags, why = {}) => {
      await requester.needIn(forumId, 'ManageChannels');
      const body = { available_tags: tags };
      const path = Routes.channel(forumId);
      const forum = await requester.ask<APIGuildForumChannel>({ method: 'PATCH', path, body, ...why });
      return forum.available_tags;
    },
    applyTags: (threadId, tagIds, why) => edit(threadId, { applied_tags: tagIds }, why),
    setArchived: (threadId, archived, why) => edit(threadId, { archived }, why),
    setLocked: (threadId, locked, why) => edit(threadId, { locked }, why),
  };
}

function createMembership(requester: Requester): Pick<ThreadActions, 'addMember' | 'removeMember' | 'members'> {
  return {
    addMember: async (threadId, userId) => {
      await requester.needIn(threadId, 'SendMessagesInThreads');
      await requester.run({ method: 'PUT', path: Routes.threadMembers(threadId, userId) });
    },
    removeMember: async (threadId, userId) => {
      await requester.needIn(threadId);
      await requester.run({ method: 'DELETE', path: Routes.threadMembers(threadId, userId) });
    },
    members: async (threadId) => {
      requester.needMembers();
      await requester.needIn(threadId);
      return requester.ask<APIThreadMember[]>({ method: 'GET', path: Routes.threadMembers(threadId) });
    },
  };
}

function createLists(requester: Requester): Pick<ThreadActions, 'active' | 'archived'> {
  return {
    active: async (guildId) =>
      (await requester.ask<List>({ method: 'GET', path: Routes.guildActiveThreads(guildId) })).threads,
    archived: async (channelId, { kind = 'public', before, limit } = {}) => {
      const needed = kind === 'private' ? (['ReadMessageHistory', 'ManageThreads'] as const) : [];
      await requester.needIn(channelId, 'ReadMessageHistory', ...needed);
      const path = Routes.channelThreads(channelId, kind);
      const list = await requester.ask<List>({ method: 'GET', path, query: queryOf({ before, limit }) });
      return { threads: list.threads, hasMore: list.has_more ?? false };
    },
  };
}
