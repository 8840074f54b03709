import type { JsonObject } from '../../kernel/json.ts';
import type { Books, Decision } from './books.ts';
import { dismiss, type Ended, expire, lose, refund, release, settle, writeOff, waive } from './endings.ts';
import { grant, type Grant } from './grants.ts';
import type { HoldKind } from './hold-record.ts';
import { lockNames, userName, type Window } from './holders.ts';
import type { Amounts, Hold, HoldRequest, HoldResult, Settlement } from './port.ts';
import { hold, windowsFor } from './rules.ts';
import type { Needs } from './store.ts';

/** A decision with the rows to lock and load for it. */
export interface Operation<T> extends Partial<Omit<Needs, 'windows'>> {
  windows?: (nowMs: number) => Window[];
  decide: (books: Books, nowMs: number) => Decision<T>;
}

export const holding = (request: HoldRequest, kind: HoldKind): Operation<HoldResult> => ({
  locks: lockNames(request.terms, request.wanted),
  keys: [request.key],
  requests: kind === 'call' ? [request.request] : [],
  savingsOf: [request.terms.payerId],
  windows: (nowMs) => windowsFor(request, nowMs),
  decide: (books, nowMs) => hold(books, request, kind, nowMs),
});

export const settling = (key: string, actual: Amounts, facts: JsonObject): Operation<Settlement> => ({
  keys: [key],
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

export const waiving = (key: string, used: Amounts, facts: JsonObject): Operation<Ended | undefined> => ({
  keys: [key],
  decide: (books, nowMs) => waive(books, { key, used, facts }, nowMs),
});

export const expiring = (key: string): Operation<Ended | undefined> => ({
  keys: [key],
  decide: (books, nowMs) => expire(books, key, nowMs),
});

export const dismissing = (request: string): Operation<void> => ({
  requests: [request],
  decide: (books, nowMs) => dismiss(books, request, nowMs),
});

export const writingOff = (key: string): Operation<Hold | undefined> => ({
  keys: [key],
  decide: (books, nowMs) => writeOff(books, key, nowMs),
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
