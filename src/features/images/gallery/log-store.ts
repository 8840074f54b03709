import type { Db } from '../../../sdk/index.ts';
import type { RequestRow } from '../store.ts';

export type LoggedRow = Pick<
  RequestRow,
  | 'id'
  | 'guild_id'
  | 'channel_id'
  | 'author_id'
  | 'state'
  | 'mode'
  | 'model_id'
  | 'ciphertext'
  | 'shown_channel_id'
  | 'shown_message_id'
  | 'asked_at'
  | 'deleted_at'
>;

const mostEntries = 1000;

/** What moderators of a server may look up, newest first. */
export function findLogged(
  db: Db,
  { guildId, userId, channelId }: { guildId: string; userId?: string | undefined; channelId?: string | undefined },
): Promise<LoggedRow[]> {
  return db
    .selectFrom('images_request')
    .select(['id', 'guild_id', 'channel_id', 'author_id', 'state', 'mode', 'model_id', 'ciphertext', 'asked_at'])
    .select(['shown_channel_id', 'shown_message_id', 'deleted_at'])
    .where('guild_id', '=', guildId)
    .where('is_logged', '=', true)
    .$if(userId !== undefined, (query) => query.where('author_id', '=', userId ?? ''))
    .$if(channelId !== undefined, (query) => query.where('channel_id', '=', channelId ?? ''))
    .orderBy('asked_at', 'desc')
    .orderBy('id')
    .limit(mostEntries)
    .execute();
}
