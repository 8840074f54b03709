import type { Selectable } from 'kysely';
import type { Db, Tx } from '../../../sdk/index.ts';
import type { ImagesShareTable } from './schema.ts';

export type ShareRow = Selectable<ImagesShareTable>;

export async function insertShare(db: Db, row: ShareRow): Promise<void> {
  await db
    .insertInto('images_share')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

export interface SharedFile {
  file_id: string | null;
  expires_at: Date;
}

export function findShared(db: Db, id: string): Promise<SharedFile | undefined> {
  return db
    .selectFrom('images_share')
    .innerJoin('images_result', 'images_result.id', 'images_share.result_id')
    .select(['file_id', 'expires_at'])
    .where('images_share.id', '=', id)
    .executeTakeFirst();
}

/** Those that still lead somewhere, oldest first. */
export function sharesOf(db: Db, authorId: string, now: Date): Promise<(ShareRow & { request_id: string })[]> {
  return db
    .selectFrom('images_share')
    .innerJoin('images_result', 'images_result.id', 'images_share.result_id')
    .selectAll('images_share')
    .select('request_id')
    .where('author_id', '=', authorId)
    .where('expires_at', '>', now)
    .orderBy('made_at')
    .orderBy('images_share.id')
    .execute();
}

/** Revokes it. False when it is another's, or gone. */
export async function deleteShare(db: Db, id: string, authorId: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('images_share')
    .where('id', '=', id)
    .where('author_id', '=', authorId)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function deleteSharesBefore(db: Db, now: Date): Promise<void> {
  await db.deleteFrom('images_share').where('expires_at', '<=', now).execute();
}

export async function deleteSharesOf(tx: Tx, userId: string): Promise<number> {
  const { numDeletedRows } = await tx.deleteFrom('images_share').where('author_id', '=', userId).executeTakeFirst();
  return Number(numDeletedRows);
}
