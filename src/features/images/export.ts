import type { Json } from '../../kernel/json.ts';
import { openRequest } from './actions/reach.ts';
import type { Needs } from './settings.ts';
import { requestsOf, resultsOf } from './store.ts';

/** Everything that a member had drawn, with what they wrote. */
export async function exportImages(context: Needs<'db' | 'vault'>, userId: string): Promise<Json> {
  const entries: Json[] = [];
  for (const row of await requestsOf(context.db, userId)) {
    const { inputs: _inputs, ...asked } = await openRequest(context, row);
    const results = await resultsOf(context.db, row.id);
    entries.push({
      ...{ id: row.id, guildId: row.guild_id, channelId: row.channel_id, model: row.model_id, outcome: row.outcome },
      askedAt: row.asked_at.toISOString(),
      deletedAt: row.deleted_at?.toISOString() ?? null,
      asked: JSON.parse(JSON.stringify(asked)) as Json,
      images: results.map(
        ({ id, content_type: type, width, height, seed, file_id: fileId, favourite_at: favouriteAt, ...result }) => ({
          ...{ id, type, width, height, seed, fileId },
          ...{ favourite: favouriteAt !== null, hiddenFor: result.hidden_for },
        }),
      ),
    });
  }
  return entries;
}
