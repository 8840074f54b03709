import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../testing/postgres.ts';

let folder: string;
let database: TestDatabase;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  database = await testDatabase({ migrations: [] });
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const write = (file: string, text: string) => writeFile(join(folder, file), text);
const migrate = () => database.postgres.migrate([{ name: 'test', folder }]);

async function names(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1
  `.execute(database.postgres.db);
  return rows.map((row) => row.name).filter((name) => name !== 'familiar_migration');
}

describe('migrations', () => {
  it('are applied in order of name, each once, and later ones when they come', async () => {
    await write('002-b.sql', 'ALTER TABLE a ADD COLUMN b text;');
    await write('001-a.sql', 'CREATE TABLE a (id text);');
    await write('notes.txt', 'not SQL');
    await migrate();
    await migrate();
    await write('003-c.sql', 'CREATE TABLE c (id text);');
    await migrate();
    expect(await names()).toEqual(['a', 'c']);
  });

  it('may be none', async () => {
    await database.postgres.migrate([{ name: 'nothing', folder: join(folder, 'missing') }]);
    expect(await names()).toEqual([]);
  });

  it('run once when several processes start at once on an empty database', async () => {
    await write('001-a.sql', 'CREATE TABLE a (id text); INSERT INTO a VALUES (1);');
    await Promise.all([migrate(), migrate(), migrate(), migrate()]);
    const { rows } = await sql`SELECT * FROM a`.execute(database.postgres.db);
    expect(rows).toHaveLength(1);
  });

  it('tell the file and the line of an error, and leave nothing of that file behind', async () => {
    await write('001-a.sql', 'CREATE TABLE a (id text);');
    await write(
      '002-b.sql',
      '-- two statements\nCREATE TABLE b (id text);\n\nCREATE TABLE c (\n  id text,\n  n nonsense\n);',
    );
    await expect(migrate()).rejects.toMatchObject({ name: 'StartError' });
    await expect(migrate()).rejects.toThrow(/002-b\.sql failed at line 6: type "nonsense" does not exist/);
    expect(await names()).toEqual(['a']);
  });

  it('tell the line of the statement when PostgreSQL names no place in it', async () => {
    await write('001-a.sql', 'CREATE TABLE a (id text PRIMARY KEY);\n\nINSERT INTO a\nVALUES (1), (1);');
    await expect(migrate()).rejects.toThrow(/001-a\.sql failed at line 3: duplicate key/);
  });

  it('may not change once applied', async () => {
    await write('001-a.sql', 'CREATE TABLE a (id text);');
    await migrate();
    await write('001-a.sql', 'CREATE TABLE a (id text, b text);');
    await expect(migrate()).rejects.toThrow(/001-a\.sql was changed after.*Restore the file/s);
  });

  it('may not be missing: an older version does not start on a newer database', async () => {
    await write('001-a.sql', 'CREATE TABLE a (id text);');
    await migrate();
    await rm(join(folder, '001-a.sql'));
    await expect(migrate()).rejects.toThrow(/newer version of Familiar \(migration test\/001-a\.sql/);
  });
});
