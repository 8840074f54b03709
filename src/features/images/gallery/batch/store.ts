import { sql } from 'kysely';
import type { Insertable, Selectable } from 'kysely';
import { guildIn } from '../../../../sdk/index.ts';
import type { Db, Expiry, Tx } from '../../../../sdk/index.ts';
import type { RequestState } from '../../schema.ts';
import type { Candidate } from '../find-store.ts';
import type { BatchState, ImagesBatchTable } from '../schema.ts';

export type BatchRow = Selectable<ImagesBatchTable>;

/** A prompt of a batch, with what became of it. */
export interface ItemRow {
  position: number;
  request_id: string | null;
  refusal: string | null;
  is_shown: boolean;
  /** Of its request; null where there is none, also when that was deleted. */
  state: RequestState | null;
  /** Images of it that were drawn, but neither kept nor shown. */
  withheld: number | null;
}

export async function insertBatch(db: Db, row: Insertable<ImagesBatchTable>): Promise<void> {
  await db
    .insertInto('images_batch')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

export function findBatch(db: Db, id: string): Promise<BatchRow | undefined> {
  return db.selectFrom('images_batch').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Once: of two presses, one begins it. */
export async function beginBatch(
  tx: Tx,
  id: string,
  { ciphertext, count, madeSince }: { ciphertext: Buffer; count: number; madeSince: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('images_batch')
    .set({ state: 'running', ciphertext })
    .where('id', '=', id)
    .where('state', '=', 'asked')
    .where('made_at', '>=', madeSince)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  const items = Array.from({ length: count }, (_, position) => ({ batch_id: id, position }));
  await tx
    .insertInto('images_batch_item')
    .values(items.map((item) => ({ ...item, request_id: null, refusal: null })))
    .execute();
  return true;
}

/** False when it is not in that state any more. */
export async function moveBatch(db: Db, id: string, from: BatchState, to: BatchState): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('images_batch')
    .set({ state: to })
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function noteBatchMessage(db: Db, id: string, messageId: string): Promise<void> {
  await db.updateTable('images_batch').set({ message_id: messageId }).where('id', '=', id).execute();
}

export function itemsOf(db: Db, batchId: string): Promise<ItemRow[]> {
  return db
    .selectFrom('images_batch_item')
    .leftJoin('images_request', (join) =>
      join.onRef('images_request.id', '=', 'images_batch_item.request_id').on('images_request.deleted_at', 'is', null),
    )
    .select(['position', 'request_id', 'refusal', 'is_shown', 'state', 'withheld'])
    .where('batch_id', '=', batchId)
    .orderBy('position')
    .execute();
}

interface ItemAt {
  batchId: string;
  position: number;
}

export async function noteSubmitted(db: Db, { batchId, position }: ItemAt, requestId: string): Promise<void> {
  await db
    .updateTable('images_batch_item')
    .set({ request_id: requestId })
    .where('batch_id', '=', batchId)
    .where('position', '=', position)
    .execute();
}

/** Why there is no request: of one, or of all from there on that have none. */
export async function noteRefused(
  db: Db,
  { batchId, position }: ItemAt,
  { refusal, andLater }: { refusal: string; andLater: boolean },
): Promise<void> {
  await db
    .updateTable('images_batch_item')
    .set({ refusal })
    .where('batch_id', '=', batchId)
    .where('position', andLater ? '>=' : '=', position)
    .where('request_id', 'is', null)
    .execute();
}

export async function noteSheet(
  tx: Tx,
  batchId: string,
  { requestIds, channelId, messageId }: { requestIds: readonly string[]; channelId: string; messageId: string },
): Promise<void> {
  await tx
    .updateTable('images_batch_item')
    .set({ is_shown: true })
    .where('batch_id', '=', batchId)
    .where('request_id', 'in', [...requestIds])
    .execute();
  await tx
    .updateTable('images_request')
    .set({ shown_channel_id: channelId, shown_message_id: messageId })
    .where('id', 'in', [...requestIds])
    .execute();
}

/** The kept images of these requests, in the order of the batch. */
export function imagesOfItems(db: Db, batchId: string, requestIds: readonly string[]): Promise<Candidate[]> {
  return db
    .selectFrom('images_batch_item')
    .innerJoin('images_request', 'images_request.id', 'images_batch_item.request_id')
    .innerJoin('images_result', 'images_result.request_id', 'images_request.id')
    .select(['images_result.id', 'images_result.request_id', 'ciphertext', 'author_id', 'guild_id', 'channel_id'])
    .select(['shown_channel_id', 'shown_message_id', 'hidden_for'])
    .where('batch_id', '=', batchId)
    .where('images_batch_item.request_id', 'in', [...requestIds])
    .where('file_id', 'is not', null)
    .orderBy('images_batch_item.position')
    .orderBy('images_result.position')
    .execute();
}

/** The batch that waits for a request; undefined for most. */
export async function batchOfRequest(db: Db, requestId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('images_batch_item')
    .select('batch_id')
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  return row?.batch_id;
}

export function batchesOf(db: Db, authorId: string): Promise<BatchRow[]> {
  return db.selectFrom('images_batch').selectAll().where('author_id', '=', authorId).orderBy('made_at').execute();
}

export async function deleteBatchesOf(tx: Tx, userId: string): Promise<number> {
  const { numDeletedRows } = await tx.deleteFrom('images_batch').where('author_id', '=', userId).executeTakeFirst();
  return Number(numDeletedRows);
}

/** What is older than a guild keeps what people wrote. */
export async function expireBatches(tx: Tx, { beforeMs, guilds }: Expiry): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('images_batch')
    .where('made_at', '<', new Date(beforeMs))
    .where(guildIn('guild_id', guilds))
    .where('state', '!=', 'running')
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** Those that nobody began in time. */
export async function deleteUnbegunBefore(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('images_batch').where('made_at', '<', before).where('state', '=', sql.lit('asked')).execute();
}

/** Those that a step is still to be done for: in the end they are all done, cancelled ones too. */
export async function openBatches(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('images_batch')
    .select('id')
    .where('state', 'in', ['running', 'cancelled'])
    .execute();
  return rows.map(({ id }) => id);
}
