import { sql } from 'kysely';
import type { Db } from '../../sdk/index.ts';
import type {} from './schema.ts';
import type { Count } from './tally.ts';

/**
 * Adds counts to the stored ones, one per guild, member and day. Any number of them: they are passed as one parameter.
 */
export async function addCounts(db: Db, counts: readonly Count[]): Promise<void> {
  await sql`
    INSERT INTO activity_day (guild_id, user_id, day, messages)
    SELECT count."guildId", count."userId", count.day, count.messages
    FROM jsonb_to_recordset(${JSON.stringify(counts)}::jsonb)
      AS count ("guildId" text, "userId" text, day date, messages integer)
    ON CONFLICT (guild_id, user_id, day) DO UPDATE SET messages = activity_day.messages + excluded.messages
  `.execute(db);
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
