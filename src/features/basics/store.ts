import { sql } from 'kysely';
import type { Db } from '../../sdk/index.ts';

/** Resolves when the database has answered. */
export async function roundTrip(db: Db): Promise<void> {
  await sql`SELECT 1`.execute(db);
}
