import type { Db } from '../../../sdk/index.ts';
import type { ImagesReportTable } from './schema.ts';

/** True for the first report on this work. It may come before a drawing waits for it. */
export async function insertReport(db: Db, row: ImagesReportTable): Promise<boolean> {
  const inserted = await db
    .insertInto('images_report')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('work_id')
    .executeTakeFirst();
  return inserted !== undefined;
}

export async function findReport(db: Db, provider: string, workId: string): Promise<object | undefined> {
  return db
    .selectFrom('images_report')
    .select('work_id')
    .where('provider', '=', provider)
    .where('work_id', '=', workId)
    .executeTakeFirst();
}

export async function deleteReportsBefore(db: Db, before: Date): Promise<void> {
  await db.deleteFrom('images_report').where('reported_at', '<', before).execute();
}
