import type { Insertable, Selectable } from 'kysely';
import type { Db, Tx } from '../../../sdk/index.ts';
import type { ImagesViewTable } from './schema.ts';

type ViewRow = Selectable<ImagesViewTable>;
interface At {
  id: string;
  authorId: string;
}

export async function insertView(db: Db, row: Insertable<ImagesViewTable>): Promise<void> {
  await db
    .insertInto('images_view')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}

export function findView(db: Db, { id, authorId }: At): Promise<ViewRow | undefined> {
  return db
    .selectFrom('images_view')
    .selectAll()
    .where('id', '=', id)
    .where('author_id', '=', authorId)
    .executeTakeFirst();
}

export function turnPage(
  db: Db,
  { id, authorId }: At,
  { step, usedAt }: { step: number; usedAt: Date },
): Promise<ViewRow | undefined> {
  return db
    .updateTable('images_view')
    .set((of) => ({ page: of.fn('greatest', [of('page', '+', step), of.val(0)]), used_at: usedAt }))
    .where('id', '=', id)
    .where('author_id', '=', authorId)
    .returningAll()
    .executeTakeFirst();
}

/** Where a member was beyond the last page. */
export async function setPage(db: Db, id: string, page: number): Promise<void> {
  await db.updateTable('images_view').set({ page }).where('id', '=', id).execute();
}

export async function deleteViewsBefore(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('images_view').where('used_at', '<', before).execute();
}

export async function deleteViewsOf(tx: Tx, userId: string): Promise<number> {
  const { numDeletedRows } = await tx.deleteFrom('images_view').where('author_id', '=', userId).executeTakeFirst();
  return Number(numDeletedRows);
}
