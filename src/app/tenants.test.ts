import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '../kernel/logger.ts';
import { openPostgres } from '../platform/postgres/index.ts';
import { startTestBot } from '../testing/bot.ts';
import type { TestBot } from '../testing/bot.ts';
import { testDatabase } from '../testing/postgres.ts';
import type { TestDatabase } from '../testing/postgres.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/tenants.md'), 'utf8');

/** The SQL of the page under this comment. */
const template = (title: string) => new RegExp(`\`\`\`sql\n-- ${title}\n([^\`]+)\`\`\``).exec(page)?.[1] ?? '';

const roles = ['one', 'two'].map((name) => `tenant_${name}_${randomUUID().slice(0, 8)}`);
let shared: TestDatabase;
let bots: TestBot[];

/** Runs the template on the shared database, and opens it as the new role. */
async function asTenant(role: string): Promise<TestDatabase> {
  const statements = template('each tenant').replaceAll('tenant_name', role).replaceAll('familiar', databaseName());
  await sql.raw(statements).execute(shared.postgres.db);
  const url = shared.url.replace('//postgres@', `//${role}:a-long-random-password@`);
  const postgres = await openPostgres({ url, dataDir: '', logger: silentLogger, poolSize: 2 });
  const unused = () => {
    throw new Error('A tenant of this test has one process.');
  };
  return { postgres, url, another: unused, close: () => postgres.close() };
}

const databaseName = () => /\/(test_\w+)/.exec(shared.url)?.[1] ?? '';

beforeAll(async () => {
  shared = await testDatabase({ migrations: [] });
  await sql.raw(template('once').replaceAll('familiar', databaseName())).execute(shared.postgres.db);
  bots = [];
  for (const role of roles) bots.push(await startTestBot({ database: () => asTenant(role) }));
}, 60_000);
afterAll(async () => {
  for (const bot of bots) await bot.close();
  for (const role of roles)
    await sql.raw(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`).execute(shared.postgres.db);
  await shared.close();
});

it('two bots on one database answer, each from tables that the other may not read', async () => {
  for (const [index, bot] of bots.entries()) {
    bot.providers.answer('who are you?', { text: `Bot ${index}.` });
    await bot.alice.says('#general', `<@${bot.app.discord.self.userId}> who are you?`);
    await bot.alice.sees(`Bot ${index}.`);
    await bot.idle();
  }
  const tables = await sql<{ schema: string; name: string }>`
    SELECT schemaname AS schema, tablename AS name FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`.execute(shared.postgres.db);
  expect(new Set(tables.rows.map(({ schema }) => schema))).toEqual(new Set(roles));
  expect(tables.rows.length).toBeGreaterThan(60);
  for (const { schema, name } of tables.rows) {
    const [own, other] = schema === roles[0] ? bots : bots.toReversed();
    const read = (bot: TestBot | undefined) =>
      sql.raw(`SELECT 1 FROM ${schema}.${name} LIMIT 1`).execute(bot?.database.postgres.db ?? shared.postgres.db);
    await expect(read(own), name).resolves.toBeDefined();
    await expect(read(other), name).rejects.toThrow(/permission denied for schema/);
  }
});
