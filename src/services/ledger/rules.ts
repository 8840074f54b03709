import { dayAt, periodAt } from '../../kernel/calendar.ts';
import { releasePlace, takePlace } from './admissions.ts';
import { amountOf, byUnit } from './amounts.ts';
import {
  type Books,
  type Changes,
  type Decision,
  joinChanges,
  type MeterChange,
  noChanges,
  type SavingsChange,
} from './books.ts';
import { type HoldKind, type HoldRecord, publicHold } from './hold-record.ts';
import { allowanceWindow, limitWindow, overrunWindow, poolNames, userName, type Window } from './holders.ts';
import type { HoldRequest, HoldResult, Limit, Allowance, Refusal, Terms, Unit } from './port.ts';
import { units } from './port.ts';

/** The windows whose figures decide about a request. */
export function windowsFor({ terms, wanted }: HoldRequest, nowMs: number): Window[] {
  const limits = terms.limits.filter((limit) => amountOf(wanted, limit.unit) > 0);
  const allowances = terms.allowances.filter(
    (allowance) => allowance.amount !== null && amountOf(wanted, allowance.unit) > 0,
  );
  return [
    ...limits.map((limit) => limitWindow(limit, nowMs)),
    ...allowances.flatMap((allowance) =>
      [allowanceWindow, overrunWindow].map((window) => window(terms.payerId, allowance, nowMs)),
    ),
  ];
}

/** What is free under one cap, and what would be free if nothing were held. Never negative. */
interface Room extends Omit<Refusal, 'needed' | 'passing'> {
  free: number;
  freeOtherwise: number;
}

/**
 * Holds as much as fits, between `least` and `wanted` in each unit, or refuses and changes nothing. Spent plus held
 * plus own stays within every limit and allowance; an admission also counts earlier admissions. A call ends the
 * admission of its request. The same key returns the stored hold.
 */
export function hold(books: Books, request: HoldRequest, kind: HoldKind, nowMs: number): Decision<HoldResult> {
  const existing = books.hold(request.key);
  if (existing) return { outcome: { status: 'held', hold: publicHold(existing) }, changes: noChanges };
  const { wanted, least = wanted, terms } = request;
  const granted: Partial<Record<Unit, number>> = {};
  const lacking: (Room & { needed: number })[] = [];
  for (const unit of units) {
    const most = amountOf(wanted, unit);
    if (most === 0) continue;
    const rooms = roomsOf(books, terms, unit, kind, nowMs);
    const needed = Math.min(amountOf(least, unit), most);
    granted[unit] = Math.min(most, ...rooms.map((room) => room.free));
    lacking.push(...rooms.filter((room) => room.free < needed).map((room) => ({ ...room, needed })));
  }
  if (lacking.length > 0) return { outcome: { status: 'refused', refusal: refusalOf(lacking) }, changes: noChanges };
  const record = newHold(
    books,
    request,
    kind,
    byUnit((unit) => granted[unit] ?? 0),
    nowMs,
  );
  const admissions = kind === 'call' ? books.admissions(request.request) : [];
  return {
    outcome: { status: 'held', hold: publicHold(record) },
    changes: joinChanges([
      kind === 'call' ? callChanges(record) : takePlace(record),
      ...admissions.map((admission) => releasePlace(admission, 'released', nowMs)),
    ]),
  };
}

function roomsOf(books: Books, terms: Terms, unit: Unit, kind: HoldKind, nowMs: number): Room[] {
  const limits = terms.limits.filter((limit) => limit.unit === unit);
  const rooms = limits.map((limit) => limitRoom(books, limit, kind, nowMs));
  const allowance = terms.allowances.find((candidate) => candidate.unit === unit);
  if (allowance?.amount != null) {
    rooms.push(allowanceRoom(books, terms.payerId, { ...allowance, amount: allowance.amount }, kind, nowMs));
  }
  return rooms;
}

function limitRoom(books: Books, limit: Limit, kind: HoldKind, nowMs: number): Room {
  const { spent, held: heldByCalls, admitted } = books.figures(limitWindow(limit, nowMs));
  const held = heldByCalls + (kind === 'admission' ? admitted : 0);
  return {
    ...limit,
    spent,
    held,
    resetsAtMs: periodAt(limit.period, nowMs).endMs,
    free: Math.max(0, limit.cap - spent - held),
    freeOtherwise: Math.max(0, limit.cap - spent),
  };
}

/**
 * The allowance of the period together with the savings. An overrun of the period reduces both, though no one is
 * charged for it. An allowance lowered below its use takes nothing from the savings.
 */
function allowanceRoom(
  books: Books,
  payerId: string,
  allowance: Allowance & { amount: number },
  kind: HoldKind,
  nowMs: number,
): Room {
  const { unit, period, rule, amount } = allowance;
  const used = books.figures(allowanceWindow(payerId, allowance, nowMs));
  const { spent: overrun } = books.figures(overrunWindow(payerId, allowance, nowMs));
  const savings = books.savings(payerId, unit);
  const saved = savings.granted - savings.spent;
  const admitted = kind === 'admission' ? used.admitted : 0;
  const free = freeAllowance(amount, used) + saved - savings.held - admitted - overrun;
  return {
    holder: { kind: 'user', id: payerId },
    ...{ unit, period, rule },
    cap: amount + saved,
    spent: used.spent + overrun,
    held: used.held + savings.held + admitted,
    resetsAtMs: periodAt(period, nowMs).endMs,
    free: Math.max(0, free),
    freeOtherwise: Math.max(0, freeAllowance(amount, { spent: used.spent, held: 0 }) + saved - overrun),
  };
}

const freeAllowance = (allowance: number, { spent, held }: { spent: number; held: number }): number =>
  Math.max(0, allowance - spent - held);

/** The refusal that lasts longest: one that waiting doesn't solve, else the one that resets last. */
function refusalOf(lacking: readonly (Room & { needed: number })[]): Refusal {
  const refusals = lacking.map(({ free, freeOtherwise, needed, ...room }) => ({
    free,
    refusal: {
      ...{ holder: room.holder, unit: room.unit, period: room.period, rule: room.rule, cap: room.cap },
      ...{ spent: room.spent, held: room.held, resetsAtMs: room.resetsAtMs },
      needed,
      passing: freeOtherwise >= needed,
    },
  }));
  const [worst] = refusals.toSorted(
    (a, b) =>
      Number(a.refusal.passing) - Number(b.refusal.passing) ||
      b.refusal.resetsAtMs - a.refusal.resetsAtMs ||
      a.free - b.free,
  );
  if (!worst) throw new Error('Nothing stands in the way');
  return worst.refusal;
}

function newHold(
  books: Books,
  request: HoldRequest,
  kind: HoldKind,
  held: HoldRecord['held'],
  nowMs: number,
): HoldRecord {
  const { key, step, attempt, terms, expiresAtMs, facts = {} } = request;
  const fromSavings = (unit: Unit): number => {
    const allowance = terms.allowances.find((candidate) => candidate.unit === unit);
    if (allowance?.amount == null || amountOf(held, unit) === 0) return 0;
    const used = books.figures(allowanceWindow(terms.payerId, allowance, nowMs));
    return Math.max(0, amountOf(held, unit) - freeAllowance(allowance.amount, used));
  };
  return {
    ...{ key, request: request.request, step, attempt, terms, kind, held, facts, expiresAtMs },
    state: 'open',
    heldSavings: kind === 'call' ? byUnit(fromSavings) : {},
    ...{ charged: {}, fromSavings: {}, refunded: {}, onInstance: {} },
    day: dayAt(nowMs),
    createdAtMs: nowMs,
    endedAtMs: null,
  };
}

function callChanges(record: HoldRecord): Changes {
  const { terms, day } = record;
  const meters: MeterChange[] = [];
  const savings: SavingsChange[] = [];
  for (const unit of units) {
    const held = amountOf(record.held, unit);
    if (held === 0) continue;
    const ofSavings = amountOf(record.heldSavings, unit);
    const common = { unit, day, spent: 0, admitted: 0 };
    const holder = userName(terms.payerId);
    meters.push(...poolNames(terms).map((pool) => ({ ...common, holder: pool, source: 'pool' as const, held })));
    if (held > ofSavings) meters.push({ ...common, holder, source: 'allowance', held: held - ofSavings });
    if (ofSavings === 0) continue;
    meters.push({ ...common, holder, source: 'savings', held: ofSavings });
    savings.push({ userId: terms.payerId, unit, granted: 0, spent: 0, held: ofSavings });
  }
  return { ...noChanges, meters, savings, holds: [record] };
}
