import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { errorMessage, StartError, VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { startEmbeddedServer } from './embedded-server.ts';
import { isConflict, isUnavailable, translate } from './errors.ts';
import type { Postgres } from './port.ts';
import { Listener } from './listener.ts';
import { migrate } from './migrations.ts';
import { clientConfig, createKysely, createPool } from './pool.ts';
import { ServerWatch } from './watch.ts';

export interface OpenPostgresOptions {
  /** A server to use. Without it the embedded one is started on `dataDir/postgres`. */
  url: string | undefined;
  dataDir: string;
  logger: Logger;
  /** Connections at most, besides the one for notifications. 10 by default. */
  poolSize?: number;
  /** Ends the wait for a server that does not answer. A server that is being started is started, and then yours to close. */
  signal?: AbortSignal;
}

/** The oldest version with everything our SQL uses. */
const OLDEST_VERSION = 140_000;
const CONNECT_PATIENCE_MS = 10_000;
const TRANSACTION_ATTEMPTS = 5;
/** Neither a transaction that nobody ends nor a server that is silent keeps the process from ending. */
const CLOSE_PATIENCE_MS = 3_000;

/**
 * Connects to the database, starting the embedded server where no other is named; the caller holds the data folder's
 * lock. Rejects with a StartError that says what to do. In the result, every rejection because the server is away is a
 * retryable VendorError `postgres/unavailable`; the connections come back by themselves.
 */
export async function openPostgres(options: OpenPostgresOptions): Promise<Postgres> {
  const { url, dataDir, logger, poolSize = 10, signal } = options;
  if (url !== undefined) {
    const connection = { connectionString: url };
    await checkServer(connection, serverName(url), signal);
    return connect(connection, { logger, poolSize, onClose: () => Promise.resolve() });
  }
  const server = await startEmbeddedServer({ dataDir, logger });
  return connect(server.connection, { logger, poolSize, onClose: () => server.stop() });
}

interface ConnectOptions {
  logger: Logger;
  poolSize: number;
  onClose: () => Promise<void>;
}

/** The port over a server that is known to answer. */
export function connect(connection: pg.ClientConfig, { logger, poolSize, onClose }: ConnectOptions): Postgres {
  const pool = createPool(connection, poolSize, logger);
  const watch = new ServerWatch(clientConfig(connection), logger);
  const db = createKysely(pool, watch);
  const listener = new Listener(clientConfig(connection), logger, () => watch.answered());
  let closed: Promise<void> | undefined;
  const close = async () => {
    watch.close();
    const bothEnded = Promise.all([listener.close(), pool.end()]);
    await Promise.race([bothEnded, delay(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
    await onClose();
  };
  return {
    db,
    transaction: (run) => retryConflicts(() => db.transaction().execute(run)),
    listen: (channel, onPayload, onReconnect) => listener.listen(channel, onPayload, onReconnect),
    notify: async (target, channel, payload) => {
      await sql`SELECT pg_notify(${channel}, ${payload})`.execute(target);
    },
    migrate: async (sources) => {
      const client = new pg.Client(clientConfig(connection));
      client.on('error', () => {});
      try {
        await client.connect();
        await migrate(client, sources, logger);
      } catch (error) {
        throw translate(error);
      } finally {
        await client.end().catch(() => {});
      }
    },
    ping: async () => {
      await sql`SELECT 1`.execute(db);
    },
    close: () => (closed ??= close()),
  };
}

/**
 * Two transactions that wait for each other, or that a serializable order cannot be found for, are nobody's fault: the
 * one that PostgreSQL gave up runs again, after a wait of chance length so that they do not meet again.
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

async function checkServer(connection: pg.ClientConfig, name: string, signal?: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + CONNECT_PATIENCE_MS; ; await delay(500)) {
    signal?.throwIfAborted();
    try {
      const version = await readVersion(connection);
      if (version >= OLDEST_VERSION) return;
      throw new StartError(
        `The database server ${name} runs PostgreSQL ${Math.floor(version / 10_000)}. ` +
          `Familiar needs ${OLDEST_VERSION / 10_000} or newer.`,
      );
    } catch (error) {
      if (error instanceof StartError) throw error;
      if (!isUnavailable(error)) {
        throw new StartError(
          `The database server ${name} refused the connection: ${errorMessage(error)}. Check DATABASE_URL.`,
          { cause: error },
        );
      }
      if (Date.now() > deadline) {
        throw new StartError(
          `The database server ${name} does not answer: ${reason(error)}. Check that it runs and that DATABASE_URL ` +
            'names it, or leave DATABASE_URL out to use the built-in one.',
          { cause: error },
        );
      }
    }
  }
}

async function readVersion(connection: pg.ClientConfig): Promise<number> {
  const client = new pg.Client({ ...clientConfig(connection), connectionTimeoutMillis: 3_000, query_timeout: 3_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version");
    return Number(rows[0]?.version);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Host and port alone: the rest of the URL holds the password. */
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

/** Of an AggregateError (one per address of the host), the first that says something. */
function reason(error: unknown): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return errorMessage(inner);
}
