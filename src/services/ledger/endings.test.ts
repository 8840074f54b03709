import { describe, expect, it } from 'vitest';
import {
  free,
  fresh,
  guild,
  heldOf,
  HOUR_MS,
  ledgerBench,
  moneyOf,
  NOON_MS,
  request,
  spend,
  terms,
} from '../../testing/ledger-bench.ts';
import { createManualClock } from '../../testing/manual-clock.ts';

const { ledger, postgres, start } = await ledgerBench();

describe('every hold ends once', () => {
  type End = (key: string) => Promise<unknown>;
  const ends: Record<string, End> = {
    settled: (key) => ledger.settle(key, { micros: 70 }),
    released: (key) => ledger.release(key),
    lost: (key) => ledger.lose(key),
  };

  for (const [state, end] of Object.entries(ends)) {
    it(`${state}: a later end or the same reserve changes nothing`, async () => {
      const payer = fresh('u');
      const asked = request(fresh('k'), { terms: terms(payer) });
      await ledger.reserve(asked);
      await end(asked.key);
      const [hold] = await ledger.holds(asked.request);
      const balance = await moneyOf(ledger, payer);
      expect(hold).toMatchObject({ state });
      for (const again of Object.values(ends)) await again(asked.key);
      expect(await ledger.settle(asked.key, { micros: 1 })).toEqual({ hold, ended: false, crossings: [] });
      expect(await ledger.reserve(asked)).toEqual({ status: 'held', hold });
      expect(await ledger.holds(asked.request)).toEqual([hold]);
      expect(await moneyOf(ledger, payer)).toEqual(balance);
    });
  }

  it('also when many end it at the same time', async () => {
    const payer = fresh('u');
    const { key } = heldOf(await ledger.reserve(request(fresh('k'), { terms: terms(payer) })));
    const other = start();
    const results = await Promise.all(
      [ledger, other.ledger, ledger, other.ledger].map((by) => by.settle(key, { micros: 80 })),
    );
    expect(results.filter(({ ended }) => ended)).toHaveLength(1);
    expect(await moneyOf(ledger, payer)).toMatchObject({ spent: 80, held: 0 });
  });

  it('and concurrent reserves with the same key get the same hold', async () => {
    const payer = fresh('u');
    const asked = request(fresh('k'), { terms: terms(payer) });
    const other = start();
    const [first, ...others] = await Promise.all([ledger, other.ledger, ledger].map((by) => by.reserve(asked)));
    expect(first?.status).toBe('held');
    for (const result of others) expect(result).toEqual(first);
    expect(await moneyOf(ledger, payer)).toMatchObject({ held: 100 });
  });

  it('on the day it began, however late', async () => {
    const payer = fresh('u');
    const clock = createManualClock(NOON_MS + 11.9 * HOUR_MS);
    const { ledger: late } = start({ clock });
    const { key } = heldOf(await late.reserve(request(fresh('k'), { terms: terms(payer) })));
    await clock.advance(HOUR_MS);
    expect(await moneyOf(late, payer)).toMatchObject({ held: 0 });
    await late.settle(key, { micros: 90 });
    expect(await moneyOf(late, payer)).toMatchObject(free);
    expect(await moneyOf(ledger, payer)).toMatchObject({ spent: 90 });
  });

  it("after a crash, at the instance's expense", async () => {
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
    expect(await moneyOf(ledger, payer)).toMatchObject({ spent: 50, held: 0 });
  });

  it('when it expires', async () => {
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
    expect(await moneyOf(ledger, payer)).toMatchObject({ spent: 0, held: 100 });
  });
});

describe('a refund', () => {
  it('is at most the charge, and made once per key', async () => {
    const payer = fresh('u');
    const { key } = await spend(ledger, request(fresh('k'), { terms: terms(payer) }));
    const refund = { key: fresh('r'), actorId: 'admin', reason: 'sorry', amounts: { micros: 30, tokens: 5 } };
    expect(await ledger.refund(key, refund)).toMatchObject({ refunded: { micros: 30 } });
    expect(await ledger.refund(key, refund)).toMatchObject({ refunded: { micros: 30 } });
    expect(await ledger.refund(key, { ...refund, key: fresh('r'), amounts: { micros: 999 } })).toMatchObject({
      charged: { micros: 100 },
      refunded: { micros: 100 },
    });
    expect(await moneyOf(ledger, payer)).toMatchObject(free);
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
      { day: '2026-11-21', spent: { micros: 60 }, calls: { chat: 1 }, costs: { chat: 100 } },
    ]);
  });

  it('of an uncharged call returns nothing', async () => {
    const payer = fresh('u');
    const { key } = heldOf(await ledger.reserve(request(fresh('k'), { terms: terms(payer) })));
    const refund = { key: fresh('r'), actorId: 'admin', reason: '' };
    expect(await ledger.refund(key, refund)).toMatchObject({ state: 'open', refunded: {} });
    await ledger.lose(key);
    expect(await ledger.refund(key, refund)).toMatchObject({ state: 'lost', refunded: {} });
  });
});
