import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Core, StoredChannel } from '../contract.ts';
import { integer, parseForm, snowflake, text } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { compareSnowflakes } from '../snowflake.ts';
import { may, requireIn, visibleGuildChannel } from './access.ts';
import { readableMessage } from './message-view.ts';
import { queryFlag, queryList } from './query.ts';
import { threadList } from './threads.ts';

const searchQuery = z.object({
  name: text(0, 100).optional(),
  slop: integer(0, 100).optional(),
  min_id: snowflake.optional(),
  max_id: snowflake.optional(),
  tag: queryList(snowflake, 20).optional(),
  tag_setting: z.enum(['match_all', 'match_some']).default('match_some'),
  archived: queryFlag.optional(),
  sort_by: z.enum(['relevance', 'creation_time', 'last_message_time', 'archive_time']).default('last_message_time'),
  sort_order: z.enum(['asc', 'desc']).default('desc'),
  limit: integer(1, 25).default(25),
  offset: integer(0, 9975).default(0),
});

type SearchQuery = z.output<typeof searchQuery>;

export const registerThreadSearch: Routes = (api, core) => {
  api.route({
    method: 'GET',
    path: '/channels/{channel_id}/threads/search',
    auth: 'any',
    handler: ({ caller, params, query: raw }) => {
      const { channel } = visibleGuildChannel(core, caller, params['channel_id']);
      requireIn(core, caller, channel, PermissionFlagsBits.ReadMessageHistory);
      const query = parseForm(searchQuery, raw);
      const found = core.world
        .threadsOf(channel.id)
        .filter((thread) => isFound(thread, query) && may(core, caller, thread, PermissionFlagsBits.ViewChannel))
        .sort(orderOf(query));
      const shown = found.slice(query.offset, query.offset + query.limit);
      return {
        ...threadList(core, caller, shown),
        has_more: found.length > query.offset + shown.length,
        total_results: found.length,
        first_messages: shown
          .flatMap(({ id }) => firstMessageOf(core, id) ?? [])
          .map((message) => readableMessage(core, message, caller)),
      };
    },
  });
};

/** Every word of the name has to be somewhere in a thread's, in any order. */
function isFound({ id, name, thread, appliedTagIds = [] }: StoredChannel, query: SearchQuery): boolean {
  const words = (query.name ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const tags = query.tag ?? [];
  const hasTag = (tag: string): boolean => appliedTagIds.includes(tag);
  return (
    words.every((word) => name?.toLowerCase().includes(word)) &&
    (query.min_id === undefined || compareSnowflakes(id, query.min_id) > 0) &&
    (query.max_id === undefined || compareSnowflakes(id, query.max_id) < 0) &&
    (query.archived === undefined || thread?.archived === query.archived) &&
    (tags.length === 0 || (query.tag_setting === 'match_all' ? tags.every(hasTag) : tags.some(hasTag)))
  );
}

function orderOf({
  sort_by: by,
  sort_order: order,
}: SearchQuery): (left: StoredChannel, right: StoredChannel) => number {
  const sign = order === 'asc' ? 1 : -1;
  return (left, right) => {
    if (by === 'archive_time') {
      return sign * (left.thread?.archiveTimestamp ?? '').localeCompare(right.thread?.archiveTimestamp ?? '');
    }
    if (by !== 'last_message_time') return sign * compareSnowflakes(left.id, right.id);
    return sign * compareSnowflakes(left.lastMessageId ?? left.id, right.lastMessageId ?? right.id);
  };
}

/** A post's first message has the id of its thread. */
function firstMessageOf(core: Core, threadId: string) {
  const message = core.world.messages.get(threadId);
  return message?.channelId === threadId ? message : undefined;
}
