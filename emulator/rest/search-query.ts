import { z } from 'zod';
import { integer, parseForm, snowflake, text } from '../forms.ts';

/** What `GET /guilds/{guild_id}/messages/search` takes. Source: Discord's OpenAPI description, `guild_search`. */

/** Arrays in queries are one parameter given several times; each value counts once. */
function several<T extends z.ZodType>(item: T, most: number) {
  return z
    .preprocess(
      (value) => (value === undefined || Array.isArray(value) ? value : [value]),
      z.array(z.unknown()).max(most).pipe(z.array(item)).optional(),
    )
    .transform((values) => (values === undefined ? null : new Set(values)));
}

/** Source: "Boolean Query Strings" in Discord's reference. */
const truth = z
  .enum(['True', 'true', '1', 'False', 'false', '0'])
  .transform((value) => value === '1' || value.toLowerCase() === 'true')
  .optional();

function negatable<T extends string>(...names: T[]) {
  return z.enum([...names, ...names.map((name): `-${T}` => `-${name}`)]);
}

const ids = several(snowflake, 100);

const query = z.object({
  sort_by: z.enum(['timestamp', 'relevance']).default('timestamp'),
  sort_order: z.enum(['asc', 'desc']).default('desc'),
  content: text(0, 1024, { trimmed: true }).optional(),
  slop: integer(0, 100).default(2),
  author_id: ids,
  author_type: several(negatable('user', 'bot', 'webhook'), 6),
  mentions: ids,
  mentions_role_id: ids,
  replied_to_user_id: ids,
  replied_to_message_id: ids,
  mention_everyone: truth,
  min_id: snowflake.optional(),
  max_id: snowflake.optional(),
  limit: integer(1, 25).default(25),
  offset: integer(0, 9975).default(0),
  has: several(negatable('link', 'embed', 'file', 'image', 'video', 'sound', 'sticker', 'poll', 'snapshot'), 18),
  link_hostname: several(text(0, 256), 100),
  embed_provider: several(text(0, 256), 100),
  embed_type: several(z.enum(['image', 'video', 'gif', 'sound', 'article']), 5),
  attachment_extension: several(text(0, 256), 100),
  attachment_filename: several(text(0, 1024), 100),
  pinned: truth,
  include_nsfw: truth,
  channel_id: several(snowflake, 500),
});

export type SearchQuery = z.output<typeof query>;

export function parseSearch(raw: unknown): SearchQuery {
  return parseForm(query, raw);
}
