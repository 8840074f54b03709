import { describe, expect, it } from 'vitest';
import type { Db } from '../platform/postgres/index.ts';
import { UserError } from '../kernel/errors.ts';
import type { Limits, TakeResult } from '../services/limits/index.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createUseLimits } from './use-limits.ts';

const beginMs = 1_000_000;
const caller = (userId: string, instanceAdministrator = false) => ({
  ...{ userId, instanceAdministrator, displayName: userId, roleIds: [], permissions: null },
});

/** With the counters of the database, and how often they were asked. */
function world(take?: Limits['take']) {
  const clock = createManualClock(beginMs);
  let queries = 0;
  const untilMs = new Map<string, number>();
  const count: Limits['take'] = (_, [rate]) => {
    const nextAtMs = untilMs.get(rate?.key ?? '') ?? 0;
    const isTaken = nextAtMs <= clock.now();
    if (rate && isTaken) untilMs.set(rate.key, clock.now() + rate.periodMs);
    const result: TakeResult = isTaken || !rate ? { status: 'taken' } : { status: 'refused', rate, nextAtMs };
    return Promise.resolve(result);
  };
  const giveBack: Limits['giveBack'] = (_, { key }) => {
    untilMs.delete(key);
    return Promise.resolve();
  };
  const counted: Limits['take'] = (db, rates) => {
    queries += 1;
    return (take ?? count)(db, rates);
  };
  const limits = createUseLimits({ limits: { take: counted, giveBack }, db: {} as Db, clock });
  return { clock, limits, queries: () => queries };
}

const cooling = { name: 'export', cooldownMs: 60_000, heavy: true };
const codes = (results: PromiseSettledResult<unknown>[]) =>
  results.map((one) => (one.status === 'fulfilled' ? 'taken' : (one.reason as { code: string }).code));

describe('a cooldown', () => {
  it('lets one of 200 uses at once through, and asks the database once', async () => {
    const { limits, queries } = world();
    const results = await Promise.allSettled(Array.from({ length: 200 }, () => limits.take(cooling, caller('1'))));
    expect(codes(results).filter((code) => code === 'taken')).toHaveLength(1);
    expect(codes(results).filter((code) => code === 'errors.cooldown')).toHaveLength(199);
    expect(queries()).toBe(1);
  });

  it('says when it ends, and ends then', async () => {
    const { limits, clock } = world();
    await (await limits.take(cooling, caller('1'))).run(() => Promise.resolve());
    await clock.advance(59_000);
    await expect(limits.take(cooling, caller('1'))).rejects.toMatchObject({
      code: 'errors.cooldown',
      data: { when: `<t:${(beginMs + 60_000) / 1000}:T>` },
    });
    await clock.advance(1000);
    await limits.take(cooling, caller('1'));
  });

  it('is what another process took, and is not lost on a database that is away', async () => {
    const nextAtMs = beginMs + 7000;
    const rate = { key: 'k', count: 1, periodMs: 1, rule: 'r' };
    const elsewhere = world(() => Promise.resolve({ status: 'refused', rate, nextAtMs }));
    await expect(elsewhere.limits.take(cooling, caller('1'))).rejects.toMatchObject({ data: { when: '<t:1007:T>' } });
    let isAway = true;
    const away = world(() => (isAway ? Promise.reject(new Error('away')) : Promise.resolve({ status: 'taken' })));
    await expect(away.limits.take(cooling, caller('1'))).rejects.toThrow('away');
    isAway = false;
    await away.limits.take(cooling, caller('1'));
  });

  it('is given back by a use that ends in a UserError, and by no other', async () => {
    const { limits, clock } = world();
    for (let time = 0; time < 3; time += 1) {
      const use = await limits.take(cooling, caller('1'));
      await expect(use.run(() => Promise.reject(new UserError('bad', 'bad')))).rejects.toThrow('bad');
    }
    const use = await limits.take(cooling, caller('1'));
    await expect(use.run(() => Promise.reject(new Error('oh no')))).rejects.toThrow('oh no');
    await expect(limits.take(cooling, caller('1'))).rejects.toMatchObject({ code: 'errors.cooldown' });
    await clock.advance(60_000);
    await limits.take(cooling, caller('1'));
  });

  it('is looked up once a second while a person tries again and again', async () => {
    const { limits, clock, queries } = world();
    await limits.take(cooling, caller('1'));
    for (let time = 0; time < 100; time += 1) {
      await expect(limits.take(cooling, caller('1'))).rejects.toMatchObject({ code: 'errors.cooldown' });
      await clock.advance(20);
    }
    expect(queries()).toBe(1 + 2);
  });

  it('is shared by what has the same name, and not by other people', async () => {
    const { limits } = world();
    await limits.take(cooling, caller('1'));
    await expect(limits.take({ ...cooling, heavy: false }, caller('1'))).rejects.toMatchObject({
      code: 'errors.cooldown',
    });
    await limits.take(cooling, caller('2'));
    await limits.take({ name: 'other', cooldownMs: 60_000 }, caller('1'));
  });

  it('holds for instance administrators where the use is heavy', async () => {
    const { limits } = world();
    const light = { name: 'light', cooldownMs: 60_000 };
    for (let time = 0; time < 3; time += 1) await limits.take(light, caller('1', true));
    await limits.take(cooling, caller('1', true));
    await expect(limits.take(cooling, caller('1', true))).rejects.toMatchObject({ code: 'errors.cooldown' });
  });
});

describe('heavy uses', () => {
  it('run two at a time, some wait in order, and the rest are told to come again without losing their turn', async () => {
    const { limits } = world();
    const running: number[] = [];
    const ends: (() => void)[] = [];
    const uses = Array.from({ length: 200 }, async (_, index) => {
      const use = await limits.take(cooling, caller(String(index)));
      await use.run(async () => {
        running.push(index);
        await new Promise<void>((resolve) => ends.push(resolve));
      });
    });
    const settled = Promise.allSettled(uses);
    await expect.poll(() => running).toEqual([0, 1]);
    for (let ended = 0; ended < 22; ended += 1) {
      await expect.poll(() => ends.length).toBeGreaterThan(ended);
      expect(running.length - ended).toBeLessThanOrEqual(2);
      ends[ended]?.();
    }
    const results = codes(await settled);
    expect(results.filter((code) => code === 'taken')).toHaveLength(22);
    expect(results.filter((code) => code === 'errors.busy')).toHaveLength(178);
    expect(running).toEqual(Array.from({ length: 22 }, (_, index) => index));
    await limits.take(cooling, caller('199'));
  });

  it('give their place back when they fail or are refused', async () => {
    const { limits, clock } = world();
    for (let time = 0; time < 30; time += 1) {
      const use = await limits.take(cooling, caller('1'));
      await expect(use.run(() => Promise.reject(new Error('oh no')))).rejects.toThrow('oh no');
      await expect(limits.take(cooling, caller('1'))).rejects.toMatchObject({ code: 'errors.cooldown' });
      await clock.advance(60_000);
    }
  });
});
