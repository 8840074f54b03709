import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import pg from 'pg';
import type { Logger } from '../../kernel/logger.ts';
import type { Database } from './database.ts';
import { isStalePlan, isUnavailable, translate } from './errors.ts';
import { Session } from './session.ts';
import type { StatementNames } from './statement-names.ts';
import type { SessionConfig } from './session.ts';
import type { ConnectionWatch } from './watch.ts';

const INT8: number = pg.types.builtins.INT8;

/**
 * `bigint` columns become numbers, which are exact for counts, times and micro-dollars below 2^53. A larger value
 * throws instead of being rounded. `numeric` (also the sum of bigints) stays a string.
 */
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} from the database exceeds 2^53`);
  return value;
}

function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  return oid === INT8 ? parseInt8 : (pg.types.getTypeParser(oid, format) as (text: string) => unknown);
}

/** How long a query waits for a connection, and a connection for the server. */
const CONNECT_TIMEOUT_MS = 5_000;

export function clientConfig(connection: SessionConfig): SessionConfig {
  return {
    ...connection,
    types: { getTypeParser: getTypeParser as pg.CustomTypesConfig['getTypeParser'] },
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'familiar',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  };
}

/** A lost connection is removed from the pool and fails the query that used it; it never ends the process. */
export function createPool(config: SessionConfig, poolSize: number, logger: Logger): pg.Pool {
  const pool = new pg.Pool({ ...config, Client: Session, max: poolSize, idleTimeoutMillis: 30_000 });
  const report = (error: Error) => logger.debug({ error }, 'A database connection was lost');
  pool.on('error', report);
  pool.on('connect', (client) => client.on('error', report));
  return pool;
}

export function createKysely(pool: pg.Pool, watch: ConnectionWatch, names: StatementNames): Kysely<Database> {
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool: translatingPool(pool, watch, names) }) });
}

/** Kysely recognises a connection by identity, so each client keeps one wrapper for life. */
function translatingPool(pool: pg.Pool, watch: ConnectionWatch, names: StatementNames): PostgresPool {
  const wrappers = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await usableClient(pool, watch).catch((error: unknown) => {
        throw translate(error);
      });
      const known = wrappers.get(client);
      if (known) return known;
      const wrapper = translatingClient(client, names, () => usableClient(pool, watch));
      wrappers.set(client, wrapper);
      return wrapper;
    },
  };
}

type PooledSession = pg.PoolClient & Session;

async function usableClient(pool: pg.Pool, watch: ConnectionWatch): Promise<PooledSession> {
  for (;;) {
    watch.check();
    const client = (await watch.follow(pool.connect())) as PooledSession;
    if (await watch.isUsable(client)) return client;
    client.cut();
    client.release(true);
  }
}

/**
 * May run again when its answer was lost. Of the functions that a SELECT outside a transaction calls, only pg_notify
 * has an effect, and a repeated notification is harmless.
 */
const READ = /^\s*select\b/i;

function translatingClient(
  client: PooledSession,
  names: StatementNames,
  another: () => Promise<PooledSession>,
): PostgresPoolClient {
  let released = false;
  const query = async (sql: string, parameters: readonly unknown[]) => {
    const isAlone = client.getTransactionStatus() === 'I';
    const isRead = isAlone && READ.test(sql);
    try {
      return await client.run(sql, parameters).catch((error: unknown) => {
        if (isStalePlan(error)) {
          names.renew();
          if (isAlone) return client.run(sql, parameters);
        }
        if (!isRead || released || !isUnavailable(error)) throw error;
        // Frees its place in the pool first: others may be waiting for one.
        released = true;
        client.release(true);
        return runOnce(another, sql, parameters);
      });
    } catch (error) {
      throw translate(error);
    }
  };
  return {
    // Kysely's other overload takes cursors, which need a package that we don't use.
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy?: boolean) => {
      if (!released) client.release(destroy);
    },
  };
}

async function runOnce(connect: () => Promise<PooledSession>, sql: string, parameters: readonly unknown[]) {
  const client = await connect();
  let failed = true;
  try {
    const result = await client.run(sql, parameters);
    failed = false;
    return result;
  } finally {
    client.release(failed);
  }
}
