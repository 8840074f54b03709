import { describe, expect, it } from 'vitest';
import {
  dayOfMoney,
  guild,
  heldOf,
  limit,
  NOON_MS,
  refusalOf,
  request,
  terms,
  user,
} from '../../testing/ledger-bench.ts';
import { overrunOf } from './amounts.ts';
import { Books, type Changes, type Figures, type SavingsChange } from './books.ts';
import { lose, refund, settle, writeOff } from './endings.ts';
import type { HoldRecord } from './hold-record.ts';
import { allowanceWindow, limitWindow, overrunWindow } from './holders.ts';
import type { Amounts, Limit, Allowance } from './index.ts';
import { hold } from './rules.ts';

const figures = (overrides: Partial<Figures> = {}): Figures => ({ spent: 0, held: 0, admitted: 0, ...overrides });

interface Stand {
  /** The figures of each limit. */
  limits?: readonly (Partial<Figures> & { limit: Limit })[];
  allowance?: Partial<Allowance>;
  /** The used part of the allowance. */
  used?: Partial<Figures>;
  /** Use that no one was charged for. */
  overrun?: number;
  savings?: Partial<SavingsChange>;
}

/** The books of a person `u` and their terms. */
function given({ limits = [], allowance = {}, used = {}, overrun = 0, savings = {} }: Stand) {
  const own = { ...dayOfMoney, ...allowance };
  const asked = terms('u', { allowances: [own], limits: limits.map((each) => each.limit) });
  const books = new Books({
    holds: [],
    windows: [
      ...limits.map(({ limit: of, ...stand }) => ({ ...limitWindow(of, NOON_MS), ...figures(stand) })),
      { ...allowanceWindow('u', own, NOON_MS), ...figures(used) },
      { ...overrunWindow('u', own, NOON_MS), ...figures({ spent: overrun }) },
    ],
    savings: [{ userId: 'u', unit: 'micros', granted: 0, spent: 0, held: 0, ...savings }],
    transactions: [],
  });
  return { books, terms: asked };
}

const ask = (stand: Stand, kind: 'admission' | 'call', amounts: { wanted: Amounts; least?: Amounts }) => {
  const { books, terms: own } = given(stand);
  return hold(books, request('k', { terms: own, ...amounts }), kind, NOON_MS).outcome;
};

const ofGuild = (cap: number, stand: Partial<Figures> = {}) => ({ limit: limit(guild('g'), cap), ...stand });

describe('the granted amount is', () => {
  it.each<[string, Stand, { wanted: number; least: number }, number]>([
    ['all that is wanted, when it fits', {}, { wanted: 300, least: 1 }, 300],
    ['the last unit', { used: { spent: 300, held: 100 } }, { wanted: 100, least: 100 }, 100],
    ['the rest of the allowance', { used: { spent: 300, held: 50 } }, { wanted: 300, least: 1 }, 150],
    ['the rest of a pool', { limits: [ofGuild(90, { spent: 20, held: 30 })] }, { wanted: 300, least: 40 }, 40],
    [
      'the lowest of several',
      { limits: [ofGuild(90), ofGuild(70)], used: { spent: 440 } },
      { wanted: 99, least: 1 },
      60,
    ],
    ['allowance and savings', { savings: { granted: 80, spent: 20, held: 10 } }, { wanted: 999, least: 1 }, 550],
    [
      'all savings, when the allowance was lowered below its use',
      { allowance: { amount: 100 }, used: { spent: 300 }, savings: { granted: 80 } },
      { wanted: 999, least: 1 },
      80,
    ],
    [
      'the rest of the allowance after an overrun',
      { used: { spent: 300 }, overrun: 150 },
      { wanted: 999, least: 1 },
      50,
    ],
    [
      'the rest of the savings after an overrun',
      { used: { spent: 500 }, overrun: 30, savings: { granted: 80 } },
      { wanted: 999, least: 1 },
      50,
    ],
    [
      'nothing, when an overrun exceeds allowance and savings',
      { used: { spent: 100 }, overrun: 9_999, savings: { granted: 80 } },
      { wanted: 10, least: 0 },
      0,
    ],
    [
      'everything, when the allowance is unlimited',
      { allowance: { amount: null } },
      { wanted: 9_999, least: 1 },
      9_999,
    ],
    ['nothing, when nothing is acceptable', { used: { spent: 500 } }, { wanted: 10, least: 0 }, 0],
    [
      'nothing under a cap that was lowered below its use',
      { limits: [ofGuild(10, { spent: 50 })] },
      { wanted: 10, least: 0 },
      0,
    ],
  ])('%s', (_name, stand, { wanted, least }, granted) => {
    const { held } = heldOf(ask(stand, 'call', { wanted: { micros: wanted }, least: { micros: least } }));
    expect(held.micros ?? 0).toBe(granted);
  });

  it('at most what is wanted, even if `least` is more', () => {
    expect(heldOf(ask({}, 'call', { wanted: { micros: 5 }, least: { micros: 9 } })).held).toEqual({ micros: 5 });
  });

  it('from the allowance first, then from savings', () => {
    const { books, terms: own } = given({ used: { spent: 450 }, savings: { granted: 100 } });
    const { changes } = hold(books, request('k', { terms: own, wanted: { micros: 120 } }), 'call', NOON_MS);
    expect(changes.holds).toMatchObject([{ held: { micros: 120 }, heldSavings: { micros: 70 } }]);
    const ofUser = changes.meters.filter(({ holder }) => holder === 'user:u');
    expect(ofUser).toMatchObject([
      { source: 'allowance', held: 50 },
      { source: 'savings', held: 70 },
    ]);
    expect(changes.savings).toEqual([{ userId: 'u', unit: 'micros', granted: 0, spent: 0, held: 70 }]);
  });
});

describe('admissions', () => {
  it.each<['admission' | 'call', 'held' | 'refused']>([
    ['admission', 'refused'],
    ['call', 'held'],
  ])('in line: %s is %s', (kind, status) => {
    expect(ask({ used: { admitted: 450 } }, kind, { wanted: { micros: 100 } }).status).toBe(status);
    expect(ask({ limits: [ofGuild(120, { admitted: 30 })] }, kind, { wanted: { micros: 100 } }).status).toBe(status);
  });

  it('count as held in a refusal', () => {
    const refusal = refusalOf(ask({ used: { held: 20, admitted: 450 } }, 'admission', { wanted: { micros: 100 } }));
    expect(refusal).toMatchObject({ spent: 0, held: 470, cap: 500, passing: true });
  });

  it('change no pool without a limit', () => {
    const { books, terms: own } = given({ limits: [ofGuild(900)] });
    const { changes } = hold(books, request('k', { terms: own }), 'admission', NOON_MS);
    expect(changes.meters.map(({ holder, admitted }) => [holder, admitted])).toEqual([
      ['guild:g', 100],
      ['user:u', 100],
    ]);
  });
});

describe('a refusal', () => {
  it.each<[string, Stand, { rule: string; passing: boolean; needed?: number }]>([
    ['temporary, when only holds are in the way', { used: { held: 450 } }, { rule: 'role member', passing: true }],
    ['final, after an overrun', { used: { held: 450 }, overrun: 600 }, { rule: 'role member', passing: false }],
    ['final, when it is spent', { used: { spent: 450 } }, { rule: 'role member', passing: false }],
    ['final, when more than the cap is needed', { limits: [ofGuild(99)] }, { rule: 'budget guild', passing: false }],
    [
      'final, when one of two reasons is',
      { limits: [ofGuild(200, { held: 150 })], used: { spent: 450 } },
      { rule: 'role member', passing: false },
    ],
    [
      'by the limit that resets last',
      { limits: [{ limit: limit(user('u'), 90, { period: 'week', rule: 'personal cap' }) }], used: { spent: 450 } },
      { rule: 'personal cap', passing: false },
    ],
    [
      'temporary even with held savings',
      { used: { spent: 500 }, savings: { granted: 100, held: 50 } },
      { rule: 'role member', passing: true },
    ],
  ])('is %s', (_name, stand, expected) => {
    expect(refusalOf(ask(stand, 'call', { wanted: { micros: 100 } }))).toMatchObject({ needed: 100, ...expected });
  });

  it('changes nothing', () => {
    const { books, terms: own } = given({ used: { spent: 500 } });
    const { changes } = hold(books, request('k', { terms: own }), 'call', NOON_MS);
    expect(changes).toEqual({ meters: [], savings: [], holds: [], transactions: [] });
  });
});

describe('a batch of decisions', () => {
  it('sees the decisions before it', () => {
    const { books, terms: own } = given({ limits: [ofGuild(250)] });
    const results = ['a', 'b', 'c'].map((key) => {
      const { outcome, changes } = hold(books, request(key, { terms: own }), 'call', NOON_MS);
      books.apply(changes);
      return outcome.status;
    });
    expect(results).toEqual(['held', 'held', 'refused']);
    const { newHolds, meters } = books.changes;
    expect(newHolds).toHaveLength(2);
    expect(meters.find(({ holder }) => holder === 'guild:g')).toMatchObject({ held: 200 });
  });
});

const record = (overrides: Partial<HoldRecord>): HoldRecord => ({
  ...{ key: 'k', request: 'chat/answer/1', step: 'answer', attempt: 1, kind: 'call', state: 'open', facts: {} },
  terms: terms('u', { allowances: [{ ...dayOfMoney, amount: null }] }),
  ...{ held: { micros: 100 }, heldSavings: {}, charged: {}, fromSavings: {}, refunded: {}, onInstance: {} },
  ...{ day: '2026-11-21', createdAtMs: NOON_MS, endedAtMs: null, expiresAtMs: NOON_MS + 1 },
  ...overrides,
});

const booksOf = (holds: HoldRecord[]) => new Books({ holds, windows: [], savings: [], transactions: [] });

describe('a settlement', () => {
  it.each<[string, Amounts, Amounts, Amounts, Record<'charged' | 'fromSavings' | 'onInstance', Amounts>]>([
    ['of nothing', { micros: 100 }, {}, {}, { charged: {}, fromSavings: {}, onInstance: {} }],
    ['of less', { micros: 100 }, {}, { micros: 30 }, { charged: { micros: 30 }, fromSavings: {}, onInstance: {} }],
    [
      'of more than the hold, charged to the instance',
      { micros: 100 },
      {},
      { micros: 130, images: 1 },
      { charged: { micros: 100 }, fromSavings: {}, onInstance: { micros: 30, images: 1 } },
    ],
    [
      'within the allowance, which keeps the savings',
      { micros: 100 },
      { micros: 60 },
      { micros: 40 },
      { charged: { micros: 40 }, fromSavings: {}, onInstance: {} },
    ],
    [
      'beyond the allowance, from savings',
      { micros: 100 },
      { micros: 60 },
      { micros: 90 },
      { charged: { micros: 90 }, fromSavings: { micros: 50 }, onInstance: {} },
    ],
  ])('%s', (_name, held, heldSavings, actual, expected) => {
    const { outcome, changes } = settle(
      booksOf([record({ held, heldSavings })]),
      { key: 'k', actual, facts: {} },
      NOON_MS,
    );
    expect(outcome.hold).toMatchObject({ state: 'settled', ...expected });
    for (const { entries } of changes.transactions) {
      for (const unit of ['micros', 'images']) {
        const amounts = entries.filter((entry) => entry.unit === unit).map(({ amount }) => amount);
        expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(0);
      }
    }
  });
});

describe('an overrun', () => {
  const beyond = { micros: 130, tokens: 7 };
  const counted = [
    ['instance', 'pool', 'micros', 130],
    ['guild:g', 'pool', 'micros', 130],
    ['channel:c', 'pool', 'micros', 130],
    ['user:u', 'allowance', 'micros', 100],
    ['user:u', 'overrun', 'micros', 30],
    ['instance', 'pool', 'tokens', 7],
    ['guild:g', 'pool', 'tokens', 7],
    ['channel:c', 'pool', 'tokens', 7],
    ['user:u', 'overrun', 'tokens', 7],
  ];
  const spentIn = ({ meters }: Changes) =>
    meters.flatMap(({ holder, source, unit, spent }) => (spent === 0 ? [] : [[holder, source, unit, spent]]));

  it('of an answer is added to every meter, though the payer is charged the hold only', () => {
    const { outcome, changes } = settle(booksOf([record({})]), { key: 'k', actual: beyond, facts: {} }, NOON_MS);
    expect(spentIn(changes)).toEqual(counted);
    expect(changes.savings).toEqual([]);
    expect(overrunOf(outcome.hold)).toEqual({ micros: 30, tokens: 7 });
  });

  it("of a failed call is added to every meter, and the rest of the call to the instance's", () => {
    const { outcome, changes } = lose(booksOf([record({})]), { key: 'k', used: beyond, facts: {} }, NOON_MS);
    expect(spentIn(changes)).toEqual([
      ['instance', 'pool', 'micros', 130],
      ['guild:g', 'pool', 'micros', 30],
      ['channel:c', 'pool', 'micros', 30],
      ['user:u', 'overrun', 'micros', 30],
      ['instance', 'pool', 'tokens', 7],
      ['guild:g', 'pool', 'tokens', 7],
      ['channel:c', 'pool', 'tokens', 7],
      ['user:u', 'overrun', 'tokens', 7],
    ]);
    expect(overrunOf(outcome?.hold ?? record({}))).toEqual({ micros: 30, tokens: 7 });
  });

  it('stays when the charge is refunded', () => {
    const books = booksOf([record({})]);
    books.apply(settle(books, { key: 'k', actual: beyond, facts: {} }, NOON_MS).changes);
    const { changes } = refund(books, 'k', { key: 'r', actorId: 'a', reason: '' }, NOON_MS);
    expect(spentIn(changes)).toEqual([
      ['instance', 'pool', 'micros', -100],
      ['guild:g', 'pool', 'micros', -100],
      ['channel:c', 'pool', 'micros', -100],
      ['user:u', 'allowance', 'micros', -100],
    ]);
  });

  it('raises limits beyond their cap', () => {
    const cap = limit(guild('g'), 100);
    const own = record({ terms: terms('u', { limits: [cap], allowances: [] }) });
    const windows = [{ ...limitWindow(cap, NOON_MS), ...figures() }];
    const books = new Books({ holds: [own], windows, savings: [], transactions: [] });
    const { outcome } = settle(books, { key: 'k', actual: { micros: 250 }, facts: {} }, NOON_MS);
    expect(outcome.crossings).toEqual([{ limit: cap, before: 0, after: 2.5 }]);
  });
});

describe('a refund', () => {
  const charged = {
    state: 'settled' as const,
    endedAtMs: NOON_MS,
    charged: { micros: 90 },
    fromSavings: { micros: 50 },
  };

  it.each<[string, number | undefined, number, { given: number; toSavings: number }]>([
    ['of all', undefined, 0, { given: 90, toSavings: 50 }],
    ['of a part, to savings first', 40, 0, { given: 40, toSavings: 40 }],
    ['of the next part, the rest of the savings first', 40, 40, { given: 40, toSavings: 10 }],
    ['of what is left, to the allowance', 40, 80, { given: 10, toSavings: 0 }],
    ['of more than is left', 999, 0, { given: 90, toSavings: 50 }],
    ['when nothing is left', 10, 90, { given: 0, toSavings: 0 }],
  ])('%s', (_name, asked, before, { given: back, toSavings }) => {
    const books = booksOf([record({ ...charged, refunded: before > 0 ? { micros: before } : {} })]);
    const amounts = asked === undefined ? {} : { amounts: { micros: asked } };
    const { outcome, changes } = refund(books, 'k', { key: 'r', actorId: 'a', reason: '', ...amounts }, NOON_MS);
    expect(outcome.refunded).toEqual({ micros: before + back });
    expect(changes.savings.reduce((sum, { spent }) => sum - spent, 0)).toBe(toSavings);
    const ofInstance = changes.meters.find(({ holder }) => holder === 'instance');
    expect(-(ofInstance?.spent ?? 0) + 0).toBe(back);
  });

  it('of a written-off charge is on the instance, whose meter keeps it', () => {
    const { outcome, changes } = writeOff(booksOf([record(charged)]), 'k', NOON_MS);
    expect(outcome).toMatchObject({ state: 'lost', charged: {}, fromSavings: {}, onInstance: { micros: 90 } });
    expect(overrunOf(outcome ?? record({}))).toEqual({});
    expect(changes.meters.find(({ holder }) => holder === 'instance')).toBeUndefined();
    expect(changes.meters.find(({ holder }) => holder === 'guild:g')).toMatchObject({ spent: -90 });
    expect(changes.transactions.flatMap(({ entries }) => entries)).toEqual([
      { account: 'user:u/allowance', unit: 'micros', amount: 40 },
      { account: 'user:u/savings', unit: 'micros', amount: 50 },
      { account: 'instance/lost', unit: 'micros', amount: -90 },
    ]);
  });
});
