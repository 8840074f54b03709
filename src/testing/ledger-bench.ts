import { sql } from 'kysely';
import { afterAll, afterEach, expect } from 'vitest';
import { systemIds } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import type {
  Balance,
  Holder,
  HoldRequest,
  HoldResult,
  Hold,
  Ledger,
  Limit,
  Allowance,
  Refusal,
  Terms,
} from '../services/ledger/index.ts';
import { createLedger, ledgerMigrations } from '../services/ledger/index.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { testDatabase } from './postgres.ts';

/** Saturday, 2026-11-21, noon UTC. */
export const NOON_MS = Date.UTC(2026, 10, 21, 12);
export const HOUR_MS = 3_600_000;

/**
 * Processes of the bot over one ledger database, one of them started. Their books are verified after each test. Call it
 * once per file.
 */
export async function ledgerBench() {
  const database = await testDatabase({ migrations: [ledgerMigrations] });
  const open: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const close of open) await close();
    await database.close();
  });

  /** One process: a ledger over its own connections. */
  function start(options: { clock?: ManualClock; logger?: Logger } = {}) {
    const clock = options.clock ?? createManualClock(NOON_MS);
    const postgres = database.another();
    open.push(() => postgres.close());
    const ledger = createLedger({ postgres, clock, ids: systemIds, logger: options.logger ?? silentLogger });
    return { ledger, clock, postgres };
  }

  const { ledger } = start();
  afterEach(async () => {
    expect(await ledger.verify()).toEqual([]);
  });
  return { ledger, postgres: database.postgres, start };
}

/** Empties the append-only tables, with their triggers disabled in this transaction. */
export const emptyBooks = (postgres: Postgres): Promise<void> =>
  postgres.transaction(async (tx) => {
    await sql`SET LOCAL session_replication_role = replica`.execute(tx);
    await sql`TRUNCATE ledger_entry, ledger_transaction, ledger_hold, ledger_savings, ledger_meter`.execute(tx);
  });

export const instance: Holder = { kind: 'instance', id: '' };
export const guild = (id: string): Holder => ({ kind: 'guild', id });
export const channel = (id: string): Holder => ({ kind: 'channel', id });
export const user = (id: string): Holder => ({ kind: 'user', id });

/** A cap on money per day by default. */
export const limit = (holder: Holder, cap: number, overrides: Partial<Limit> = {}): Limit => ({
  ...{ holder, cap, unit: 'micros', period: 'day', rule: `budget ${holder.kind}` },
  ...overrides,
});

/** A person in a channel of a guild, with 500 micro-dollars a day by default. */
export const terms = (payerId: string, overrides: Partial<Terms> = {}): Terms => ({
  ...{ payerId, guildId: 'g', channelId: 'c', limits: [] },
  allowances: [dayOfMoney],
  ...overrides,
});

/** For 100 micro-dollars and an hour by default. */
export const request = (key: string, overrides: Partial<HoldRequest> & Pick<HoldRequest, 'terms'>): HoldRequest => ({
  ...{ key, request: `chat/answer/${key}`, step: 'answer', attempt: 1, wanted: { micros: 100 } },
  expiresAtMs: NOON_MS + HOUR_MS,
  ...overrides,
});

export function heldOf(result: HoldResult): Hold {
  if (result.status === 'refused') throw new Error(`refused: ${JSON.stringify(result.refusal)}`);
  return result.hold;
}

export function refusalOf(result: HoldResult): Refusal {
  if (result.status === 'held') throw new Error(`held: ${JSON.stringify(result.hold.held)}`);
  return result.refusal;
}

let made = 0;
/** A unique name in this file, so tests with their own people and places see no other use. */
export const fresh = (name: string): string => `${name}${(made += 1)}`;

export const dayOfMoney: Allowance = { unit: 'micros', period: 'day', amount: 500, rule: 'role member' };

/** The use of an untouched allowance. */
export const free = { spent: 0, held: 0 };

/** A person's money under the terms of `terms`. */
export async function moneyOf(ledger: Ledger, userId: string): Promise<Balance> {
  const [balance] = await ledger.balances(userId, [dayOfMoney]);
  if (!balance) throw new Error('There is no balance');
  return balance;
}

export const grantOf = (userId: string, amount: number) => ({
  ...{ key: fresh('grant'), userId, unit: 'micros' as const, amount, actorId: 'admin', reason: 'thanks' },
});

/** Reserves one call and settles it at the whole amount. */
export async function spend(ledger: Ledger, asked: HoldRequest): Promise<Hold> {
  const hold = heldOf(await ledger.reserve(asked));
  return (await ledger.settle(hold.key, hold.held)).hold;
}
