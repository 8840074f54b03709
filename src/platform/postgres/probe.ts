import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { Session } from './session.ts';
import type { SessionConfig } from './session.ts';

/** Time limit for a new connection and each of its answers. */
const PROBE_MS = 3_000;
/** An answer that was on its way at the first look has arrived by then. */
const CONFIRM_MS = 400;
const TERMINATE_MS = 1_000;

interface BackendRow {
  pid: number;
  started: string | null;
  waits_for: string | null;
}

/** The result of a new connection. `silent`: connections whose server process waits for us while we wait for it. */
export type Finding = { reached: false } | { reached: true; silent: Session[] };

/**
 * Checks unanswered connections over a new one. A server process that waits for its client (wait event type Client: for
 * the next command, or to deliver an answer) isn't working on our request. When that is still so a moment later and
 * nothing has arrived in between, request or answer was lost. The server process is then ended too, so an open
 * transaction doesn't keep its locks; a COMMIT has then either happened or never will.
 */
export async function probe(config: SessionConfig, unanswered: readonly Session[]): Promise<Finding> {
  const client = new Session({ ...config, connectionTimeoutMillis: PROBE_MS, query_timeout: PROBE_MS });
  try {
    await client.connect();
    return { reached: true, silent: await findSilent(client, unanswered) };
  } catch (error) {
    // Any answer shows that the server is there, even a refusal for lack of connections.
    return error instanceof pg.DatabaseError ? { reached: true, silent: [] } : { reached: false };
  } finally {
    // Not awaited: a silent server doesn't confirm the end either.
    client.end().catch(() => {});
  }
}

async function findSilent(client: Session, unanswered: readonly Session[]): Promise<Session[]> {
  const before = new Map(unanswered.map((session) => [session, session.received]));
  const suspects = await notWorkedOn(client, unanswered);
  if (suspects.length === 0) return [];
  await delay(CONFIRM_MS);
  const again = await notWorkedOn(client, suspects);
  const silent = again.filter((session) => session.received === before.get(session));
  for (const { backend } of silent) {
    if (!backend) continue;
    await client
      .query(
        `SELECT pg_terminate_backend(pid, ${TERMINATE_MS}) FROM pg_catalog.pg_stat_activity
         WHERE pid = $1 AND backend_start::text = $2 AND wait_event_type = 'Client'`,
        [backend.pid, backend.started],
      )
      .catch(() => {});
  }
  return silent;
}

async function notWorkedOn(client: Session, sessions: readonly Session[]): Promise<Session[]> {
  const pids = sessions.flatMap(({ backend }) => (backend ? [backend.pid] : []));
  if (pids.length === 0) return [];
  const { rows } = await client.query<BackendRow>(
    `SELECT pid, backend_start::text AS started, wait_event_type AS waits_for
     FROM pg_catalog.pg_stat_activity WHERE pid = ANY ($1::int[])`,
    [pids],
  );
  const backends = new Map(rows.map((row) => [row.pid, row]));
  return sessions.filter(({ backend }) => {
    if (!backend) return false;
    const row = backends.get(backend.pid);
    return row?.started !== backend.started || row.waits_for === 'Client';
  });
}
