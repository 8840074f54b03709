import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { silentLogger } from '../kernel/logger.ts';
import type { MigrationSource, Postgres } from '../platform/postgres/index.ts';
import { readMigrations } from '../platform/postgres/migrations.ts';
import { connect } from '../platform/postgres/open.ts';

export interface TestDatabase {
  postgres: Postgres;
  /** As in `DATABASE_URL`, for code that connects itself. */
  url: string;
  /** Another pool of connections to the same database, like another process. Close it before the database. */
  another(): Postgres;
  /** Drops the database, even with open connections. */
  close(): Promise<void>;
}

/**
 * A new database with these migrations applied, on the run's one server. Files with the same migrations get copies of
 * one template, which take 20 ms. Call `afterAll(database.close)`.
 */
export async function testDatabase(options: { migrations: readonly MigrationSource[] }): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await withServer(async (server) => {
    const template = await ensureTemplate(server, options.migrations);
    await server.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  });
  const postgres = open(name);
  return {
    postgres,
    url: `postgres://postgres@localhost/${name}?host=${encodeURIComponent(inject('postgresHost'))}&port=${inject('postgresPort')}`,
    another: () => open(name),
    close: async () => {
      await postgres.close();
      await withServer((server) => server.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

function connection(database: string): pg.ClientConfig {
  return { host: inject('postgresHost'), port: inject('postgresPort'), user: 'postgres', database };
}

function open(database: string): Postgres {
  return connect(connection(database), { logger: silentLogger, poolSize: 10, onClose: () => Promise.resolve() });
}

let admin: pg.Pool | undefined;

/**
 * The test process's one connection for making and dropping databases, because connecting takes longer than copying a
 * template. Keeps no process alive.
 */
function adminPool(): pg.Pool {
  if (admin) return admin;
  admin = new pg.Pool({ ...connection('postgres'), max: 1, idleTimeoutMillis: 0, allowExitOnIdle: true });
  // Lost when the run's server stops; the pool opens another when it is needed.
  admin.on('error', () => {});
  return admin;
}

async function withServer<T>(run: (server: pg.ClientBase) => Promise<T>): Promise<T> {
  const server = await adminPool().connect();
  try {
    return await run(server);
  } finally {
    server.release();
  }
}

/** Made once per run for each set of migrations, by the first worker that needs it. Named by its content. */
async function ensureTemplate(server: pg.ClientBase, migrations: readonly MigrationSource[]): Promise<string> {
  const files = await readMigrations(migrations);
  const content = files.map(({ source, file, sha256 }) => `${source}/${file}/${sha256}`).join('\n');
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 32);
  const template = `template_${hash}`;
  await server.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [template]);
  try {
    const { rowCount } = await server.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 0) await makeTemplate(server, template, migrations);
  } finally {
    await server.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [template]);
  }
  return template;
}

async function makeTemplate(
  server: pg.ClientBase,
  template: string,
  migrations: readonly MigrationSource[],
): Promise<void> {
  const draft = `draft_${template}`;
  await server.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
  await server.query(`CREATE DATABASE ${draft} STRATEGY FILE_COPY`);
  if (migrations.length > 0) {
    const postgres = open(draft);
    await postgres.migrate(migrations).finally(() => postgres.close());
  }
  await server.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
}
