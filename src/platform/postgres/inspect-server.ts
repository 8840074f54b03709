import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage, StartError } from '../../kernel/errors.ts';
import { isUnavailable } from './errors.ts';
import { clientConfig } from './pool.ts';
import { Session } from './session.ts';
import type { SessionConfig } from './session.ts';

/** The oldest version with everything our SQL uses. */
const OLDEST_VERSION = 140_000;
const CONNECT_PATIENCE_MS = 10_000;
const ANSWER_MS = 3_000;

/**
 * The schema with our tables, or else one where this role may create them: first the schemas of its search path, then
 * the one with its name, then `public`. A path in DATABASE_URL (`?options=-c search_path=…`) is taken literally, so two
 * bots can share a database; the role's path may have changed since the tables were made.
 */
const FIND_SCHEMA = `
  SELECT n.nspname AS schema
  FROM pg_catalog.pg_namespace n
  JOIN LATERAL (
    SELECT current_schemas(false)::text[]
      || CASE WHEN s.source = 'client' THEN ARRAY[]::text[] ELSE ARRAY[current_user::text, 'public'] END AS names
    FROM pg_catalog.pg_settings s WHERE s.name = 'search_path'
  ) path ON n.nspname::text = ANY (path.names)
  LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = 'familiar_migration'
  WHERE n.nspname !~ '^(pg_|information_schema$)' AND has_schema_privilege(n.oid, 'USAGE')
  ORDER BY coalesce(has_table_privilege(c.oid, 'INSERT'), false) DESC,
    has_schema_privilege(n.oid, 'CREATE') DESC,
    array_position(path.names, n.nspname::text)
  LIMIT 1`;

interface ServerFacts {
  /** Undefined when there is none that this role may use. */
  schema: string | undefined;
}

/** Waits for a server that is starting. Rejects with a StartError that names the problem. */
export async function inspectServer(
  connection: SessionConfig,
  name: string,
  signal?: AbortSignal,
): Promise<ServerFacts> {
  for (const deadline = Date.now() + CONNECT_PATIENCE_MS; ; await delay(500)) {
    signal?.throwIfAborted();
    try {
      const { version, schema } = await readFacts(connection);
      if (version >= OLDEST_VERSION) return { schema };
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

async function readFacts(connection: SessionConfig): Promise<ServerFacts & { version: number }> {
  const limits = { connectionTimeoutMillis: ANSWER_MS, query_timeout: ANSWER_MS };
  const client = new Session({ ...clientConfig(connection), ...limits });
  try {
    await client.connect();
    const version = await client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version");
    const found = await client.query<{ schema: string }>(FIND_SCHEMA);
    return { version: Number(version.rows[0]?.version), schema: found.rows[0]?.schema };
  } finally {
    client.end().catch(() => {});
  }
}

/** The first message of an AggregateError, which has one error per address of the host. */
function reason(error: unknown): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return errorMessage(inner);
}
