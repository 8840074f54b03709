import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startOwnServer } from '../../testing/own-server.ts';
import type { OwnServer } from '../../testing/own-server.ts';
import type { TestDatabase } from '../../testing/postgres.ts';

let server: OwnServer;
let database: TestDatabase;
beforeAll(async () => {
  server = await startOwnServer();
  database = await server.database({ migrations: [] });
});
afterAll(() => server.close());

const unavailable = { code: 'postgres/unavailable', retryable: true };
const failureOf = (work: Promise<unknown>) => work.then(() => undefined).catch((error: unknown) => error);

describe('a query', () => {
  it('that is only slow is left alone', async () => {
    const { rows } = await sql<{ done: boolean }>`SELECT pg_sleep(3) IS NOT NULL AS done`.execute(database.postgres.db);
    expect(rows).toEqual([{ done: true }]);
  });
});

describe('a server that falls silent', () => {
  it('fails waiting queries, then everything at once, and works again when it answers', async () => {
    const { postgres } = database;
    const transaction = postgres.transaction(async (tx) => {
      await sql`SELECT 1`.execute(tx);
      await server.freeze();
      await sql`SELECT 2`.execute(tx);
    });
    expect(await failureOf(transaction)).toMatchObject(unavailable);
    // Twenty queries, twice the number of connections: none waits behind those that hang.
    const more = await Promise.all(Array.from({ length: 20 }, () => failureOf(postgres.ping())));
    for (const failure of more) expect(failure).toMatchObject(unavailable);
    await server.thaw();
    await vi.waitFor(() => postgres.ping(), { timeout: 5000 });
  });

  it("doesn't keep the connections from being closed", async () => {
    const received: string[] = [];
    await database.postgres.listen('greeting', (payload) => received.push(payload));
    await server.freeze();
    await database.close();
    await server.thaw();
  });
});
