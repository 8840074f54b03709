import { sql } from 'kysely';
import type { Insertable, Selectable } from 'kysely';
import { guildIn } from '../../sdk/index.ts';
import type { Db, Expiry, Tx } from '../../sdk/index.ts';
import type { ImagesRequestTable, ImagesResultTable, RequestState } from './schema.ts';

export type RequestRow = Selectable<ImagesRequestTable>;
export type ResultRow = Selectable<ImagesResultTable>;
export type NewRequest = Omit<
  Insertable<ImagesRequestTable>,
  'state' | 'outcome' | 'shown_channel_id' | 'shown_message_id' | 'ended_at'
>;
export type NewResult = Omit<Insertable<ImagesResultTable>, 'attachment_id' | 'favourite_at'>;

/** False when it is there already: what asked for it was delivered before. */
export async function insertRequest(tx: Tx, row: NewRequest, parentIds: readonly string[]): Promise<boolean> {
  const none = { outcome: null, shown_channel_id: null, shown_message_id: null, ended_at: null };
  const inserted = await tx
    .insertInto('images_request')
    .values({ ...row, ...none })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!inserted) return false;
  if (parentIds.length > 0) {
    await tx
      .insertInto('images_parent')
      .columns(['request_id', 'parent_id'])
      // Of those that are still there.
      .expression((from) =>
        from
          .selectFrom('images_result')
          .select((of) => [of.val(row.id).$castTo<string>().as('request_id'), 'images_result.id as parent_id'])
          .where('images_result.id', 'in', [...parentIds]),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  return true;
}

/** Whether one of these images is from an age-restricted channel. */
export async function hasAdult(db: Db, resultIds: readonly string[]): Promise<boolean> {
  if (resultIds.length === 0) return false;
  const found = await db
    .selectFrom('images_result')
    .innerJoin('images_request', 'images_request.id', 'images_result.request_id')
    .select('images_result.id')
    .where('images_result.id', 'in', [...resultIds])
    .where('is_adult', '=', true)
    .limit(1)
    .executeTakeFirst();
  return found !== undefined;
}

export function findRequest(db: Db, id: string): Promise<RequestRow | undefined> {
  return db.selectFrom('images_request').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Where it is shown, and by which attachments. */
export async function noteShown(
  db: Db,
  id: string,
  shown: { channelId: string; messageId: string },
  attachments: readonly { id: string; attachmentId: string }[] = [],
): Promise<void> {
  const [results, attachmentIds] = [attachments.map((of) => of.id), attachments.map((of) => of.attachmentId)];
  await sql`
    WITH attached AS (
      UPDATE images_result SET attachment_id = shown.attachment_id
      FROM unnest(${results}::uuid[], ${attachmentIds}::text[]) AS shown (id, attachment_id)
      WHERE images_result.id = shown.id
    )
    UPDATE images_request SET shown_channel_id = ${shown.channelId}, shown_message_id = ${shown.messageId}
    WHERE id = ${id}`.execute(db);
}

/** Stores what was drawn, all or nothing. False when the request was deleted, or has ended in another way. */
export async function storeResults(
  tx: Tx,
  request: {
    id: string;
    outcome: string;
    modelId: string;
    withheld: number;
    /** Where it changed. */ ciphertext?: Buffer;
  },
  results: readonly NewResult[],
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('images_request')
    .set({
      ...{ state: 'drawn', outcome: request.outcome, model_id: request.modelId, withheld: request.withheld },
      ...(request.ciphertext && { ciphertext: request.ciphertext }),
    })
    .where('id', '=', request.id)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return false;
  const none = { attachment_id: null, favourite_at: null };
  if (results.length > 0) {
    await tx
      .insertInto('images_result')
      .values(results.map((result) => ({ ...result, ...none })))
      .execute();
  }
  return true;
}

/** Ends a request. False when it was ended, or deleted, before. */
export async function endRequest(
  db: Db,
  id: string,
  end: { state: Exclude<RequestState, 'waiting' | 'drawn'>; outcome: string; endedAt: Date; withheld?: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('images_request')
    .set({
      ...{ state: end.state, outcome: end.outcome, ended_at: end.endedAt },
      ...(end.withheld !== undefined && { withheld: end.withheld }),
    })
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'drawn'])
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export function resultsOf(db: Db, requestId: string): Promise<ResultRow[]> {
  return db.selectFrom('images_result').selectAll().where('request_id', '=', requestId).orderBy('position').execute();
}

export function findResult(db: Db, id: string): Promise<ResultRow | undefined> {
  return db.selectFrom('images_result').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The result that an attachment of a message shows. */
export function resultShownBy(db: Db, attachmentId: string): Promise<ResultRow | undefined> {
  return db.selectFrom('images_result').selectAll().where('attachment_id', '=', attachmentId).executeTakeFirst();
}

/** Favourites are not deleted after some days. Null makes it one like others. */
export async function setFavourite(db: Db, id: string, at: Date | null): Promise<void> {
  await db.updateTable('images_result').set({ favourite_at: at }).where('id', '=', id).execute();
}

/** With their files. */
export async function deleteResults(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await db
      .deleteFrom('images_result')
      .where('id', 'in', [...ids])
      .execute();
}

/** Deletes a request with its results and their files. */
export async function deleteRequest(db: Db, id: string): Promise<void> {
  await db.deleteFrom('images_request').where('id', '=', id).execute();
}

/** Deletes the results of a request, with their files. The request stays, marked, for the moderators' log. */
export async function deleteAllButLog(tx: Tx, id: string, now: Date): Promise<void> {
  await tx.deleteFrom('images_result').where('request_id', '=', id).execute();
  await tx
    .updateTable('images_request')
    // Done, so that nothing shows it again.
    .set({ state: 'done', deleted_at: now, ended_at: now, shown_message_id: null })
    .where('id', '=', id)
    .execute();
}

export async function deleteRequestsOf(tx: Tx, userId: string): Promise<number> {
  const { numDeletedRows } = await tx.deleteFrom('images_request').where('author_id', '=', userId).executeTakeFirst();
  return Number(numDeletedRows);
}

/** What is older than a guild keeps what people wrote. What is still drawn stays. */
export async function deleteRequestsBefore(tx: Tx, { beforeMs, guilds }: Expiry): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom('images_request')
    .where('asked_at', '<', new Date(beforeMs))
    .where(guildIn('guild_id', guilds))
    .where('state', 'not in', ['waiting', 'drawn'])
    .executeTakeFirst();
  return Number(numDeletedRows);
}

export function requestsOf(db: Db, userId: string): Promise<RequestRow[]> {
  return db.selectFrom('images_request').selectAll().where('author_id', '=', userId).orderBy('asked_at').execute();
}

/** How many images an image was made of, their own included, at most 1000. */
export async function ancestorsOf(db: Db, resultId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    WITH RECURSIVE older (id) AS (
      SELECT p.parent_id FROM images_result r JOIN images_parent p ON p.request_id = r.request_id WHERE r.id = ${resultId}
      UNION
      SELECT p.parent_id FROM older o JOIN images_result r ON r.id = o.id
      JOIN images_parent p ON p.request_id = r.request_id
    )
    SELECT count(*)::int AS count FROM (SELECT FROM older LIMIT 1000) AS found`.execute(db);
  return rows[0]?.count ?? 0;
}

/** How many images were made of it directly. */
export async function childrenOf(db: Db, resultId: string): Promise<number> {
  const { count } = await db
    .selectFrom('images_parent')
    .innerJoin('images_result', 'images_result.request_id', 'images_parent.request_id')
    .select((of) => of.fn.countAll<string>().as('count'))
    .where('parent_id', '=', resultId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** The latest image that a member asked for in a channel. */
export function latestResultOf(
  db: Db,
  { userId, channelId }: { userId: string; channelId: string },
): Promise<ResultRow | undefined> {
  return db
    .selectFrom('images_result')
    .innerJoin('images_request', 'images_request.id', 'images_result.request_id')
    .selectAll('images_result')
    .where('author_id', '=', userId)
    .where((of) => of.or([of('channel_id', '=', channelId), of('shown_channel_id', '=', channelId)]))
    .orderBy('asked_at', 'desc')
    .orderBy('position')
    .limit(1)
    .executeTakeFirst();
}
