import type { JsonObject } from '../../kernel/json.ts';
import { lesser } from './amounts.ts';
import type { Books, Decision } from './books.ts';
import { dismiss, type Ended, expire, fillingWindows, lose, refund, release, settle } from './endings.ts';
import { grant, type Grant } from './grants.ts';
import type { HoldKind, HoldRecord } from './hold-record.ts';
import { lockNames, userName, type Window } from './holders.ts';
import type { Amounts, Hold, HoldRequest, HoldResult, Settlement } from './port.ts';
import { hold, windowsFor } from './rules.ts';

/** A decision with what has to be locked and loaded for it. */
export interface Operation<T> {
  /** Holders to lock, besides those of the holds that it names. */
  locks?: readonly string[];
  /** Holds by key. */
  keys?: readonly string[];
  /** Requests whose open admissions it ends. */
  requests?: readonly string[];
  /** Persons whose savings it reads. */
  savingsOf?: readonly string[];
  /** Transactions whose existence it asks for. */
  transactions?: readonly string[];
  /** Figures that it reads; `find` gives the holds that it named. */
  windows?: (find: (key: string) => HoldRecord | undefined, nowMs: number) => Window[];
  decide: (books: Books, nowMs: number) => Decision<T>;
}

export const holding = (request: HoldRequest, kind: HoldKind): Operation<HoldResult> => ({
  locks: lockNames(request.terms),
  keys: [request.key],
  requests: kind === 'call' ? [request.request] : [],
  savingsOf: [request.terms.payerId],
  windows: (find, nowMs) => (find(request.key) ? [] : windowsFor(request, nowMs)),
  decide: (books, nowMs) => hold(books, request, kind, nowMs),
});

export const settling = (key: string, actual: Amounts, facts: JsonObject): Operation<Settlement> => ({
  keys: [key],
  windows: (find) => {
    const record = find(key);
    if (record?.state !== 'open') return [];
    return fillingWindows(record, lesser(actual, record.held)).map(({ window }) => window);
  },
  decide: (books, nowMs) => settle(books, { key, actual, facts }, nowMs),
});

export const releasing = (key: string, facts: JsonObject): Operation<Ended | undefined> => ({
  keys: [key],
  decide: (books, nowMs) => release(books, { key, facts }, nowMs),
});

export const losing = (key: string, used: Amounts | undefined, facts: JsonObject): Operation<Ended | undefined> => ({
  keys: [key],
  decide: (books, nowMs) => lose(books, { key, used, facts }, nowMs),
});

export const expiring = (key: string): Operation<Ended | undefined> => ({
  keys: [key],
  decide: (books, nowMs) => expire(books, key, nowMs),
});

export const dismissing = (request: string): Operation<void> => ({
  requests: [request],
  decide: (books, nowMs) => dismiss(books, request, nowMs),
});

export const refunding = (
  holdKey: string,
  asked: { key: string; actorId: string; reason: string; amounts?: Amounts },
): Operation<Hold> => ({
  keys: [holdKey],
  transactions: [`refund/${asked.key}`],
  decide: (books, nowMs) => refund(books, holdKey, asked, nowMs),
});

export const granting = (asked: Grant): Operation<{ savings: number; changed: boolean }> => ({
  locks: [userName(asked.userId)],
  savingsOf: [asked.userId],
  transactions: [`grant/${asked.key}`],
  decide: (books, nowMs) => grant(books, asked, nowMs),
});
