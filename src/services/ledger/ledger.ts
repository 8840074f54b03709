import { join } from 'node:path';
import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Db, MigrationSource, Postgres, Tx } from '../../platform/postgres/index.ts';
import { checkAmounts, isNothing, overrunOf } from './amounts.ts';
import { Batches } from './batches.ts';
import type { Ended } from './endings.ts';
import { execute, executeAll } from './execute.ts';
import { forgetUser } from './forget.ts';
import type { Grant } from './grants.ts';
import { checkTerms } from './holders.ts';
import {
  dismissing,
  expiring,
  granting,
  holding,
  losing,
  type Operation,
  refunding,
  releasing,
  settling,
  writingOff,
  waiving,
} from './operations.ts';
import type { Amounts, Hold, HoldRequest, HoldResult, Ledger, Settlement } from './port.ts';
import { balances, exportUser, holds, levels, movements, recent, requestsOf, use } from './reports.ts';
import { findExpired, findOpenCalls } from './store.ts';
import { verify } from './verify.ts';
import './schema.ts';

export const ledgerMigrations: MigrationSource = {
  name: 'ledger',
  folder: join(import.meta.dirname, 'migrations'),
};

interface LedgerOptions {
  postgres: Postgres;
  clock: Clock;
  ids: Ids;
  logger: Logger;
}

/** Holds that `expire` ends at a time. */
const EXPIRE_BATCH = 500;

export function createLedger({ postgres, clock, ids, logger }: LedgerOptions): Ledger {
  const { db } = postgres;
  const batches = new Batches((operations) => postgres.transaction((tx) => executeAll(tx, operations, clock)));
  const within = <T>(given: Db, operation: Operation<T>): Promise<T> =>
    given.isTransaction
      ? execute(given as Tx, operation, clock)
      : postgres.transaction((tx) => execute(tx, operation, clock));

  const endUnpaid = async (operation: Operation<Ended | undefined>, used?: Amounts): Promise<Hold | undefined> => {
    if (used) checkAmounts(used);
    const result = await batches.add(operation);
    if (result?.ended) reportOverrun(logger, result.hold);
    return result?.hold;
  };

  return {
    admit: async (tx: Tx, request: HoldRequest): Promise<HoldResult> => {
      checkRequest(request);
      return execute(tx, holding(request, 'admission'), clock);
    },
    dismiss: (request) => batches.add(dismissing(request)),
    reserve: async (request: HoldRequest): Promise<HoldResult> => {
      checkRequest(request);
      return batches.add(holding(request, 'call'));
    },
    settle: async (key: string, actual: Amounts, facts: JsonObject = {}): Promise<Settlement> => {
      checkAmounts(actual);
      const settlement = await batches.add(settling(key, actual, facts));
      if (settlement.ended) reportOverrun(logger, settlement.hold);
      return settlement;
    },
    release: async (key, facts = {}) => (await batches.add(releasing(key, facts)))?.hold,
    lose: (key, used, facts = {}) => endUnpaid(losing(key, used, facts), used),
    waive: (key, used, facts = {}) => endUnpaid(waiving(key, used, facts), used),
    writeOff: (key) => batches.add(writingOff(key)),
    refund: async (holdKey, refund) => {
      if (refund.amounts) checkAmounts(refund.amounts);
      return within(db, refunding(holdKey, refund));
    },
    recover: async (request) => {
      const keys = await findOpenCalls(db, request);
      return countEnded(await Promise.all(keys.map((key) => batches.add(losing(key, undefined, {})))));
    },
    expire: () => expireAll(db, clock, (key) => batches.add(expiring(key))),
    grant: async (given, grant) => {
      checkGrant(grant);
      return within(given, granting(grant));
    },
    levels: (limits) => levels(db, limits, clock.now()),
    balances: (userId, allowances) => balances(db, userId, allowances, clock.now()),
    movements: (userId, limit) => movements(db, userId, limit),
    use: (holder, firstDay, lastDay) => use(db, holder, firstDay, lastDay),
    requestsOf,
    holds: (request) => holds(db, request),
    recent: (sinceMs) => recent(db, sinceMs),
    verify: () => verify(db),
    exportUser: (userId) => exportUser(db, userId),
    forgetUser: (tx, userId) => forgetUser(tx, userId, `forgotten-${ids.uuid()}`, clock.now()),
  };
}

function checkRequest({ terms, wanted, least }: HoldRequest): void {
  checkTerms(terms);
  checkAmounts(wanted);
  if (least) checkAmounts(least);
}

function checkGrant({ amount, unit }: Grant): void {
  if (!Number.isSafeInteger(amount))
    throw new RangeError(`${amount} is not a valid amount of ${unit}: it must be a whole number`);
}

async function expireAll(db: Db, clock: Clock, end: (key: string) => Promise<Ended | undefined>): Promise<number> {
  for (let total = 0; ;) {
    const keys = await findExpired(db, clock.now(), EXPIRE_BATCH);
    total += countEnded(await Promise.all(keys.map(end)));
    if (keys.length < EXPIRE_BATCH) return total;
  }
}

const countEnded = (results: readonly (Ended | undefined)[]): number =>
  results.filter((result) => result?.ended === true).length;

/** The highest possible cost was too low: the estimate is wrong, or the provider ignored its limit. */
function reportOverrun(logger: Logger, hold: Hold): void {
  const overrun = overrunOf(hold);
  if (isNothing(overrun)) return;
  const { key, step, facts } = hold;
  const { model = null } = facts;
  logger.warn({ hold: key, step, model, overrun }, 'A call used more than was held for it');
}
