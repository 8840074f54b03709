import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/postgres.ts';
import { StatementNames } from './statement-names.ts';

const database = await testDatabase({ migrations: [] });
const { postgres } = database;
const { db } = postgres;
afterAll(() => database.close());

beforeEach(async () => {
  await sql`DROP TABLE IF EXISTS pet`.execute(db);
  await sql`CREATE TABLE pet (name text)`.execute(db);
  await sql`INSERT INTO pet VALUES ('Mia')`.execute(db);
});

type In = Pick<typeof db, 'getExecutor'>;
const pets = async (at: In) => (await sql`SELECT * FROM pet WHERE name <> ${'Rex'}`.execute(at)).rows;
const often = async (at: In = db) => {
  for (let time = 0; time < 8; time += 1) await pets(at);
};
const planned = async () =>
  (
    await sql<{
      n: number;
    }>`SELECT count(*) AS n FROM pg_prepared_statements WHERE statement LIKE 'SELECT * FROM pet%'`.execute(db)
  ).rows[0]?.n;

describe('a statement that comes often', () => {
  it('is planned once, and one that came twice is not kept', async () => {
    await pets(db);
    await pets(db);
    expect(await planned()).toBe(0);
    await often();
    expect(await planned()).toBe(1);
  });

  it('finds the columns that another version of the program added', async () => {
    await often();
    await sql`ALTER TABLE pet ADD COLUMN kind text DEFAULT 'cat'`.execute(db);
    expect(await pets(db)).toEqual([{ name: 'Mia', kind: 'cat' }]);
  });

  it('finds them in a transaction, which runs again', async () => {
    await often();
    await sql`ALTER TABLE pet ADD COLUMN kind text DEFAULT 'cat'`.execute(db);
    const found = await postgres.transaction(async (tx) => {
      await sql`INSERT INTO pet VALUES ('Tom')`.execute(tx);
      return pets(tx);
    });
    expect(found).toEqual([
      { name: 'Mia', kind: 'cat' },
      { name: 'Tom', kind: 'cat' },
    ]);
  });

  it('works on a connection that a pooler has given to another client since', async () => {
    await often();
    await sql`DEALLOCATE ALL`.execute(db);
    expect(await pets(db)).toEqual([{ name: 'Mia' }]);
  });

  it('still fails when it is wrong', async () => {
    await often();
    await sql`ALTER TABLE pet RENAME COLUMN name TO called`.execute(db);
    await expect(pets(db)).rejects.toMatchObject({ code: '42703' });
  });
});

it('ever new texts stay without a name, and names are few', () => {
  const names = new StatementNames();
  for (let text = 0; text < 10_000; text += 1) expect(names.of(`SELECT ${text}`)).toBeUndefined();
  const uses = (text: string) => [1, 2, 3].map(() => names.of(text))[2];
  const given = Array.from({ length: 2_000 }, (_, text) => uses(`SELECT ${text}, ${text}`));
  expect(new Set(given.filter(Boolean)).size).toBe(400);
  expect(uses('x'.repeat(30_000))).toBeUndefined();
});
