import type { Insertable, Selectable } from 'kysely';
import type { Db, Tx } from '../../../sdk/index.ts';
import type { ImagesStyleTable } from './schema.ts';

type StyleRow = Selectable<ImagesStyleTable>;

export async function saveStyle(tx: Tx, row: Insertable<ImagesStyleTable>): Promise<void> {
  await tx
    .insertInto('images_style')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['author_id', 'name'])
        .doUpdateSet((of) => ({ ciphertext: of.ref('excluded.ciphertext'), saved_at: of.ref('excluded.saved_at') })),
    )
    .execute();
}

export async function countStyles(db: Db, authorId: string): Promise<number> {
  const { count } = await db
    .selectFrom('images_style')
    .select((of) => of.fn.countAll<string>().as('count'))
    .where('author_id', '=', authorId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export function findStyle(db: Db, authorId: string, name: string): Promise<StyleRow | undefined> {
  return db
    .selectFrom('images_style')
    .selectAll()
    .where('author_id', '=', authorId)
    .where('name', '=', name)
    .executeTakeFirst();
}

/** In order of name. */
export function stylesOf(db: Db, authorId: string): Promise<StyleRow[]> {
  return db.selectFrom('images_style').selectAll().where('author_id', '=', authorId).orderBy('name').execute();
}

export async function deleteStyle(db: Db, authorId: string, name: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('images_style')
    .where('author_id', '=', authorId)
    .where('name', '=', name)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function deleteStylesOf(tx: Tx, userId: string): Promise<number> {
  const { numDeletedRows } = await tx.deleteFrom('images_style').where('author_id', '=', userId).executeTakeFirst();
  return Number(numDeletedRows);
}
