import type { APIUser } from 'discord-api-types/v10';
import type { Message } from '../state/model.ts';
import type { RawChannel } from '../state/normalize.ts';
import type { Request } from './rest.ts';

export interface HistoryQuery {
  readonly limit: number;
  readonly before?: string;
  readonly after?: string;
  readonly around?: string;
}

export interface ReactionEmoji {
  readonly id: string | null;
  readonly name: string | null;
}

/** The endpoints of Discord's API that the page uses, as one member. All reject with an `ApiError`. */
export type Api = ReturnType<typeof createApi>;

export function createApi(request: Request) {
  return {
    gatewayUrl: async () => ((await request('GET', '/gateway')) as { url: string }).url,
    directChannels: async () => (await request('GET', '/users/@me/channels')) as RawChannel[],
    openDirectChannel: async (userId: string) =>
      (await request('POST', '/users/@me/channels', { json: { recipient_id: userId } })) as RawChannel,
    ...messageEndpoints(request),
    ...reactionEndpoints(request),
    ...threadEndpoints(request),
    interact: async (json: Record<string, unknown>, files: readonly File[]) => {
      await request('POST', '/interactions', { json, files });
    },
  };
}

function messageEndpoints(request: Request) {
  const path = (channelId: string, messageId: string): string => `/channels/${channelId}/messages/${messageId}`;
  return {
    messages: async (channelId: string, query: HistoryQuery) =>
      (await request('GET', `/channels/${channelId}/messages`, { query: { ...query } })) as Message[],
    sendMessage: async (channelId: string, json: Record<string, unknown>, files: readonly File[]) =>
      (await request('POST', `/channels/${channelId}/messages`, { json, files })) as Message,
    editMessage: async (channelId: string, messageId: string, content: string) => {
      await request('PATCH', path(channelId, messageId), { json: { content } });
    },
    deleteMessage: async (channelId: string, messageId: string) => {
      await request('DELETE', path(channelId, messageId));
    },
    startTyping: async (channelId: string) => {
      await request('POST', `/channels/${channelId}/typing`);
    },
  };
}

function reactionEndpoints(request: Request) {
  const path = (channelId: string, messageId: string, emoji: ReactionEmoji): string => {
    const key = emoji.id === null ? (emoji.name ?? '') : `${emoji.name ?? '_'}:${emoji.id}`;
    return `/channels/${channelId}/messages/${messageId}/reactions/${encodeURIComponent(key)}`;
  };
  return {
    addReaction: async (channelId: string, messageId: string, emoji: ReactionEmoji) => {
      await request('PUT', `${path(channelId, messageId, emoji)}/@me`);
    },
    removeReaction: async (channelId: string, messageId: string, emoji: ReactionEmoji) => {
      await request('DELETE', `${path(channelId, messageId, emoji)}/@me`);
    },
    reactors: async (channelId: string, messageId: string, emoji: ReactionEmoji) =>
      (await request('GET', path(channelId, messageId, emoji))) as APIUser[],
  };
}

function threadEndpoints(request: Request) {
  return {
    createThread: async (channelId: string, messageId: string | null, name: string) => {
      const json = { name, auto_archive_duration: 1440 };
      if (messageId === null) {
        return (await request('POST', `/channels/${channelId}/threads`, { json: { ...json, type: 11 } })) as RawChannel;
      }
      return (await request('POST', `/channels/${channelId}/messages/${messageId}/threads`, { json })) as RawChannel;
    },
    archivedThreads: async (channelId: string) => {
      const answer = (await request('GET', `/channels/${channelId}/threads/archived/public`)) as {
        threads: RawChannel[];
      };
      return answer.threads;
    },
  };
}
