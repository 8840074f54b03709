import type { JsonObject } from '../../kernel/json.ts';
import { releasePlace } from './admissions.ts';
import { amountOf, byUnit, isNothing, lesser, minus, plus } from './amounts.ts';
import {
  type Books,
  type Changes,
  type Decision,
  type Entry,
  joinChanges,
  type MeterChange,
  noChanges,
  type SavingsChange,
  type Transaction,
} from './books.ts';
import { type HoldRecord, publicHold } from './hold-record.ts';
import { allowanceWindow, limitWindow, poolNames, userName, type Window } from './holders.ts';
import { type Amounts, type ThresholdCrossing, type Hold, type Limit, type Settlement, units } from './port.ts';

export interface Ended {
  hold: Hold;
  /** False when it had ended before. */
  ended: boolean;
}

/** Charges `actual`, at most the hold; the rest is an overrun. Throws for an unknown key and for an admission. */
export function settle(
  books: Books,
  { key, actual, facts }: { key: string; actual: Amounts; facts: JsonObject },
  nowMs: number,
): Decision<Settlement> {
  const record = books.hold(key);
  if (!record) throw new Error(`There is no hold ${key} to settle`);
  if (record.kind === 'admission') throw new Error(`${key} is an admission: dismiss it instead`);
  if (record.state !== 'open') {
    return { outcome: { hold: publicHold(record), ended: false, crossings: [] }, changes: noChanges };
  }
  const charged = lesser(actual, record.held);
  const end: End = { state: 'settled', charged, lost: {}, waived: {}, overrun: minus(actual, charged), facts };
  const { hold, changes } = endCall(record, end, nowMs);
  return { outcome: { hold, ended: true, crossings: crossingsOf(books, record, end) }, changes };
}

/** Releases the whole hold. */
export function release(
  books: Books,
  { key, facts }: { key: string; facts: JsonObject },
  nowMs: number,
): Decision<Ended | undefined> {
  return endOpen(books, key, (record) => endUncharged(record, { state: 'released', used: {}, facts }, nowMs));
}

/** Releases the whole hold; `used` (by default all of it) is charged to the instance. */
export function lose(
  books: Books,
  { key, used, facts }: { key: string; used: Amounts | undefined; facts: JsonObject },
  nowMs: number,
): Decision<Ended | undefined> {
  return endOpen(books, key, (record) =>
    endUncharged(record, { state: 'lost', used: used ?? record.held, facts }, nowMs),
  );
}

/**
 * For a call that its payer cancelled: releases the hold; `used` is added to every meter, as for an overrun, but
 * charged only to the instance.
 */
export function waive(
  books: Books,
  { key, used, facts }: { key: string; used: Amounts; facts: JsonObject },
  nowMs: number,
): Decision<Ended | undefined> {
  return endOpen(books, key, (record) => endUncharged(record, { state: 'lost', used, facts, waived: true }, nowMs));
}

/** Does what `lose` does, once the hold has expired. */
export function expire(books: Books, key: string, nowMs: number): Decision<Ended | undefined> {
  const record = books.hold(key);
  if (record && record.expiresAtMs > nowMs)
    return { outcome: { hold: publicHold(record), ended: false }, changes: noChanges };
  return endOpen(books, key, (open) => endUncharged(open, { state: 'expired', used: open.held, facts: {} }, nowMs));
}

/** Ends the open admissions of a request. */
export function dismiss(books: Books, request: string, nowMs: number): Decision<void> {
  const changes = books.admissions(request).map((admission) => releasePlace(admission, 'released', nowMs));
  return { outcome: undefined, changes: joinChanges(changes) };
}

/** Ends a settled hold as lost: the charge that wasn't refunded moves from the payer to the instance. */
export function writeOff(books: Books, key: string, nowMs: number): Decision<Hold | undefined> {
  const record = books.hold(key);
  if (record?.state !== 'settled') return { outcome: record && publicHold(record), changes: noChanges };
  const given = minus(record.charged, record.refunded);
  const fromSavings = lesser(record.fromSavings, record.refunded);
  const moved: Moved = {
    ...unmoved,
    charged: negative(given),
    fromSavings: minus(fromSavings, record.fromSavings),
    lost: given,
  };
  const onInstance = plus(record.onInstance, given);
  const after: HoldRecord = { ...record, state: 'lost', charged: record.refunded, fromSavings, onInstance };
  const entries = [
    ...chargeEntries(record, moved.charged, moved.fromSavings),
    ...movement('instance/lost', usedAccount(record), given),
  ];
  const transactions = entries.length === 0 ? [] : [transactionOf(record, 'lose', `lose/${key}`, entries, nowMs)];
  return { outcome: publicHold(after), changes: { ...movedFigures(record, moved), holds: [after], transactions } };
}

/**
 * Refunds what was charged and not yet refunded, at most `amounts`. The part from savings goes back first, as if less
 * had been charged. Throws for an unknown key.
 */
export function refund(
  books: Books,
  holdKey: string,
  { key, actorId, reason, amounts }: { key: string; actorId: string; reason: string; amounts?: Amounts },
  nowMs: number,
): Decision<Hold> {
  const record = books.hold(holdKey);
  if (!record) throw new Error(`There is no hold ${holdKey} to refund`);
  const left = minus(record.charged, record.refunded);
  const given = amounts ? lesser(amounts, left) : left;
  if (isNothing(given) || books.hasTransaction(`refund/${key}`)) {
    return { outcome: publicHold(record), changes: noChanges };
  }
  const toSavings = lesser(given, minus(record.fromSavings, lesser(record.refunded, record.fromSavings)));
  const after = { ...record, refunded: plus(record.refunded, given) };
  const moved: Moved = { ...unmoved, charged: negative(given), fromSavings: negative(toSavings) };
  const entries = chargeEntries(record, moved.charged, moved.fromSavings);
  const transaction = { ...transactionOf(record, 'refund', `refund/${key}`, entries, nowMs), actorId, reason };
  return {
    outcome: publicHold(after),
    changes: { ...movedFigures(record, moved), holds: [after], transactions: [transaction] },
  };
}

/** The limits that a settlement of this hold raises, each with its window, for the units of the hold. */
export function thresholdWindows(record: HoldRecord): { limit: Limit; window: Window }[] {
  const { terms, createdAtMs, held } = record;
  const limits = terms.limits.map((limit) => ({ limit, window: limitWindow(limit, createdAtMs) }));
  const allowances = terms.allowances.flatMap((allowance) => {
    if (allowance.amount === null) return [];
    const { unit, period, amount, rule } = allowance;
    const limit: Limit = { holder: { kind: 'user', id: terms.payerId }, unit, period, cap: amount, rule };
    return [{ limit, window: allowanceWindow(terms.payerId, allowance, createdAtMs) }];
  });
  return [...limits, ...allowances].filter(({ limit }) => limit.cap > 0 && amountOf(held, limit.unit) > 0);
}

function crossingsOf(books: Books, record: HoldRecord, { charged, overrun }: End): ThresholdCrossing[] {
  const fromSavings = savingsPart(record, charged);
  return thresholdWindows(record).flatMap(({ limit, window }) => {
    const { spent } = books.figures(window);
    const saved = window.source === 'allowance' ? amountOf(fromSavings, limit.unit) : 0;
    const own = amountOf(charged, limit.unit) + amountOf(overrun, limit.unit) - saved;
    return own > 0 ? [{ limit, before: spent / limit.cap, after: (spent + own) / limit.cap }] : [];
  });
}

interface End {
  state: HoldRecord['state'];
  charged: Amounts;
  lost: Amounts;
  waived: Amounts;
  overrun: Amounts;
  facts: JsonObject;
}

function endOpen(
  books: Books,
  key: string,
  end: (record: HoldRecord) => { hold: Hold; changes: Changes },
): Decision<Ended | undefined> {
  const record = books.hold(key);
  if (!record) return { outcome: undefined, changes: noChanges };
  if (record.state !== 'open') return { outcome: { hold: publicHold(record), ended: false }, changes: noChanges };
  const { hold, changes } = end(record);
  return { outcome: { hold, ended: true }, changes };
}

function endUncharged(
  record: HoldRecord,
  { state, used, facts, waived = false }: Pick<End, 'state' | 'facts'> & { used: Amounts; waived?: boolean },
  nowMs: number,
): { hold: Hold; changes: Changes } {
  if (record.kind === 'admission') {
    const changes = releasePlace({ ...record, facts: { ...record.facts, ...facts } }, state, nowMs);
    return { hold: publicHold(changes.holds[0] ?? record), changes };
  }
  const within = lesser(used, record.held);
  const part = waived ? { lost: {}, waived: within } : { lost: within, waived: {} };
  return endCall(record, { state, charged: {}, ...part, overrun: minus(used, within), facts }, nowMs);
}

function endCall(record: HoldRecord, end: End, nowMs: number): { hold: Hold; changes: Changes } {
  const { state, charged, lost, waived, overrun } = end;
  const fromSavings = savingsPart(record, charged);
  const ended: HoldRecord = {
    ...record,
    ...{ state, charged, fromSavings, onInstance: plus(plus(lost, waived), overrun), endedAtMs: nowMs },
    facts: { ...record.facts, ...end.facts },
  };
  const ofHold = { held: negative(record.held), heldSavings: negative(record.heldSavings) };
  const moved = { ...ofHold, charged, fromSavings, lost, overrun: plus(waived, overrun) };
  const entries = [
    ...chargeEntries(record, charged, fromSavings),
    ...movement('instance/lost', usedAccount(record), lost),
    ...movement('instance/waived', usedAccount(record), waived),
    ...movement('instance/overrun', usedAccount(record), overrun),
  ];
  const kind = state === 'settled' ? 'settle' : 'lose';
  const transactions =
    entries.length === 0 ? [] : [transactionOf(record, kind, `${kind}/${record.key}`, entries, nowMs)];
  return { hold: publicHold(ended), changes: { ...movedFigures(record, moved), holds: [ended], transactions } };
}

/** The part of a charge that comes from savings; the held allowance is used first. */
const savingsPart = ({ held, heldSavings }: HoldRecord, charged: Amounts): Amounts =>
  byUnit((unit) => Math.max(0, amountOf(charged, unit) - (amountOf(held, unit) - amountOf(heldSavings, unit))));

const negative = (amounts: Amounts): Amounts => byUnit((unit) => -amountOf(amounts, unit));

/** Added to the figures of the hold's account holders. */
interface Moved {
  held: Amounts;
  heldSavings: Amounts;
  charged: Amounts;
  fromSavings: Amounts;
  /** Added to the instance's meter alone. */
  lost: Amounts;
  /** Added to every holder's meter, and charged only to the instance. */
  overrun: Amounts;
}

const unmoved: Moved = { held: {}, heldSavings: {}, charged: {}, fromSavings: {}, lost: {}, overrun: {} };

function movedFigures({ terms, day }: HoldRecord, moved: Moved): Pick<Changes, 'meters' | 'savings'> {
  const meters: MeterChange[] = [];
  const savings: SavingsChange[] = [];
  const { payerId } = terms;
  for (const unit of units) {
    const [held, spent, overrun] = [moved.held, moved.charged, moved.overrun].map((all) => amountOf(all, unit)) as [
      number,
      number,
      number,
    ];
    const [heldSavings, fromSavings] = [amountOf(moved.heldSavings, unit), amountOf(moved.fromSavings, unit)];
    const common = { unit, day, admitted: 0 };
    for (const pool of poolNames(terms)) {
      const lost = pool === 'instance' ? amountOf(moved.lost, unit) : 0;
      meters.push({ ...common, holder: pool, source: 'pool', held, spent: spent + lost + overrun });
    }
    const holder = userName(payerId);
    meters.push({ ...common, holder, source: 'allowance', held: held - heldSavings, spent: spent - fromSavings });
    meters.push({ ...common, holder, source: 'savings', held: heldSavings, spent: fromSavings });
    meters.push({ ...common, holder, source: 'overrun', held: 0, spent: overrun });
    savings.push({ userId: payerId, unit, granted: 0, held: heldSavings, spent: fromSavings });
  }
  return {
    meters: meters.filter(({ held, spent }) => held !== 0 || spent !== 0),
    savings: savings.filter(({ held, spent }) => held !== 0 || spent !== 0),
  };
}

const usedAccount = ({ request }: HoldRecord): string => `used/${request.split('/', 1)[0] ?? ''}`;

/** Entries that move amounts from one account to another. */
function movement(from: string, to: string, amounts: Amounts): Entry[] {
  return units.flatMap((unit) => {
    const amount = amountOf(amounts, unit);
    if (amount === 0) return [];
    return [
      { account: from, unit, amount: -amount },
      { account: to, unit, amount },
    ];
  });
}

function chargeEntries(record: HoldRecord, charged: Amounts, fromSavings: Amounts): Entry[] {
  const payer = userName(record.terms.payerId);
  return [
    ...movement(`${payer}/allowance`, usedAccount(record), minus(charged, fromSavings)),
    ...movement(`${payer}/savings`, usedAccount(record), fromSavings),
  ];
}

/** Merges entries on the same account; entries that cancel out are dropped. */
function transactionOf(
  { key: holdKey, terms, day }: HoldRecord,
  kind: Transaction['kind'],
  key: string,
  entries: readonly Entry[],
  atMs: number,
): Transaction {
  const merged = new Map<string, Entry>();
  for (const entry of entries) {
    const name = `${entry.account} ${entry.unit}`;
    merged.set(name, { ...entry, amount: entry.amount + (merged.get(name)?.amount ?? 0) });
  }
  const { payerId, guildId, channelId } = terms;
  return {
    ...{ key, kind, holdKey, payerId, guildId, channelId, day, atMs },
    ...{ actorId: null, reason: null },
    entries: [...merged.values()].filter(({ amount }) => amount !== 0),
  };
}
