import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import {
  emptyBooks,
  free,
  fresh,
  grantOf,
  guild,
  heldOf,
  ledgerBench,
  limit,
  moneyOf,
  request,
  spend,
  terms,
  user,
} from '../../testing/ledger-bench.ts';

const { ledger, postgres } = await ledgerBench();

describe('the record', () => {
  const charged = () => spend(ledger, request(fresh('k'), { terms: terms(fresh('u')) }));

  it('is append-only', async () => {
    await charged();
    for (const statement of [
      sql`UPDATE ledger_entry SET amount = amount + 1`,
      sql`UPDATE ledger_entry SET account = 'mint'`,
      sql`DELETE FROM ledger_entry`,
      sql`UPDATE ledger_transaction SET reason = 'other'`,
      sql`DELETE FROM ledger_transaction`,
      sql`TRUNCATE ledger_entry`,
      sql`TRUNCATE ledger_transaction CASCADE`,
    ]) {
      await expect(statement.execute(postgres.db)).rejects.toThrow('append-only');
    }
  });

  it("accepts new names only while a person's data is deleted", async () => {
    await charged();
    const forgetting = (statement: ReturnType<typeof sql>) =>
      postgres.transaction(async (tx) => {
        await sql`SELECT set_config('familiar.ledger_forgets', 'on', true)`.execute(tx);
        await statement.execute(tx);
      });
    await expect(forgetting(sql`UPDATE ledger_entry SET amount = amount * 2`)).rejects.toThrow('append-only');
    await expect(forgetting(sql`DELETE FROM ledger_entry`)).rejects.toThrow('append-only');
  });

  it("refuses entries that don't sum to zero in each unit", async () => {
    const { key } = await charged();
    const { id } = await postgres.db
      .selectFrom('ledger_transaction')
      .select('id')
      .where('hold_key', '=', key)
      .executeTakeFirstOrThrow();
    const add = (entries: { unit: 'micros' | 'tokens'; amount: number }[]) =>
      postgres.db
        .insertInto('ledger_entry')
        .values(entries.map((entry, index) => ({ ...entry, transaction_id: id, account: `test/${index}` })))
        .execute();
    await expect(add([{ unit: 'micros', amount: 1 }])).rejects.toThrow('instead of zero');
    const mixed = [
      { unit: 'micros' as const, amount: 1 },
      { unit: 'tokens' as const, amount: -1 },
    ];
    await expect(add(mixed)).rejects.toThrow('instead of zero');
  });

  it('reports where a meter, savings or a hold differ from it', async () => {
    const payer = fresh('u');
    await ledger.grant(postgres.db, grantOf(payer, 20));
    const { key } = await spend(ledger, request(fresh('k'), { terms: terms(payer) }));
    const bend = (sign: 1 | -1) =>
      postgres.transaction(async (tx) => {
        await sql`UPDATE ledger_meter SET spent = spent + ${sign * 5} WHERE holder = ${`user:${payer}`}`.execute(tx);
        await sql`UPDATE ledger_savings SET granted = granted + ${sign} WHERE user_id = ${payer}`.execute(tx);
        await sql`UPDATE ledger_hold SET charged = jsonb_build_object('micros', 100 + ${sign === 1 ? 1 : 0}::int)
          WHERE key = ${key}`.execute(tx);
      });
    await bend(1);
    expect(await ledger.verify()).toEqual([
      { account: `user:${payer} allowance 2026-11-21 spent`, unit: 'micros', stored: 105, folded: 100 },
      { account: `user:${payer}/savings granted`, unit: 'micros', stored: 21, folded: 20 },
      { account: `hold ${key} charged`, unit: 'micros', stored: 101, folded: 100 },
    ]);
    await bend(-1);
  });
});

describe('a person', () => {
  it('gets everything stored about them', async () => {
    const payer = fresh('u');
    await ledger.grant(postgres.db, grantOf(payer, 20));
    await spend(ledger, request(fresh('k'), { terms: terms(payer), facts: { model: 'a/b' } }));
    expect(await ledger.exportUser(payer)).toMatchObject({
      savings: [{ userId: payer, unit: 'micros', granted: 20 }],
      grantsAndRefunds: [{ kind: 'grant', reason: 'thanks', unit: 'micros', amount: 20, received: true }],
      holds: [{ step: 'answer', state: 'settled', charged: { micros: 100 }, facts: { model: 'a/b' } }],
    });
  });

  it("is anonymised: name and savings go, the pools' figures stay", async () => {
    const [payer, place, direct] = [fresh('u'), fresh('g'), fresh('dm')];
    const own = terms(payer, { guildId: place, limits: [limit(user(payer), 10_000, { rule: 'personal cap' })] });
    await ledger.grant(postgres.db, grantOf(payer, 300));
    await spend(ledger, request(fresh('k'), { terms: own, wanted: { micros: 600 } }));
    await spend(
      ledger,
      request(fresh('k'), { terms: { ...own, guildId: null, channelId: direct }, wanted: { micros: 50 } }),
    );
    const open = heldOf(await ledger.reserve(request(fresh('k'), { terms: own, wanted: { micros: 50 } })));
    const before = await ledger.use(guild(place), '2026-11-21', '2026-11-21');
    expect(await postgres.transaction((tx) => ledger.forgetUser(tx, payer))).toBeGreaterThan(5);
    expect(await everythingStored()).not.toMatch(new RegExp(`"[^"]*\\b(${payer}|${direct})\\b`));
    expect(await moneyOf(ledger, payer)).toMatchObject({ ...free, savings: { granted: 0, spent: 0, held: 0 } });
    expect(await ledger.verify()).toEqual([]);
    expect(await ledger.settle(open.key, { micros: 20 })).toMatchObject({ ended: true });
    const [day] = await ledger.use(guild(place), '2026-11-21', '2026-11-21');
    expect(day?.spent.micros).toBe((before[0]?.spent.micros ?? 0) + 20);
  });

  const everythingStored = async () => {
    const tables = ['ledger_meter', 'ledger_savings', 'ledger_hold', 'ledger_transaction', 'ledger_entry'];
    const texts = tables.map((table) =>
      sql<{ text: string }>`SELECT jsonb_agg(to_jsonb(t))::text AS text FROM ${sql.table(table)} AS t`.execute(
        postgres.db,
      ),
    );
    return (await Promise.all(texts)).map(({ rows }) => rows[0]?.text).join();
  };
});

it('overruns of an earlier version enter the meters by the migration', async () => {
  await emptyBooks(postgres);
  const [payer, place] = [fresh('u'), fresh('g')];
  for (const [used, lost] of [
    [130, false],
    [250, true],
  ] as const) {
    const { key } = heldOf(await ledger.reserve(request(fresh('k'), { terms: terms(payer, { guildId: place }) })));
    await (lost ? ledger.lose(key, { micros: used, tokens: 3 }) : ledger.settle(key, { micros: used, tokens: 3 }));
  }
  const { rows } = await sql`SELECT * FROM ledger_meter WHERE spent > 0 ORDER BY holder, unit, source`.execute(
    postgres.db,
  );
  // An earlier version stored overruns in no meter.
  await sql`DELETE FROM ledger_meter WHERE source = 'overrun'`.execute(postgres.db);
  await sql`
    UPDATE ledger_meter SET spent = spent - (CASE unit WHEN 'micros' THEN 180 ELSE 6 END) WHERE source = 'pool'
  `.execute(postgres.db);
  expect(await ledger.verify()).not.toEqual([]);
  const migration = await readFile(new URL('migrations/003-overruns.sql', import.meta.url), 'utf8');
  await sql.raw(migration).execute(postgres.db);
  expect(await ledger.verify()).toEqual([]);
  const after = await sql`SELECT * FROM ledger_meter WHERE spent > 0 ORDER BY holder, unit, source`.execute(
    postgres.db,
  );
  expect(after.rows).toEqual(rows);
});

it('terms of an earlier version get their allowances by the migration', async () => {
  const own = terms(fresh('u'));
  const { key, request: name } = heldOf(await ledger.reserve(request(fresh('k'), { terms: own })));
  const before = own.allowances.map(({ amount, ...rest }) => ({ ...rest, allowance: amount }));
  await sql`
    UPDATE ledger_hold SET terms = (terms - 'allowances') || jsonb_build_object('purses', ${JSON.stringify(before)}::jsonb)
    WHERE key = ${key}
  `.execute(postgres.db);
  const migration = await readFile(new URL('migrations/004-allowances.sql', import.meta.url), 'utf8');
  await sql.raw(migration).execute(postgres.db);
  expect((await ledger.holds(name)).map((hold) => hold.terms)).toEqual([own]);
});
