import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import { testDatabase } from '../../testing/postgres.ts';
import type { TestDatabase } from '../../testing/postgres.ts';
import { openPostgres } from './index.ts';
import type { Postgres } from './index.ts';

let database: TestDatabase;
let folder: string;
let role: string;
const opened: Postgres[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'));
  await writeFile(join(folder, '001-a.sql'), 'CREATE TABLE noted (at timestamptz NOT NULL, span interval, raw bytea);');
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  database = await testDatabase({ migrations: [] });
  role = `role_${randomBytes(6).toString('hex')}`;
  await admin(`CREATE ROLE ${role} LOGIN`);
});
afterEach(async () => {
  for (const postgres of opened.splice(0)) await postgres.close();
  await admin(`DROP OWNED BY ${role} CASCADE`);
  await admin(`DROP ROLE ${role}`);
  await database.close();
});

const admin = (text: string) => sql.raw(text).execute(database.postgres.db);
const makeOwner = () => admin(`ALTER SCHEMA public OWNER TO ${role}`);

/** Connects like the bot: with DATABASE_URL as this role, and migrates. */
async function start(query = ''): Promise<Postgres> {
  const url = database.url.replace('postgres://postgres@', `postgres://${role}@`) + query;
  const postgres = await openPostgres({ url, dataDir: '/nonexistent', logger: silentLogger });
  opened.push(postgres);
  await postgres.migrate([{ name: 'test', folder }]);
  return postgres;
}

const schemas = async () => {
  const { rows } = await sql<{ name: string }>`SELECT table_schema AS name FROM information_schema.tables
    WHERE table_name = 'noted' ORDER BY 1`.execute(database.postgres.db);
  return rows.map(({ name }) => name);
};

describe('a role with settings of its own', () => {
  it.each([
    'default_transaction_isolation = serializable',
    'default_transaction_read_only = on',
    'default_transaction_deferrable = on',
    `datestyle = 'German, DMY'`,
    `datestyle = 'SQL, DMY'`,
    'intervalstyle = sql_standard',
    `timezone = 'Asia/Kolkata'`,
    'bytea_output = escape',
    'extra_float_digits = -15',
    'standard_conforming_strings = off',
    'statement_timeout = 500',
    'lock_timeout = 1',
    'idle_in_transaction_session_timeout = 500',
    'idle_session_timeout = 500',
    'transaction_timeout = 500',
    'row_security = off',
    `search_path = 'nowhere'`,
    `search_path = ''`,
    `search_path = 'pg_catalog'`,
    `client_encoding = 'LATIN1'`,
    `lc_numeric = 'C'`,
  ])("doesn't change how the database works: %s", async (setting) => {
    await makeOwner();
    await admin(`ALTER ROLE ${role} SET ${setting}`);
    const postgres = await start();
    const written = new Date('2026-11-05T23:30:00.125Z');
    const raw = Buffer.from([0, 92, 255]);
    await postgres.transaction(async (tx) => {
      await sql`INSERT INTO noted VALUES (${written}, ${'1 day 02:00:00'}, ${raw})`.execute(tx);
      // Longer than any of these limits.
      if (setting.includes('timeout')) await sql`SELECT pg_sleep(0.6)`.execute(tx);
    });
    const { rows } = await sql`SELECT at, span, raw, 0.1::float8 + 0.2::float8 AS sum, length('a\\b') AS length,
      '1,5 €' AS text, at::date::text AS day, current_setting('transaction_isolation') AS isolation
      FROM noted`.execute(postgres.db);
    expect(rows).toEqual([
      expect.objectContaining({ at: written, raw, sum: 0.30000000000000004, length: 3, text: '1,5 €' }),
    ]);
    expect(rows[0]).toMatchObject({ day: '2026-11-05', isolation: 'read committed', span: { days: 1, hours: 2 } });
    expect(await schemas()).toEqual(['public']);
    const heard = Promise.withResolvers<string>();
    const stop = await postgres.listen('settings', heard.resolve);
    await postgres.notify(postgres.db, 'settings', 'arrived');
    expect(await heard.promise).toBe('arrived');
    await stop();
  });
});

describe('the schema', () => {
  it('is the one that the role names, and stays when the role later names another', async () => {
    await admin(`CREATE SCHEMA bot AUTHORIZATION ${role}`);
    await admin(`ALTER ROLE ${role} SET search_path = bot`);
    await start();
    expect(await schemas()).toEqual(['bot']);
    await admin(`CREATE SCHEMA elsewhere AUTHORIZATION ${role}`);
    await admin(`ALTER ROLE ${role} SET search_path = elsewhere, bot`);
    await start();
    expect(await schemas()).toEqual(['bot']);
  });

  it('with the tables is found when the role names another where it could make them', async () => {
    await makeOwner();
    await start();
    await admin(`CREATE SCHEMA other AUTHORIZATION ${role}`);
    await admin(`ALTER ROLE ${role} SET search_path = other`);
    await start();
    expect(await schemas()).toEqual(['public']);
  });

  it('in DATABASE_URL is used although there are tables in another', async () => {
    await makeOwner();
    await start();
    await admin(`CREATE SCHEMA second AUTHORIZATION ${role}`);
    await start(`&options=${encodeURIComponent('-c search_path=second')}`);
    expect(await schemas()).toEqual(['public', 'second']);
  });
});

describe('a role without rights', () => {
  const refusal = () => start().catch((error: unknown) => error);

  it('to create tables learns which right is missing and how to get it', async () => {
    const failure = await refusal();
    expect(failure).toMatchObject({ name: 'StartError' });
    expect(String(failure)).toContain(
      `The database user "${role}" may not make and change tables in the schema "public"`,
    );
    expect(String(failure)).toContain(`GRANT USAGE, CREATE ON SCHEMA "public" TO "${role}"`);
    await admin(`GRANT USAGE, CREATE ON SCHEMA "public" TO "${role}"`);
    await start();
  });

  it("on another role's tables learns that", async () => {
    await database.postgres.migrate([{ name: 'test', folder }]);
    await admin(`GRANT USAGE, CREATE ON SCHEMA "public" TO "${role}"`);
    expect(await refusal()).toMatchObject({
      name: 'StartError',
      message: expect.stringContaining('permission denied') as string,
    });
  });

  it('to use any schema learns that', async () => {
    await admin('REVOKE ALL ON SCHEMA public FROM PUBLIC');
    expect(await refusal()).toMatchObject({
      name: 'StartError',
      message: expect.stringContaining('GRANT USAGE') as string,
    });
  });
});
