import type { APIStickerPack, APIUser } from 'discord-api-types/v10';
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

/** What Discord's clients read for a profile card; each field may be left out. */
export interface RawProfile {
  readonly user?: APIUser & { readonly bio?: string | null };
  readonly user_profile?: ProfileTexts;
  /** What the member shows in the guild that was asked about. */
  readonly guild_member?: { readonly avatar?: string | null; readonly banner?: string | null };
  readonly guild_member_profile?: ProfileTexts;
}

interface ProfileTexts {
  readonly bio?: string | null;
  readonly banner?: string | null;
}

export interface NewPost {
  readonly name: string;
  readonly tagIds: readonly string[];
  readonly content: string;
  readonly files: readonly File[];
}

/** A page of found messages, or how long to wait for the index that is being made. */
export type SearchAnswer =
  | { readonly kind: 'found'; readonly total: number; readonly messages: readonly Message[] }
  | { readonly kind: 'indexing'; readonly retryAfterMs: number };

export type SearchQuery = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** The endpoints of Discord's API that the page uses, as one member. All reject with an `ApiError`. */
export type Api = ReturnType<typeof createApi>;

export function createApi(request: Request) {
  return {
    gatewayUrl: async () => ((await request('GET', '/gateway')) as { url: string }).url,
    channel: async (channelId: string) => (await request('GET', `/channels/${channelId}`)) as RawChannel,
    directChannels: async () => (await request('GET', '/users/@me/channels')) as RawChannel[],
    openDirectChannel: async (userId: string) =>
      (await request('POST', '/users/@me/channels', { json: { recipient_id: userId } })) as RawChannel,
    ...messageEndpoints(request),
    ...reactionEndpoints(request),
    ...threadEndpoints(request),
    ...searchEndpoints(request),
    ...profileEndpoints(request),
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
    message: async (channelId: string, messageId: string) =>
      (await request('GET', path(channelId, messageId))) as Message,
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
    /** The post with its first message, where the server gives it. */
    createPost: async (forumId: string, { name, tagIds, content, files }: NewPost) => {
      const attachments = files.map((file, index) => ({ id: String(index), filename: file.name }));
      const json = {
        name,
        ...(tagIds.length === 0 ? {} : { applied_tags: tagIds }),
        message: { content, ...(files.length === 0 ? {} : { attachments }) },
      };
      return (await request('POST', `/channels/${forumId}/threads`, { json, files })) as RawChannel & {
        message?: Message;
      };
    },
    archivedThreads: async (channelId: string) => {
      const answer = (await request('GET', `/channels/${channelId}/threads/archived/public`)) as {
        threads: RawChannel[];
      };
      return answer.threads;
    },
  };
}

/** Discord's code for a search whose index is being made. */
const indexingCode = 110_000;

function searchEndpoints(request: Request) {
  return {
    search: async (guildId: string, query: SearchQuery): Promise<SearchAnswer> => {
      const answer = (await request('GET', `/guilds/${guildId}/messages/search`, { query })) as {
        code?: number;
        retry_after?: number;
        total_results?: number;
        messages?: readonly (readonly Message[])[];
      };
      if (answer.code === indexingCode) {
        return { kind: 'indexing', retryAfterMs: Math.max(500, (answer.retry_after ?? 1) * 1000) };
      }
      // Each result comes as a list that once held its neighbours too; what was found is marked, or alone.
      const messages = (answer.messages ?? []).flatMap(
        (group) => group.find((message) => 'hit' in message && message.hit === true) ?? group[0] ?? [],
      );
      return { kind: 'found', total: answer.total_results ?? messages.length, messages };
    },
  };
}

function profileEndpoints(request: Request) {
  return {
    profile: async (userId: string, guildId: string | null) => {
      const query = guildId === null ? {} : { guild_id: guildId };
      return (await request('GET', `/users/${userId}/profile`, { query })) as RawProfile;
    },
    stickerPacks: async () =>
      ((await request('GET', '/sticker-packs')) as { sticker_packs?: readonly APIStickerPack[] }).sticker_packs ?? [],
  };
}
