import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { errorMessage, StartError, VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { startEmbeddedServer } from './embedded-server.ts';
import { isConflict, isUnavailable, translate } from './errors.ts';
import { inspectServer } from './inspect-server.ts';
import type { Database, MigrationSource, Postgres, TransactionOptions, Tx } from './port.ts';
import { Listener } from './listener.ts';
import { migrate } from './migrations.ts';
import { clientConfig, createKysely, createPool } from './pool.ts';
import { missingRight } from './rights.ts';
import { EMBEDDED_SCHEMA } from './server-process.ts';
import { Session } from './session.ts';
import type { SessionConfig } from './session.ts';
import { StatementNames } from './statement-names.ts';
import { ConnectionWatch } from './watch.ts';

export interface OpenPostgresOptions {
  /** A server to use. Without it the embedded one is started on `dataDir/postgres`. */
  url: string | undefined;
  dataDir: string;
  logger: Logger;
  /** Maximum number of connections besides the one for notifications. 10 by default. */
  poolSize?: number | undefined;
  /** Stops waiting for a server that doesn't answer. An embedded server that is starting is still started; close it. */
  signal?: AbortSignal;
}

const TRANSACTION_ATTEMPTS = 5;
const MIGRATE_ATTEMPTS = 3;
const LOST_ATTEMPTS = 2;
/** `trouble` answers within this time. */
const CHECK_PATIENCE_MS = 2_000;
/** Neither an unfinished transaction nor a silent server keeps the process from ending. */
const CLOSE_PATIENCE_MS = 3_000;

/**
 * Connects to the database and starts the embedded server when no other is named; the caller holds the data folder's
 * lock. Rejects with a StartError that says what to do. Later, every rejection because the server is away is a
 * retryable VendorError `postgres/unavailable`; connections recover by themselves.
 */
export async function openPostgres(options: OpenPostgresOptions): Promise<Postgres> {
  const { url, dataDir, logger, poolSize = 10, signal } = options;
  if (url !== undefined) {
    const connection = { connectionString: url };
    const { schema } = await inspectServer(connection, serverName(url), signal);
    return connect({ ...connection, schema }, { logger, poolSize, onClose: () => Promise.resolve() });
  }
  const server = await startEmbeddedServer({ dataDir, logger });
  return connect({ ...server.connection, schema: EMBEDDED_SCHEMA }, { logger, poolSize, onClose: () => server.stop() });
}

interface ConnectOptions {
  logger: Logger;
  poolSize: number;
  onClose: () => Promise<void>;
}

/** The port over a server that answers. */
export function connect(connection: SessionConfig, { logger, poolSize, onClose }: ConnectOptions): Postgres {
  const watch = new ConnectionWatch(clientConfig(connection), logger);
  const config = { ...clientConfig(connection), watch };
  const names = new StatementNames();
  const pool = createPool({ ...config, names }, poolSize, logger);
  const db = createKysely(pool, watch, names);
  const listener = new Listener(config, logger, () => watch.answered());
  let closed: Promise<void> | undefined;
  const close = async () => {
    watch.close();
    const bothEnded = Promise.all([listener.close(), pool.end()]);
    await Promise.race([bothEnded, delay(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
    await onClose();
  };
  const ping = async () => {
    await sql`SELECT 1`.execute(db);
  };
  return {
    db,
    transaction: (run, options) => retryConflicts(() => transaction(db, run, options)),
    listen: (channel, onPayload, onReconnect) => listener.listen(channel, onPayload, onReconnect),
    notify: async (target, channel, payload) => {
      await sql`SELECT pg_notify(${channel}, ${payload})`.execute(target);
    },
    migrate: (sources) => migrateOver(config, sources, logger),
    ping,
    trouble: async () => {
      const late = delay(CHECK_PATIENCE_MS, 'The database answers slowly', { ref: false });
      return (await Promise.race([ping(), late])) ?? watch.trouble();
    },
    close: () => (closed ??= close()),
  };
}

/**
 * Runs again when the connection was lost before COMMIT was sent, because nothing has happened then. Later it may have
 * happened, which only the caller can find out.
 */
async function transaction<T>(
  db: Kysely<Database>,
  run: (tx: Tx) => Promise<T>,
  { flush }: TransactionOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    let isCommitting = false;
    try {
      return await db.transaction().execute(async (tx) => {
        if (flush === 'soon') await sql`SET LOCAL synchronous_commit = off`.execute(tx);
        const result = await run(tx);
        isCommitting = true;
        return result;
      });
    } catch (error) {
      if (isCommitting || attempt === LOST_ATTEMPTS || !isUnavailable(error)) throw error;
    }
  }
}

/** Uses its own connection. When that is lost, the missing files are tried again. */
async function migrateOver(config: SessionConfig, sources: readonly MigrationSource[], logger: Logger): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const client = new Session(config);
    try {
      await client.connect();
      await migrate(client, sources, logger);
      return;
    } catch (error) {
      if (attempt === MIGRATE_ATTEMPTS || !isUnavailable(error)) throw missingRight(error, client) ?? translate(error);
      await delay(500);
    } finally {
      client.end().catch(() => {});
    }
  }
}

/**
 * Deadlocks and serialization failures are no one's fault: the transaction that PostgreSQL ended runs again, after a
 * random delay so that the same two don't meet again.
 */
async function retryConflicts<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt === TRANSACTION_ATTEMPTS) {
        throw new VendorError('postgres/conflict', `Too many transactions at once: ${errorMessage(error)}`, {
          retryable: true,
          cause: error,
        });
      }
      await delay(Math.random() * 10 * 2 ** attempt);
    }
  }
}

/** Host and port only: the rest of the URL contains the password. */
function serverName(url: string): string {
  try {
    const { host, searchParams } = new URL(url);
    const name = host || searchParams.get('host');
    if (name) return name;
  } catch {
    // Told below.
  }
  throw new StartError('DATABASE_URL is not valid. It looks like postgres://user:password@host:5432/database.');
}
