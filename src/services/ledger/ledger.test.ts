import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import {
  guild,
  heldOf,
  HOUR_MS,
  instance,
  ledgerBench,
  limit,
  NOON_MS,
  refusalOf,
  request,
  spend,
  terms,
  user,
} from '../../testing/ledger-bench.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import type { Purse, Terms } from './index.ts';

const { postgres, start } = await ledgerBench();
const { ledger } = start();

/** Every test has people and places of its own, so that none sees another's use. */
let made = 0;
const fresh = (name: string): string => `${name}${(made += 1)}`;

afterEach(async () => {
  expect(await ledger.verify()).toEqual([]);
});

const dayOfMoney: Purse = { unit: 'micros', period: 'day', allowance: 500, rule: 'role member' };
const free = { spent: 0, held: 0 };

async function moneyOf(userId: string, of = ledger) {
  const [balance] = await of.balances(userId, [dayOfMoney]);
  if (!balance) throw new Error('no balance');
  return balance;
}

describe('a call', () => {
  it('holds its worst case and is charged what it used', async () => {
    const payer = fresh('u');
    const hold = heldOf(await ledger.reserve(request(fresh('k'), { terms: terms(payer), facts: { model: 'a/b' } })));
    expect(hold).toMatchObject({ state: 'open', held: { micros: 100 }, charged: {}, endedAtMs: null });
    expect(await moneyOf(payer)).toMatchObject({ spent: 0, held: 100, resetsAtMs: NOON_MS + 12 * HOUR_MS });
    const { hold: settled, ended } = await ledger.settle(hold.key, { micros: 60 }, { tokens: 12 });
    expect(ended).toBe(true);
    expect(settled).toMatchObject({ state: 'settled', charged: { micros: 60 }, fromSavings: {}, onInstance: {} });
    expect(settled).toMatchObject({ facts: { model: 'a/b', tokens: 12 }, endedAtMs: NOON_MS });
    expect(await moneyOf(payer)).toMatchObject({ spent: 60, held: 0 });
  });

  it('gets what there is between the least and the most it wants', async () => {
    const payer = fresh('u');
    const asked = { wanted: { micros: 800, tokens: 900 }, least: { micros: 200 }, terms: terms(payer) };
    expect(heldOf(await ledger.reserve(request(fresh('k'), asked))).held).toEqual({ micros: 500, tokens: 900 });
    expect(refusalOf(await ledger.reserve(request(fresh('k'), asked)))).toEqual({
      holder: user(payer),
      unit: 'micros',
      period: 'day',
      rule: 'role member',
      cap: 500,
      spent: 0,
      held: 500,
      needed: 200,
      resetsAtMs: NOON_MS + 12 * HOUR_MS,
      passing: true,
    });
  });

  it('is refused without passing when the rest is spent, and a refusal is not remembered', async () => {
    const [payer, key] = [fresh('u'), fresh('k')];
    await spend(ledger, request(fresh('k'), { terms: terms(payer), wanted: { micros: 450 } }));
    const asked = request(key, { terms: terms(payer) });
    expect(refusalOf(await ledger.reserve(asked))).toMatchObject({ spent: 450, held: 0, needed: 100, passing: false });
    await ledger.grant(postgres.db, grantOf(payer, 100));
    expect(heldOf(await ledger.reserve(asked))).toMatchObject({ held: { micros: 100 } });
  });

  it('that gives everything back costs nothing', async () => {
    const payer = fresh('u');
    const { key } = heldOf(await ledger.reserve(request(fresh('k'), { terms: terms(payer) })));
    expect(await ledger.release(key, { because: 'busy' })).toMatchObject({ state: 'released', charged: {} });
    expect(await moneyOf(payer)).toMatchObject(free);
    expect(await ledger.release(fresh('unknown'))).toBeUndefined();
  });

  it('of an unlimited purse is counted all the same', async () => {
    const payer = fresh('u');
    const unlimited = terms(payer, { purses: [{ ...dayOfMoney, allowance: null }] });
    await spend(ledger, request(fresh('k'), { terms: unlimited, wanted: { micros: 9_000, images: 2 } }));
    expect(await moneyOf(payer)).toMatchObject({ spent: 9_000 });
  });

  it('is refused as a fault of the program when its amounts or terms make no sense', async () => {
    const own = terms(fresh('u'));
    for (const micros of [-1, 0.5, Number.NaN, Infinity]) {
      await expect(ledger.reserve(request(fresh('k'), { terms: own, wanted: { micros } }))).rejects.toThrow(RangeError);
      await expect(ledger.settle(fresh('k'), { micros })).rejects.toThrow(RangeError);
    }
    const elsewhere = { ...own, limits: [limit(guild('elsewhere'), 100)] };
    await expect(ledger.reserve(request(fresh('k'), { terms: elsewhere }))).rejects.toThrow('do not concern');
    await expect(ledger.settle(fresh('k'), { micros: 1 })).rejects.toThrow('There is no hold');
  });
});

const grantOf = (userId: string, amount: number) => ({
  ...{ key: fresh('grant'), userId, unit: 'micros' as const, amount, actorId: 'admin', reason: 'thanks' },
});

describe('savings', () => {
  it('pay what the allowance does not, and get back first what is refunded', async () => {
    const payer = fresh('u');
    expect(await ledger.grant(postgres.db, grantOf(payer, 300))).toEqual({ savings: 300, changed: true });
    const hold = heldOf(await ledger.reserve(request(fresh('k'), { terms: terms(payer), wanted: { micros: 700 } })));
    expect(await moneyOf(payer)).toMatchObject({ held: 500, savings: { granted: 300, spent: 0, held: 200 } });
    const { hold: settled } = await ledger.settle(hold.key, { micros: 600 });
    expect(settled).toMatchObject({ charged: { micros: 600 }, fromSavings: { micros: 100 } });
    expect(await moneyOf(payer)).toMatchObject({ spent: 500, savings: { granted: 300, spent: 100, held: 0 } });
    const refund = { key: fresh('r'), actorId: 'admin', reason: 'bad answer', amounts: { micros: 150 } };
    expect(await ledger.refund(hold.key, refund)).toMatchObject({ refunded: { micros: 150 } });
    expect(await moneyOf(payer)).toMatchObject({ spent: 450, savings: { granted: 300, spent: 0 } });
  });

  it('are taken away down to what is free, and no further', async () => {
    const payer = fresh('u');
    await ledger.grant(postgres.db, grantOf(payer, 300));
    await ledger.reserve(request(fresh('k'), { terms: terms(payer), wanted: { micros: 600 } }));
    await expect(ledger.grant(postgres.db, grantOf(payer, -201))).rejects.toMatchObject({
      code: 'ledger/too-little',
      data: { most: 200 },
    });
    expect(await ledger.grant(postgres.db, grantOf(payer, -200))).toEqual({ savings: 100, changed: true });
    expect(await moneyOf(payer)).toMatchObject({ savings: { granted: 100, held: 100 } });
  });

  it('are granted once for a key, also inside a transaction that must commit', async () => {
    const payer = fresh('u');
    const grant = grantOf(payer, 50);
    await postgres.transaction((tx) => ledger.grant(tx, grant));
    expect(await ledger.grant(postgres.db, grant)).toEqual({ savings: 50, changed: false });
    const failing = postgres.transaction(async (tx) => {
      await ledger.grant(tx, grantOf(payer, 1_000));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await moneyOf(payer)).toMatchObject({ savings: { granted: 50 } });
    await expect(ledger.grant(postgres.db, { ...grantOf(payer, 1), amount: 0.5 })).rejects.toThrow(RangeError);
  });

  it('of tokens and pictures work alike', async () => {
    const payer = fresh('u');
    const purses: Purse[] = [
      { unit: 'tokens', period: 'week', allowance: 1_000, rule: 'role member' },
      { unit: 'images', period: 'day', allowance: 1, rule: 'role member' },
    ];
    await ledger.grant(postgres.db, { ...grantOf(payer, 500), unit: 'tokens' });
    const asked = { terms: terms(payer, { purses }), wanted: { tokens: 1_200, images: 1 } };
    await spend(ledger, request(fresh('k'), asked));
    const [tokens, images] = await ledger.balances(payer, purses);
    expect(tokens).toMatchObject({ spent: 1_000, savings: { granted: 500, spent: 200 } });
    expect(images).toMatchObject({ spent: 1, savings: { granted: 0 } });
    expect(refusalOf(await ledger.reserve(request(fresh('k'), { ...asked, wanted: { images: 1 } })))).toMatchObject({
      unit: 'images',
      needed: 1,
    });
  });
});

describe('pools', () => {
  const pooled = (payer: string, limits: Terms['limits'], guildId: string): Terms =>
    terms(payer, { guildId, channelId: null, limits, purses: [] });

  it('are shared by everybody in them, from any process', async () => {
    const place = fresh('g');
    const limits = [limit(guild(place), 250)];
    const other = start();
    const ask = (by: typeof ledger) => by.reserve(request(fresh('k'), { terms: pooled(fresh('u'), limits, place) }));
    const results = await Promise.all([ask(ledger), ask(other.ledger), ask(ledger), ask(other.ledger)]);
    expect(results.filter((result) => result.status === 'held')).toHaveLength(2);
    expect(await ledger.levels(limits)).toEqual([
      { limit: limits[0], spent: 0, held: 200, resetsAtMs: NOON_MS + 12 * HOUR_MS },
    ]);
  });

  it('count what was used before their cap was set, over days, weeks and months', async () => {
    const place = fresh('g');
    const clock = createManualClock(Date.UTC(2026, 10, 29, 23));
    const { ledger: later } = start({ clock });
    const ask = (micros: number, limits: Terms['limits'] = []) =>
      later.reserve(request(fresh('k'), { terms: pooled(fresh('u'), limits, place), wanted: { micros } }));
    const settle = async (micros: number) => later.settle(heldOf(await ask(micros)).key, { micros });
    await settle(40); // Sunday
    await clock.advance(2 * HOUR_MS);
    await settle(30); // Monday, the last of November
    const spentOf = async () =>
      (await later.levels((['day', 'week', 'month'] as const).map((period) => limit(guild(place), 0, { period })))).map(
        ({ spent, resetsAtMs }) => ({ spent, resets: new Date(resetsAtMs).toISOString().slice(0, 10) }),
      );
    expect(await spentOf()).toEqual([
      { spent: 30, resets: '2026-12-01' },
      { spent: 30, resets: '2026-12-07' },
      { spent: 70, resets: '2026-12-01' },
    ]);
    const ofMonth = limit(guild(place), 100, { period: 'month' });
    expect(refusalOf(await ask(31, [ofMonth]))).toMatchObject({ spent: 70, cap: 100, period: 'month', passing: false });
    await clock.advance(23 * HOUR_MS); // Midnight, the first of December
    expect((await spentOf()).map(({ spent }) => spent)).toEqual([0, 30, 0]);
    expect(heldOf(await ask(31, [ofMonth])).held).toEqual({ micros: 31 });
  });

  it('are told when a settlement fills them, the allowance too', async () => {
    const [place, payer] = [fresh('g'), fresh('u')];
    const cap = limit(guild(place), 1_000);
    const own = terms(payer, { guildId: place, limits: [cap] });
    const { key } = heldOf(await ledger.reserve(request(fresh('k'), { terms: own, wanted: { micros: 400 } })));
    const { fillings } = await ledger.settle(key, { micros: 250 });
    expect(fillings).toEqual([
      { limit: cap, before: 0, after: 0.25 },
      { limit: limit(user(payer), 500, { rule: 'role member' }), before: 0, after: 0.5 },
    ]);
    const again = heldOf(await ledger.reserve(request(fresh('k'), { terms: own })));
    expect((await ledger.settle(again.key, { micros: 100 })).fillings[0]).toMatchObject({ before: 0.25, after: 0.35 });
  });

  it('refuse with what stands in the way longest', async () => {
    const [place, payer] = [fresh('g'), fresh('u')];
    const limits = [limit(guild(place), 50), limit(user(payer), 50, { period: 'month', rule: 'personal cap' })];
    const result = await ledger.reserve(request(fresh('k'), { terms: terms(payer, { guildId: place, limits }) }));
    expect(refusalOf(result)).toMatchObject({ rule: 'personal cap', period: 'month', cap: 50, needed: 100 });
  });

  it('of the instance keep what was lost or used beyond a hold, which nobody else pays', async () => {
    const [place, payer] = [fresh('g'), fresh('u')];
    const warnings: object[] = [];
    const logger = { debug() {}, info() {}, error() {}, warn: (fields: object) => warnings.push(fields) };
    const { ledger: warned } = start({ logger: { ...logger, child: () => ({ ...logger, child: () => never() }) } });
    const own = terms(payer, { guildId: place });
    const spentOf = async () => (await ledger.levels([limit(instance, 1), limit(guild(place), 1)])).map((l) => l.spent);
    const [before = 0] = await spentOf();
    const first = heldOf(await warned.reserve(request(fresh('k'), { terms: own, facts: { model: 'a/b' } })));
    const { hold } = await warned.settle(first.key, { micros: 130, tokens: 7 });
    expect(hold).toMatchObject({ charged: { micros: 100 }, onInstance: { micros: 30, tokens: 7 } });
    expect(warnings).toEqual([{ hold: first.key, step: 'answer', model: 'a/b', overrun: { micros: 30, tokens: 7 } }]);
    const second = heldOf(await ledger.reserve(request(fresh('k'), { terms: own })));
    expect(await ledger.lose(second.key, { micros: 40 })).toMatchObject({
      state: 'lost',
      charged: {},
      onInstance: { micros: 40 },
    });
    expect(await moneyOf(payer)).toMatchObject({ spent: 100, held: 0 });
    expect(await spentOf()).toEqual([before + 140, 100]);
  });
});

function never(): never {
  throw new Error('Nobody asks for this');
}

describe('admissions', () => {
  const admit = (asked: Parameters<typeof request>[1], key = fresh('a')) =>
    postgres.transaction((tx) => ledger.admit(tx, request(key, { step: 'admission', attempt: 0, ...asked })));

  it('count against one another and give way to calls', async () => {
    const payer = fresh('u');
    const place = fresh('g');
    const own = terms(payer, { guildId: place, limits: [limit(guild(place), 450)] });
    expect((await admit({ terms: own, wanted: { micros: 400 } })).status).toBe('held');
    expect(refusalOf(await admit({ terms: own }))).toMatchObject({ holder: guild(place), held: 400, passing: true });
    expect(await moneyOf(payer)).toMatchObject(free);
    expect(heldOf(await ledger.reserve(request(fresh('k'), { terms: own, wanted: { micros: 450 } }))).held).toEqual({
      micros: 450,
    });
  });

  it('end with the first call of their request, or when it is dismissed', async () => {
    const payer = fresh('u');
    const [first, second] = [`chat/answer/${fresh('q')}`, `chat/answer/${fresh('q')}`];
    await admit({ terms: terms(payer), wanted: { micros: 300 }, request: first });
    await ledger.reserve(request(fresh('k'), { terms: terms(payer), request: first }));
    expect((await ledger.holds(first)).map(({ step, state }) => [step, state])).toEqual([
      ['admission', 'released'],
      ['answer', 'open'],
    ]);
    await admit({ terms: terms(payer), wanted: { micros: 400 }, request: second });
    expect((await admit({ terms: terms(payer) })).status).toBe('refused');
    await ledger.dismiss(second);
    await ledger.dismiss(second);
    expect((await admit({ terms: terms(payer) })).status).toBe('held');
  });

  it('stay when the call is refused, and vanish with the transaction that made them', async () => {
    const payer = fresh('u');
    const asked = `chat/answer/${fresh('q')}`;
    const failing = postgres.transaction(async (tx) => {
      await ledger.admit(tx, request(fresh('a'), { terms: terms(payer), request: asked }));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await ledger.holds(asked)).toEqual([]);
    await admit({ terms: terms(payer), request: asked });
    await ledger.reserve(request(fresh('k'), { terms: terms(payer), request: asked, wanted: { micros: 501 } }));
    expect(await ledger.holds(asked)).toMatchObject([{ step: 'admission', state: 'open' }]);
  });

  it('of nothing are always given, and the same key gives the same', async () => {
    const key = fresh('a');
    const broke = terms(fresh('u'), { purses: [{ ...dayOfMoney, allowance: 0 }] });
    const first = await admit({ terms: broke, wanted: {} }, key);
    expect(heldOf(first)).toMatchObject({ state: 'open', held: {} });
    expect(await admit({ terms: broke, wanted: {} }, key)).toEqual(first);
    await expect(ledger.settle(key, {})).rejects.toThrow('is an admission');
  });
});

describe('every hold ends once', () => {
  type End = (key: string) => Promise<unknown>;
  const ends: Record<string, End> = {
    settled: (key) => ledger.settle(key, { micros: 70 }),
    released: (key) => ledger.release(key),
    lost: (key) => ledger.lose(key),
  };

  for (const [state, end] of Object.entries(ends)) {
    it(`${state}: every later end and the same reserve change nothing`, async () => {
      const payer = fresh('u');
      const asked = request(fresh('k'), { terms: terms(payer) });
      await ledger.reserve(asked);
      await end(asked.key);
      const [hold] = await ledger.holds(asked.request);
      const balance = await moneyOf(payer);
      expect(hold).toMatchObject({ state });
      for (const again of Object.values(ends)) await again(asked.key);
      expect(await ledger.settle(asked.key, { micros: 1 })).toEqual({ hold, ended: false, fillings: [] });
      expect(await ledger.reserve(asked)).toEqual({ status: 'held', hold });
      expect(await ledger.holds(asked.request)).toEqual([hold]);
      expect(await moneyOf(payer)).toEqual(balance);
    });
  }

  it('when many try at the same time', async () => {
    const payer = fresh('u');
    const { key } = heldOf(await ledger.reserve(request(fresh('k'), { terms: terms(payer) })));
    const other = start();
    const results = await Promise.all(
      [ledger, other.ledger, ledger, other.ledger].map((by) => by.settle(key, { micros: 80 })),
    );
    expect(results.filter(({ ended }) => ended)).toHaveLength(1);
    expect(await moneyOf(payer)).toMatchObject({ spent: 80, held: 0 });
  });

  it('and many that reserve the same get the same', async () => {
    const payer = fresh('u');
    const asked = request(fresh('k'), { terms: terms(payer) });
    const other = start();
    const [first, ...others] = await Promise.all([ledger, other.ledger, ledger].map((by) => by.reserve(asked)));
    expect(first?.status).toBe('held');
    for (const result of others) expect(result).toEqual(first);
    expect(await moneyOf(payer)).toMatchObject({ held: 100 });
  });

  it('on the day on which it began, whenever that is told', async () => {
    const payer = fresh('u');
    const clock = createManualClock(NOON_MS + 11.9 * HOUR_MS);
    const { ledger: late } = start({ clock });
    const { key } = heldOf(await late.reserve(request(fresh('k'), { terms: terms(payer) })));
    await clock.advance(HOUR_MS);
    expect(await moneyOf(payer, late)).toMatchObject({ held: 0 });
    await late.settle(key, { micros: 90 });
    expect(await moneyOf(payer, late)).toMatchObject(free);
    expect(await moneyOf(payer)).toMatchObject({ spent: 90 });
  });

  it('after a crash, on the instance', async () => {
    const payer = fresh('u');
    const asked = `chat/answer/${fresh('q')}`;
    await postgres.transaction((tx) =>
      ledger.admit(tx, request(fresh('a'), { terms: terms(payer), request: asked, step: 'admission' })),
    );
    for (const step of ['answer', 'title']) {
      const key = fresh('k');
      await ledger.reserve(request(key, { terms: terms(payer), request: asked, step }));
      if (step === 'answer') await ledger.settle(key, { micros: 50 });
    }
    expect(await ledger.recover(asked)).toBe(1);
    expect(await ledger.recover(asked)).toBe(0);
    expect((await ledger.holds(asked)).map(({ step, state }) => [step, state])).toEqual(
      expect.arrayContaining([
        ['answer', 'settled'],
        ['title', 'lost'],
      ]),
    );
    expect(await moneyOf(payer)).toMatchObject({ spent: 50, held: 0 });
  });

  it('when its time is over', async () => {
    const payer = fresh('u');
    const clock = createManualClock(NOON_MS);
    const { ledger: late } = start({ clock });
    await late.expire();
    const [call, place, later] = ['call', 'place', 'later'].map((name) => `chat/answer/${fresh(name)}`) as [
      string,
      string,
      string,
    ];
    await late.reserve(request(fresh('k'), { terms: terms(payer), request: call }));
    await postgres.transaction((tx) => late.admit(tx, request(fresh('a'), { terms: terms(payer), request: place })));
    const expiresAtMs = NOON_MS + 2 * HOUR_MS;
    await late.reserve(request(fresh('k'), { terms: terms(payer), request: later, expiresAtMs }));
    await clock.advance(HOUR_MS);
    expect(await late.expire()).toBeGreaterThanOrEqual(2);
    expect(await late.expire()).toBe(0);
    expect(await late.holds(call)).toMatchObject([{ state: 'expired', onInstance: { micros: 100 } }]);
    expect(await late.holds(place)).toMatchObject([{ state: 'expired', onInstance: {} }]);
    expect(await late.holds(later)).toMatchObject([{ state: 'open' }]);
    expect(await moneyOf(payer)).toMatchObject({ spent: 0, held: 100 });
  });
});

describe('a refund', () => {
  it('is at most what was charged, and once for a key', async () => {
    const payer = fresh('u');
    const { key } = await spend(ledger, request(fresh('k'), { terms: terms(payer) }));
    const refund = { key: fresh('r'), actorId: 'admin', reason: 'sorry', amounts: { micros: 30, tokens: 5 } };
    expect(await ledger.refund(key, refund)).toMatchObject({ refunded: { micros: 30 } });
    expect(await ledger.refund(key, refund)).toMatchObject({ refunded: { micros: 30 } });
    expect(await ledger.refund(key, { ...refund, key: fresh('r'), amounts: { micros: 999 } })).toMatchObject({
      charged: { micros: 100 },
      refunded: { micros: 100 },
    });
    expect(await moneyOf(payer)).toMatchObject(free);
    expect(await ledger.refund(key, { ...refund, key: fresh('r') })).toMatchObject({ refunded: { micros: 100 } });
    await expect(ledger.refund(fresh('unknown'), refund)).rejects.toThrow('There is no hold');
  });

  it('goes to the day of the charge and lowers its pools', async () => {
    const [payer, place] = [fresh('u'), fresh('g')];
    const clock = createManualClock(NOON_MS);
    const { ledger: late } = start({ clock });
    const { key } = await spend(late, request(fresh('k'), { terms: terms(payer, { guildId: place }) }));
    await clock.advance(24 * HOUR_MS);
    await late.refund(key, { key: fresh('r'), actorId: 'admin', reason: '', amounts: { micros: 40 } });
    expect(await ledger.use(guild(place), '2026-11-01', '2026-11-30')).toEqual([
      { day: '2026-11-21', spent: { micros: 60 }, calls: { chat: 1 } },
    ]);
  });

  it('of a call that was not charged gives nothing', async () => {
    const payer = fresh('u');
    const { key } = heldOf(await ledger.reserve(request(fresh('k'), { terms: terms(payer) })));
    const refund = { key: fresh('r'), actorId: 'admin', reason: '' };
    expect(await ledger.refund(key, refund)).toMatchObject({ state: 'open', refunded: {} });
    await ledger.lose(key);
    expect(await ledger.refund(key, refund)).toMatchObject({ state: 'lost', refunded: {} });
  });
});

describe('what is told', () => {
  it('of use: days with something, and calls by feature', async () => {
    const place = fresh('g');
    const clock = createManualClock(NOON_MS);
    const { ledger: late } = start({ clock });
    const own = () => terms(fresh('u'), { guildId: place });
    await spend(late, request(fresh('k'), { terms: own() }));
    await spend(late, request(fresh('k'), { terms: own(), wanted: { micros: 5, tokens: 7 } }));
    await clock.advance(48 * HOUR_MS);
    await spend(late, request(fresh('k'), { terms: own(), request: `images/draw/${fresh('q')}` }));
    expect(await late.use(guild(place), '2026-11-20', '2026-11-23')).toEqual([
      { day: '2026-11-21', spent: { micros: 105, tokens: 7 }, calls: { chat: 2 } },
      { day: '2026-11-23', spent: { micros: 100 }, calls: { images: 1 } },
    ]);
    expect(await late.use(guild(place), '2026-11-22', '2026-11-22')).toEqual([]);
  });

  it('of the last while, per guild: spent, lost and held', async () => {
    const place = fresh('g');
    const clock = createManualClock(NOON_MS + 100 * 24 * HOUR_MS);
    const { ledger: late } = start({ clock });
    const own = () => ({ terms: terms(fresh('u'), { guildId: place }) });
    await spend(late, request(fresh('k'), own()));
    await clock.advance(HOUR_MS);
    const sinceMs = clock.now();
    await spend(late, request(fresh('k'), own()));
    await late.reserve(request(fresh('k'), own()));
    const lost = heldOf(await late.reserve(request(fresh('k'), own())));
    await late.lose(lost.key, { micros: 10 });
    await late.release(heldOf(await late.reserve(request(fresh('k'), own()))).key);
    const direct = terms(fresh('u'), { guildId: null, channelId: 'dm' });
    await spend(late, request(fresh('k'), { terms: direct }));
    expect((await late.recent(sinceMs)).toSorted((a, b) => a.calls - b.calls)).toEqual([
      { guildId: null, micros: 100, calls: 1 },
      { guildId: place, micros: 210, calls: 4 },
    ]);
  });
});

describe('a person', () => {
  it('gets everything that is kept of them', async () => {
    const payer = fresh('u');
    await ledger.grant(postgres.db, grantOf(payer, 20));
    await spend(ledger, request(fresh('k'), { terms: terms(payer), facts: { model: 'a/b' } }));
    expect(await ledger.exportUser(payer)).toMatchObject({
      savings: [{ userId: payer, unit: 'micros', granted: 20 }],
      grantsAndRefunds: [{ kind: 'grant', reason: 'thanks', unit: 'micros', amount: 20, received: true }],
      holds: [{ step: 'answer', state: 'settled', charged: { micros: 100 }, facts: { model: 'a/b' } }],
    });
  });

  it('is forgotten: the name and the savings go, the figures of pools stay', async () => {
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
    expect(await moneyOf(payer)).toMatchObject({ ...free, savings: { granted: 0, spent: 0, held: 0 } });
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

  it('opens for names alone when a person is forgotten', async () => {
    await charged();
    const forgetting = (statement: ReturnType<typeof sql>) =>
      postgres.transaction(async (tx) => {
        await sql`SELECT set_config('familiar.ledger_forgets', 'on', true)`.execute(tx);
        await statement.execute(tx);
      });
    await expect(forgetting(sql`UPDATE ledger_entry SET amount = amount * 2`)).rejects.toThrow('append-only');
    await expect(forgetting(sql`DELETE FROM ledger_entry`)).rejects.toThrow('append-only');
  });

  it('takes no entries that do not sum to zero in each unit', async () => {
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

  it('shows where a meter, savings or a hold differ from it', async () => {
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

describe('a batch', () => {
  it('of a hundred at once is decided one after the other, whoever asks', async () => {
    const place = fresh('g');
    const limits = [limit(guild(place), 4_000)];
    const ask = () => ledger.reserve(request(fresh('k'), { terms: terms(fresh('u'), { guildId: place, limits }) }));
    const results = await Promise.all(Array.from({ length: 100 }, ask));
    expect(results.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 40 }, () => 'held'),
      ...Array.from({ length: 60 }, () => 'refused'),
    ]);
  });

  it('leaves those unharmed that shared it with a fault', async () => {
    const payer = fresh('u');
    const outcomes = await Promise.allSettled([
      ledger.reserve(request(fresh('k'), { terms: terms(payer) })),
      ledger.settle(fresh('unknown'), { micros: 1 }),
      ledger.reserve(request(fresh('k'), { terms: terms(payer) })),
      ledger.reserve(request(fresh('k'), { terms: terms(payer), expiresAtMs: 0.5 })),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(await moneyOf(payer)).toMatchObject({ held: 200 });
  });

  it('is rejected as a whole, to be asked for again, when the database is away', async () => {
    const payer = fresh('u');
    const { ledger: cut, postgres: connections } = start();
    await connections.close();
    const ask = () => cut.reserve(request(fresh('k'), { terms: terms(payer) }));
    for (const outcome of await Promise.allSettled([ask(), ask(), ask()])) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'postgres/unavailable', retryable: true } });
    }
    expect(await moneyOf(payer)).toMatchObject(free);
  });
});
