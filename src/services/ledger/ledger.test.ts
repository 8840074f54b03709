import { describe, expect, it } from 'vitest';
import {
  dayOfMoney,
  free,
  fresh,
  grantOf,
  guild,
  heldOf,
  HOUR_MS,
  ledgerBench,
  limit,
  moneyOf,
  NOON_MS,
  refusalOf,
  request,
  spend,
  terms,
  user,
} from '../../testing/ledger-bench.ts';
import type { Allowance } from './index.ts';

const { ledger, postgres, start } = await ledgerBench();

describe('a call', () => {
  it('holds its highest possible cost and is charged its use', async () => {
    const payer = fresh('u');
    const hold = heldOf(await ledger.reserve(request(fresh('k'), { terms: terms(payer), facts: { model: 'a/b' } })));
    expect(hold).toMatchObject({ state: 'open', held: { micros: 100 }, charged: {}, endedAtMs: null });
    expect(await moneyOf(ledger, payer)).toMatchObject({ spent: 0, held: 100, resetsAtMs: NOON_MS + 12 * HOUR_MS });
    const { hold: settled, ended } = await ledger.settle(hold.key, { micros: 60 }, { tokens: 12 });
    expect(ended).toBe(true);
    expect(settled).toMatchObject({ state: 'settled', charged: { micros: 60 }, fromSavings: {}, onInstance: {} });
    expect(settled).toMatchObject({ facts: { model: 'a/b', tokens: 12 }, endedAtMs: NOON_MS });
    expect(await moneyOf(ledger, payer)).toMatchObject({ spent: 60, held: 0 });
  });

  it('gets what is available between `least` and `wanted`', async () => {
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

  it('is refused for good when the rest is spent, and a refusal is not stored', async () => {
    const [payer, key] = [fresh('u'), fresh('k')];
    await spend(ledger, request(fresh('k'), { terms: terms(payer), wanted: { micros: 450 } }));
    const asked = request(key, { terms: terms(payer) });
    expect(refusalOf(await ledger.reserve(asked))).toMatchObject({ spent: 450, held: 0, needed: 100, passing: false });
    await ledger.grant(postgres.db, grantOf(payer, 100));
    expect(heldOf(await ledger.reserve(asked))).toMatchObject({ held: { micros: 100 } });
  });

  it('costs nothing when it is released', async () => {
    const payer = fresh('u');
    const { key } = heldOf(await ledger.reserve(request(fresh('k'), { terms: terms(payer) })));
    expect(await ledger.release(key, { because: 'busy' })).toMatchObject({ state: 'released', charged: {} });
    expect(await moneyOf(ledger, payer)).toMatchObject(free);
    expect(await ledger.release(fresh('unknown'))).toBeUndefined();
  });

  it('with an unlimited allowance is counted too', async () => {
    const payer = fresh('u');
    const unlimited = terms(payer, { allowances: [{ ...dayOfMoney, amount: null }] });
    await spend(ledger, request(fresh('k'), { terms: unlimited, wanted: { micros: 9_000, images: 2 } }));
    expect(await moneyOf(ledger, payer)).toMatchObject({ spent: 9_000 });
  });

  it('is rejected when its amounts or terms make no sense', async () => {
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

describe('savings', () => {
  it("pay what the allowance doesn't, and are refunded first", async () => {
    const payer = fresh('u');
    expect(await ledger.grant(postgres.db, grantOf(payer, 300))).toEqual({ savings: 300, changed: true });
    const hold = heldOf(await ledger.reserve(request(fresh('k'), { terms: terms(payer), wanted: { micros: 700 } })));
    expect(await moneyOf(ledger, payer)).toMatchObject({ held: 500, savings: { granted: 300, spent: 0, held: 200 } });
    const { hold: settled } = await ledger.settle(hold.key, { micros: 600 });
    expect(settled).toMatchObject({ charged: { micros: 600 }, fromSavings: { micros: 100 } });
    expect(await moneyOf(ledger, payer)).toMatchObject({ spent: 500, savings: { granted: 300, spent: 100, held: 0 } });
    const refund = { key: fresh('r'), actorId: 'admin', reason: 'bad answer', amounts: { micros: 150 } };
    expect(await ledger.refund(hold.key, refund)).toMatchObject({ refunded: { micros: 150 } });
    expect(await moneyOf(ledger, payer)).toMatchObject({ spent: 450, savings: { granted: 300, spent: 0 } });
  });

  it('can be removed down to what is free', async () => {
    const payer = fresh('u');
    await ledger.grant(postgres.db, grantOf(payer, 300));
    await ledger.reserve(request(fresh('k'), { terms: terms(payer), wanted: { micros: 600 } }));
    await expect(ledger.grant(postgres.db, grantOf(payer, -201))).rejects.toMatchObject({
      code: 'ledger/too-little',
      data: { most: 200 },
    });
    expect(await ledger.grant(postgres.db, grantOf(payer, -200))).toEqual({ savings: 100, changed: true });
    expect(await moneyOf(ledger, payer)).toMatchObject({ savings: { granted: 100, held: 100 } });
  });

  it('are granted once per key, also inside a transaction that must commit', async () => {
    const payer = fresh('u');
    const grant = grantOf(payer, 50);
    await postgres.transaction((tx) => ledger.grant(tx, grant));
    expect(await ledger.grant(postgres.db, grant)).toEqual({ savings: 50, changed: false });
    const failing = postgres.transaction(async (tx) => {
      await ledger.grant(tx, grantOf(payer, 1_000));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await moneyOf(ledger, payer)).toMatchObject({ savings: { granted: 50 } });
    await expect(ledger.grant(postgres.db, { ...grantOf(payer, 1), amount: 0.5 })).rejects.toThrow(RangeError);
  });

  it('of tokens and pictures work alike', async () => {
    const payer = fresh('u');
    const allowances: Allowance[] = [
      { unit: 'tokens', period: 'week', amount: 1_000, rule: 'role member' },
      { unit: 'images', period: 'day', amount: 1, rule: 'role member' },
    ];
    await ledger.grant(postgres.db, { ...grantOf(payer, 500), unit: 'tokens' });
    const asked = { terms: terms(payer, { allowances }), wanted: { tokens: 1_200, images: 1 } };
    await spend(ledger, request(fresh('k'), asked));
    const [tokens, images] = await ledger.balances(payer, allowances);
    expect(tokens).toMatchObject({ spent: 1_000, savings: { granted: 500, spent: 200 } });
    expect(images).toMatchObject({ spent: 1, savings: { granted: 0 } });
    expect(refusalOf(await ledger.reserve(request(fresh('k'), { ...asked, wanted: { images: 1 } })))).toMatchObject({
      unit: 'images',
      needed: 1,
    });
  });
});

describe('admissions', () => {
  const admit = (asked: Parameters<typeof request>[1], key = fresh('a')) =>
    postgres.transaction((tx) => ledger.admit(tx, request(key, { step: 'admission', attempt: 0, ...asked })));

  it('count against each other and give way to calls', async () => {
    const payer = fresh('u');
    const place = fresh('g');
    const own = terms(payer, { guildId: place, limits: [limit(guild(place), 450)] });
    expect((await admit({ terms: own, wanted: { micros: 400 } })).status).toBe('held');
    expect(refusalOf(await admit({ terms: own }))).toMatchObject({ holder: guild(place), held: 400, passing: true });
    expect(await moneyOf(ledger, payer)).toMatchObject(free);
    expect(heldOf(await ledger.reserve(request(fresh('k'), { terms: own, wanted: { micros: 450 } }))).held).toEqual({
      micros: 450,
    });
  });

  it('end with the first call of their request, or when dismissed', async () => {
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

  it('survive a refused call, and vanish when their transaction rolls back', async () => {
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

  it('of nothing are always granted, and the same key gives the same hold', async () => {
    const key = fresh('a');
    const broke = terms(fresh('u'), { allowances: [{ ...dayOfMoney, amount: 0 }] });
    const first = await admit({ terms: broke, wanted: {} }, key);
    expect(heldOf(first)).toMatchObject({ state: 'open', held: {} });
    expect(await admit({ terms: broke, wanted: {} }, key)).toEqual(first);
    await expect(ledger.settle(key, {})).rejects.toThrow('is an admission');
  });
});

describe('a batch', () => {
  it('of a hundred operations is decided one after the other, from any process', async () => {
    const place = fresh('g');
    const limits = [limit(guild(place), 4_000)];
    const ask = () => ledger.reserve(request(fresh('k'), { terms: terms(fresh('u'), { guildId: place, limits }) }));
    const results = await Promise.all(Array.from({ length: 100 }, ask));
    expect(results.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 40 }, () => 'held'),
      ...Array.from({ length: 60 }, () => 'refused'),
    ]);
  });

  it('runs the others when one of its operations fails', async () => {
    const payer = fresh('u');
    const outcomes = await Promise.allSettled([
      ledger.reserve(request(fresh('k'), { terms: terms(payer) })),
      ledger.settle(fresh('unknown'), { micros: 1 }),
      ledger.reserve(request(fresh('k'), { terms: terms(payer) })),
      ledger.reserve(request(fresh('k'), { terms: terms(payer), expiresAtMs: 0.5 })),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(await moneyOf(ledger, payer)).toMatchObject({ held: 200 });
  });

  it('is rejected as a whole, and can be retried, when the database is away', async () => {
    const payer = fresh('u');
    const { ledger: cut, postgres: connections } = start();
    await connections.close();
    const ask = () => cut.reserve(request(fresh('k'), { terms: terms(payer) }));
    for (const outcome of await Promise.allSettled([ask(), ask(), ask()])) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'postgres/unavailable', retryable: true } });
    }
    expect(await moneyOf(ledger, payer)).toMatchObject(free);
  });
});
