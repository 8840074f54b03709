import type { Db, Tx } from '../../sdk/index.ts';
import type { ImagesDraftTable } from './schema.ts';

export async function insertDraft(db: Db, row: ImagesDraftTable): Promise<void> {
  await db
    .insertInto('images_draft')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

export function findDraft(
  db: Db,
  id: string,
  authorId: string,
  madeSince: Date,
): Promise<ImagesDraftTable | undefined> {
  return db
    .selectFrom('images_draft')
    .selectAll()
    .where('id', '=', id)
    .where('author_id', '=', authorId)
    .where('made_at', '>=', madeSince)
    .executeTakeFirst();
}

/** Once: two presses begin one. */
export function takeDraft(
  db: Db,
  id: string,
  authorId: string,
  madeSince: Date,
): Promise<ImagesDraftTable | undefined> {
  return db
    .deleteFrom('images_draft')
    .where('id', '=', id)
    .where('author_id', '=', authorId)
    .where('made_at', '>=', madeSince)
    .returningAll()
    .executeTakeFirst();
}

export async function deleteDraftsBefore(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('images_draft').where('made_at', '<', before).execute();
}

export async function deleteDraftsOf(tx: Tx, userId: string): Promise<number> {
  const { numDeletedRows } = await tx.deleteFrom('images_draft').where('author_id', '=', userId).executeTakeFirst();
  return Number(numDeletedRows);
}
