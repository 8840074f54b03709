import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { Caller, Core, StoredChannel, StoredMessage } from '../contract.ts';
import { discordError } from '../errors.ts';
import type { Routes } from '../http/router.ts';
import { NORMAL_TYPES } from '../messages/content.ts';
import { isAgeRestricted } from '../messages/forwards.ts';
import { channelObject, threadMemberObject } from '../serialise/channel.ts';
import { compareSnowflakes } from '../snowflake.ts';
import { may } from './access.ts';
import { guildRoute, type GuildRequest } from './guild-route.ts';
import { matches, searchableText } from './search-filter.ts';
import { parseSearch, type SearchQuery } from './search-query.ts';
import { TextSearch } from './search-text.ts';

/** How long a guild's messages are indexed for, by the emulator's clock, from the first request on. */
const INDEXING_MS = 1000;

/** Messages of a guild by what they say and hold. Source: "Search Guild Messages" in Discord's message resource. */
export const registerMessageSearchRoutes: Routes = (api, core) => {
  const indexes = new SearchIndexes(core);
  guildRoute(api, core, {
    method: 'GET',
    path: '/guilds/{guild_id}/messages/search',
    handler: (request) => search(core, indexes, request),
  });
};

/** Since when each guild is indexed. A restart forgets it, as Discord drops an index that is not used. */
class SearchIndexes {
  readonly #core: Core;
  readonly #startedAtMs = new Map<string, number>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** What is still missing, in milliseconds; the first question for a guild starts its indexing. */
  remainingMs(guildId: string): number {
    const nowMs = this.#core.clock.now();
    const startedAtMs = this.#startedAtMs.get(guildId) ?? nowMs;
    this.#startedAtMs.set(guildId, startedAtMs);
    return Math.max(0, startedAtMs + INDEXING_MS - nowMs);
  }
}

function search(core: Core, indexes: SearchIndexes, { caller, guild, query: raw, reply }: GuildRequest): unknown {
  if (!hasContentIntent(core, caller)) throw discordError('tokenMissingIntent');
  const query = parseSearch(raw);
  const readable = core.world.channelsOf(guild.id).filter((channel) => mayRead(core, caller, channel));
  if (readable.length === 0) throw discordError('missingPermissions');
  const remainingMs = indexes.remainingMs(guild.id);
  if (remainingMs > 0) {
    reply.status(202);
    const total = readable.reduce((sum, { id }) => sum + core.world.messagesOf(id).length, 0);
    return {
      message: 'Index not yet available. Try again later',
      code: 110000,
      documents_indexed: Math.floor(total * (1 - remainingMs / INDEXING_MS)),
      retry_after: Math.ceil(remainingMs / 1000),
    };
  }
  const channels = readable.filter(
    (channel) =>
      (query.channel_id?.has(channel.id) ?? true) && (query.include_nsfw === true || !isAgeRestricted(core, channel)),
  );
  const found = find(core, query, channels);
  const shown = found.slice(query.offset, query.offset + query.limit);
  return {
    doing_deep_historical_index: false,
    total_results: found.length,
    messages: shown.map((message) => [hit(core, message, caller)]),
    ...threadsOf(core, shown, caller),
  };
}

function hasContentIntent({ world }: Core, { user }: Caller): boolean {
  if (!user.bot) return true;
  return world.applications.get(user.applicationId ?? '')?.privilegedIntents.messageContent === true;
}

function mayRead(core: Core, caller: Caller, channel: StoredChannel): boolean {
  return may(core, caller, channel, PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory);
}

/** Latest first unless asked otherwise; the order by relevance has no other direction. */
function find(core: Core, query: SearchQuery, channels: readonly StoredChannel[]): StoredMessage[] {
  const words = new TextSearch(query.content ?? '', query.slop);
  const found: { message: StoredMessage; score: number }[] = [];
  for (const channel of channels) {
    for (const message of core.world.messagesOf(channel.id)) {
      if (!NORMAL_TYPES.includes(message.type) || !matches(core, query, message)) continue;
      const score = words.scoreOf(searchableText(message));
      if (score > 0) found.push({ message, score });
    }
  }
  const isByScore = query.sort_by === 'relevance';
  const direction = !isByScore && query.sort_order === 'asc' ? 1 : -1;
  found.sort(
    (left, right) =>
      (isByScore ? right.score - left.score : 0) || direction * compareSnowflakes(left.message.id, right.message.id),
  );
  return found.map(({ message }) => message);
}

function hit(core: Core, message: StoredMessage, caller: Caller): Record<string, unknown> {
  const { reactions: _reactions, ...object } = core.messages.serialise(message, caller.user.id);
  return { ...object, hit: true };
}

/** The threads of the messages shown, and the caller's membership in them. */
function threadsOf(core: Core, messages: readonly StoredMessage[], { user }: Caller): Record<string, unknown> {
  const channels = [...new Set(messages.map(({ channelId }) => channelId))].flatMap(
    (id) => core.world.channels.get(id) ?? [],
  );
  const threads = channels.filter(({ thread }) => thread !== null);
  return {
    threads: threads.map((thread) => channelObject(core.world, thread, user.id)),
    members: threads.flatMap(({ id, thread }) => {
      const joinedAt = thread?.joinedAt[user.id];
      return joinedAt === undefined ? [] : [threadMemberObject(id, user.id, joinedAt)];
    }),
  };
}
