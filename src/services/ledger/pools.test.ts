import { describe, expect, it } from 'vitest';
import {
  fresh,
  guild,
  heldOf,
  HOUR_MS,
  instance,
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
import { createManualClock } from '../../testing/manual-clock.ts';
import type { Terms } from './index.ts';

const { ledger, start } = await ledgerBench();

describe('pools', () => {
  const pooled = (payer: string, limits: Terms['limits'], guildId: string): Terms =>
    terms(payer, { guildId, channelId: null, limits, allowances: [] });

  it('are shared by everyone in them, from any process', async () => {
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

  it('include use from before their cap was set, over days, weeks and months', async () => {
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

  it('report how far a settlement filled them, the allowance too', async () => {
    const [place, payer] = [fresh('g'), fresh('u')];
    const cap = limit(guild(place), 1_000);
    const own = terms(payer, { guildId: place, limits: [cap] });
    const { key } = heldOf(await ledger.reserve(request(fresh('k'), { terms: own, wanted: { micros: 400 } })));
    const { crossings } = await ledger.settle(key, { micros: 250 });
    expect(crossings).toEqual([
      { limit: cap, before: 0, after: 0.25 },
      { limit: limit(user(payer), 500, { rule: 'role member' }), before: 0, after: 0.5 },
    ]);
    const again = heldOf(await ledger.reserve(request(fresh('k'), { terms: own })));
    expect((await ledger.settle(again.key, { micros: 100 })).crossings[0]).toMatchObject({ before: 0.25, after: 0.35 });
  });

  it('refuse by the limit that resets last', async () => {
    const [place, payer] = [fresh('g'), fresh('u')];
    const limits = [limit(guild(place), 50), limit(user(payer), 50, { period: 'month', rule: 'personal cap' })];
    const result = await ledger.reserve(request(fresh('k'), { terms: terms(payer, { guildId: place, limits }) }));
    expect(refusalOf(result)).toMatchObject({ rule: 'personal cap', period: 'month', cap: 50, needed: 100 });
  });

  it("include overruns; what was lost is in the instance's pool only", async () => {
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
    expect(await moneyOf(ledger, payer)).toMatchObject({ spent: 100, held: 0, overrun: 30 });
    expect(await spentOf()).toEqual([before + 170, 130]);
  });

  it('include a call that its payer cancelled, though no one is charged for it', async () => {
    const [place, payer] = [fresh('g'), fresh('u')];
    const limits = [limit(guild(place), 150)];
    const own = terms(payer, { guildId: place, limits });
    const first = heldOf(await ledger.reserve(request(fresh('k'), { terms: own })));
    const waived = await ledger.waive(first.key, { micros: 80 });
    expect(waived).toMatchObject({ state: 'lost', charged: {}, onInstance: { micros: 80 } });
    expect(await ledger.waive(first.key, { micros: 80 })).toEqual(waived);
    expect(await moneyOf(ledger, payer)).toMatchObject({ spent: 0, held: 0, overrun: 80 });
    const second = await ledger.reserve(request(fresh('k'), { terms: own }));
    expect(refusalOf(second)).toMatchObject({ spent: 80, cap: 150, needed: 100, passing: false });
    expect(await ledger.verify()).toEqual([]);
  });
});

function never(): never {
  throw new Error('Nobody asks for this');
}

describe('reports', () => {
  it('of use list days with use, and calls by feature', async () => {
    const place = fresh('g');
    const clock = createManualClock(NOON_MS);
    const { ledger: late } = start({ clock });
    const own = () => terms(fresh('u'), { guildId: place });
    await spend(late, request(fresh('k'), { terms: own() }));
    await spend(late, request(fresh('k'), { terms: own(), wanted: { micros: 5, tokens: 7 } }));
    await clock.advance(48 * HOUR_MS);
    await spend(late, request(fresh('k'), { terms: own(), request: `images/draw/${fresh('q')}` }));
    expect(await late.use(guild(place), '2026-11-20', '2026-11-23')).toEqual([
      { day: '2026-11-21', spent: { micros: 105, tokens: 7 }, calls: { chat: 2 }, costs: { chat: 105 } },
      { day: '2026-11-23', spent: { micros: 100 }, calls: { images: 1 }, costs: { images: 100 } },
    ]);
    expect(await late.use(guild(place), '2026-11-22', '2026-11-22')).toEqual([]);
  });

  it('of recent use sum spent, lost and held per guild', async () => {
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
