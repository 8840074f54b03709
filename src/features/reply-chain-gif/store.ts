import type { Insertable, Selectable } from 'kysely';
import type { Json } from '../../kernel/json.ts';
import { guildIn } from '../../sdk/index.ts';
import type { Db, Expiry, Tx } from '../../sdk/index.ts';
import { chainOptions } from './request.ts';
import type { ChainOptions } from './request.ts';
import type { ReplyChainGifRequestTable, RequestState } from './schema.ts';

export type RequestRow = Omit<Selectable<ReplyChainGifRequestTable>, 'options'> & { options: ChainOptions };
export type NewRequest = Omit<
  Insertable<ReplyChainGifRequestTable>,
  'options' | 'state' | 'shown_message_id' | 'ended_at'
> & { options: ChainOptions };

const read = (row: Selectable<ReplyChainGifRequestTable>): RequestRow => ({
  ...row,
  options: chainOptions.parse(row.options),
});

/** False when it is there already: what asked for it was delivered before. */
export async function insertRequest(tx: Tx, row: NewRequest): Promise<boolean> {
  const inserted = await tx
    .insertInto('reply_chain_gif_request')
    .values({ ...row, options: JSON.stringify(row.options), shown_message_id: null, ended_at: null })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  return inserted !== undefined;
}

export async function noteAsked(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.updateTable('reply_chain_gif_request').set({ asked_at: at }).where('id', '=', id).execute();
}

export async function findRequest(db: Db, id: string): Promise<RequestRow | undefined> {
  const row = await db.selectFrom('reply_chain_gif_request').selectAll().where('id', '=', id).executeTakeFirst();
  return row && read(row);
}

/** Where it is shown now, as another run may have noted since. */
export async function shownAs(db: Db, id: string): Promise<string | null> {
  const row = await db
    .selectFrom('reply_chain_gif_request')
    .select('shown_message_id')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.shown_message_id ?? null;
}

export async function noteShown(db: Db, id: string, messageId: string): Promise<void> {
  await db.updateTable('reply_chain_gif_request').set({ shown_message_id: messageId }).where('id', '=', id).execute();
}

/** False when it had ended, or was deleted, before. */
export async function endRequest(
  db: Db,
  id: string,
  { state, endedAt }: { state: Exclude<RequestState, 'waiting'>; endedAt: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('reply_chain_gif_request')
    .set({ state, ended_at: endedAt })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function deleteRequestsOf(tx: Tx, userId: string): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('reply_chain_gif_request')
    .where('author_id', '=', userId)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** What is still being made stays. */
export async function deleteRequestsBefore(tx: Tx, { beforeMs, guilds }: Expiry): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('reply_chain_gif_request')
    .where('asked_at', '<', new Date(beforeMs))
    .where(guildIn('guild_id', guilds))
    .where('state', '<>', 'waiting')
    .executeTakeFirst();
  return Number(numDeletedRows);
}

export async function exportRequests(db: Db, userId: string): Promise<Json[]> {
  const rows = await db
    .selectFrom('reply_chain_gif_request')
    .selectAll()
    .where('author_id', '=', userId)
    .orderBy('asked_at')
    .execute();
  return rows.map(read).map((row) => ({
    ...{ id: row.id, guildId: row.guild_id, channelId: row.channel_id, targetId: row.target_id, state: row.state },
    askedAt: row.asked_at.toISOString(),
    options: JSON.parse(JSON.stringify(row.options)) as Json,
  }));
}
