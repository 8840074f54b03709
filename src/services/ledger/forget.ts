import { sql } from 'kysely';
import { dayAt } from '../../kernel/calendar.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import type { SavingsChange, Transaction } from './books.ts';
import { userName } from './holders.ts';
import { load, write } from './store.ts';

interface Renaming {
  from: string;
  to: string;
}

/**
 * Replaces a person's id by a pseudonym in every row, and the ids of their direct message channels, which would
 * identify them. Cancels their free savings. Open holds end as usual. Returns the number of changed rows.
 */
export async function forgetUser(tx: Tx, userId: string, pseudonym: string, nowMs: number): Promise<number> {
  const needs = {
    locks: [userName(userId)],
    keys: [],
    requests: [],
    savingsOf: [userId],
    transactions: [],
    windows: [],
  };
  const { savings } = await load(tx, needs);
  await burnSavings(tx, savings, { userId, pseudonym, nowMs });
  const channels = await directChannels(tx, userId);
  const person = { from: userId, to: pseudonym };
  let changed = await renamePerson(tx, person);
  for (const [index, from] of channels.entries()) {
    changed += await renameChannel(tx, { from, to: `${pseudonym}-${index}` });
  }
  return changed;
}

async function burnSavings(
  tx: Tx,
  savings: readonly SavingsChange[],
  { userId, pseudonym, nowMs }: { userId: string; pseudonym: string; nowMs: number },
): Promise<void> {
  const free = savings.map(({ unit, granted, spent, held }) => ({ unit, amount: granted - spent - held }));
  const burnt = free.filter(({ amount }) => amount > 0);
  if (burnt.length === 0) return;
  const transaction: Transaction = {
    ...{ key: `forget/${pseudonym}`, kind: 'forget', holdKey: null, payerId: userId, guildId: null, channelId: null },
    ...{ day: dayAt(nowMs), actorId: null, reason: null, atMs: nowMs },
    entries: burnt.flatMap(({ unit, amount }) => [
      { account: `${userName(userId)}/savings`, unit, amount: -amount },
      { account: 'mint', unit, amount },
    ]),
  };
  await write(tx, {
    ...{ newHolds: [], changedHolds: [], meters: [], transactions: [transaction] },
    savings: burnt.map(({ unit, amount }) => ({ userId, unit, granted: -amount, spent: 0, held: 0 })),
  });
}

async function directChannels(tx: Tx, userId: string): Promise<string[]> {
  const { rows } = await sql<{ channel_id: string }>`
    SELECT DISTINCT channel_id FROM ledger_hold
    WHERE payer_id = ${userId} AND guild_id IS NULL AND channel_id IS NOT NULL ORDER BY channel_id
  `.execute(tx);
  return rows.map((row) => row.channel_id);
}

async function renamePerson(tx: Tx, { from, to }: Renaming): Promise<number> {
  const [oldName, newName] = [userName(from), userName(to)];
  let changed = await forgetting(tx, async () => {
    const transactions = await affected(tx, [
      sql`UPDATE ledger_transaction SET payer_id = ${to}, reason = NULL WHERE payer_id = ${from}`,
      sql`UPDATE ledger_transaction SET actor_id = ${to} WHERE actor_id = ${from}`,
    ]);
    const entries = ['allowance', 'savings'].map(
      (source) =>
        sql`UPDATE ledger_entry SET account = ${`${newName}/${source}`} WHERE account = ${`${oldName}/${source}`}`,
    );
    return transactions + (await affected(tx, entries));
  });
  changed += await affected(tx, [
    sql`UPDATE ledger_hold SET payer_id = ${to}, locks = array_replace(locks, ${oldName}, ${newName}),
      terms = ${renamed('terms', from, to)}, windows = ${renamed('windows', oldName, newName)} WHERE payer_id = ${from}`,
    sql`UPDATE ledger_meter SET holder = ${newName} WHERE holder = ${oldName}`,
    sql`UPDATE ledger_savings SET user_id = ${to} WHERE user_id = ${from}`,
  ]);
  return changed;
}

async function renameChannel(tx: Tx, { from, to }: Renaming): Promise<number> {
  const changed = await forgetting(tx, () =>
    affected(tx, [sql`UPDATE ledger_transaction SET channel_id = ${to} WHERE channel_id = ${from}`]),
  );
  const [oldName, newName] = [`channel:${from}`, `channel:${to}`];
  const others = await affected(tx, [
    sql`UPDATE ledger_hold SET channel_id = ${to}, locks = array_replace(locks, ${oldName}, ${newName}),
      terms = ${renamed('terms', from, to)}, windows = ${renamed('windows', oldName, newName)} WHERE channel_id = ${from}`,
    sql`UPDATE ledger_meter SET holder = ${newName} WHERE holder = ${oldName}`,
  ]);
  return changed + others;
}

/** Replaces the id where it is a whole JSON string; ids are digits only. */
const renamed = (column: string, from: string, to: string) =>
  sql`replace(${sql.ref(column)}::text, ${JSON.stringify(from)}, ${JSON.stringify(to)})::jsonb`;

/** Allows updates of names in the append-only tables. */
async function forgetting(tx: Tx, rename: () => Promise<number>): Promise<number> {
  await sql`SELECT set_config('familiar.ledger_forgets', 'on', true)`.execute(tx);
  const changed = await rename();
  await sql`SELECT set_config('familiar.ledger_forgets', 'off', true)`.execute(tx);
  return changed;
}

async function affected(tx: Tx, statements: readonly ReturnType<typeof sql>[]): Promise<number> {
  let changed = 0;
  for (const statement of statements) changed += Number((await statement.execute(tx)).numAffectedRows ?? 0);
  return changed;
}
