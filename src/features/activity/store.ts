import { sql } from 'kysely';
import type { Db } from '../../sdk/index.ts';
import type {} from './schema.ts';
import type { Count } from './tally.ts';

export async function addCounts(db: Db, counts: readonly Count[]): Promise<void> {
  await db
    .insertInto('activity_day')
    .values(counts.map(({ guildId, userId, day, messages }) => ({ guild_id: guildId, user_id: userId, day, messages })))
    .onConflict((conflict) =>
      conflict
        .columns(['guild_id', 'user_id', 'day'])
        .doUpdateSet({ messages: sql<number>`activity_day.messages + excluded.messages` }),
    )
    .execute();
}

export async function countsOf(db: Db, userId: string): Promise<{ guildId: string; day: string; messages: number }[]> {
  return db
    .selectFrom('activity_day')
    .select(['guild_id as guildId', sql<string>`day::text`.as('day'), 'messages'])
    .where('user_id', '=', userId)
    .orderBy('day')
    .execute();
}

export async function deleteCounts(db: Db, userId: string): Promise<number> {
  const result = await db.deleteFrom('activity_day').where('user_id', '=', userId).executeTakeFirst();
  return Number(result.numDeletedRows);
}
