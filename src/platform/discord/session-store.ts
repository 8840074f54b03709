import { sql } from 'kysely';
import type { Db } from '../postgres/index.ts';
import './schema.ts';

/** A shard's session and how far its events have been handled. */
export interface StoredSession {
  shardId: number;
  shardCount: number;
  sessionId: string;
  resumeUrl: string;
  sequence: number;
  /** Those the session was opened with; it keeps them when it is resumed. */
  intents: number;
  /** Messages made before this Unix time have been handled. */
  handledUntilMs: number;
}

export async function loadSessions(db: Db, applicationId: string): Promise<StoredSession[]> {
  const rows = await db.selectFrom('discord_session').selectAll().where('application_id', '=', applicationId).execute();
  return rows.map((row) => ({
    shardId: row.shard_id,
    shardCount: row.shard_count,
    sessionId: row.session_id,
    resumeUrl: row.resume_url,
    sequence: row.sequence,
    intents: row.intents,
    handledUntilMs: row.handled_until_ms,
  }));
}

export async function saveSessions(db: Db, applicationId: string, sessions: readonly StoredSession[]): Promise<void> {
  if (sessions.length === 0) return;
  await db
    .insertInto('discord_session')
    .values(
      sessions.map((session) => ({
        application_id: applicationId,
        shard_id: session.shardId,
        shard_count: session.shardCount,
        session_id: session.sessionId,
        resume_url: session.resumeUrl,
        sequence: session.sequence,
        intents: session.intents,
        handled_until_ms: session.handledUntilMs,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['application_id', 'shard_id']).doUpdateSet({
        shard_count: sql`excluded.shard_count`,
        session_id: sql`excluded.session_id`,
        resume_url: sql`excluded.resume_url`,
        sequence: sql`excluded.sequence`,
        intents: sql`excluded.intents`,
        handled_until_ms: sql`excluded.handled_until_ms`,
      }),
    )
    .execute();
}
