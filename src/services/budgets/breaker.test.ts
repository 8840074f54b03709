import { describe, expect, it } from 'vitest';
import type { Db } from '../../platform/postgres/index.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import type { AuditEntry } from '../audit/index.ts';
import { findRunaway, reasonOf } from './breaker-rules.ts';
import { createBreaker } from './index.ts';
import type { Pause } from './index.ts';

const config = {
  windowMinutes: 5,
  guildUsd: 5,
  instanceUsd: 20,
  guildCalls: 300,
  instanceCalls: 3000,
  pauseMinutes: 30,
};
const minute = 60_000;

describe('running away', () => {
  it.each([
    ['a guild at its limit', 'guild', { micros: 5_000_000, calls: 300 }, undefined],
    ['a guild that spends more than its limit', 'guild', { micros: 5_000_001, calls: 1 }, 'spending'],
    ['a guild that makes more calls than its limit', 'guild', { micros: 0, calls: 301 }, 'calls'],
    ["an instance at a guild's limit", 'instance', { micros: 6_000_000, calls: 400 }, undefined],
    ['an instance that spends more than its limit', 'instance', { micros: 20_000_001, calls: 3001 }, 'spending'],
    ['an instance that makes more calls than its limit', 'instance', { micros: 0, calls: 3001 }, 'calls'],
  ] as const)('is found for %s', (_what, kind, use, by) => {
    expect(findRunaway(kind, use, config)?.by).toBe(by);
  });

  it('is not found when the rule is off', () => {
    const off = { ...config, guildUsd: null, guildCalls: null };
    expect(findRunaway('guild', { micros: 1e12, calls: 1e9 }, off)).toBeUndefined();
  });

  it.each([
    [{ by: 'spending', used: 6_200_000, limit: 5_000_000 }, 5, '$6.20 were spent in 5 minutes'],
    [{ by: 'calls', used: 412, limit: 300 }, 1, '412 calls were made in a minute'],
  ] as const)('has a short reason', (runaway, windowMinutes, words) => {
    expect(reasonOf(runaway, windowMinutes)).toBe(words);
  });
});

/** The breaker with uses and pauses in memory. */
function fixture() {
  const clock = createManualClock(Date.UTC(2026, 10, 21, 12));
  const uses: { atMs: number; guildId: string | null; micros: number; calls: number }[] = [];
  const latest = new Map<string, Pause>();
  const [told, audited]: [Pause[], AuditEntry[]] = [[], []];
  const key = ({ kind, id }: Pause['scope']) => `${kind}/${id}`;
  const inForce = (scope: Pause['scope']) => {
    const pause = latest.get(key(scope));
    return pause && pause.untilMs > clock.now() ? pause : undefined;
  };
  const breaker = createBreaker({
    clock,
    config,
    db: {} as Db,
    ledger: {
      recent: (sinceMs) => {
        const guilds = new Set(uses.filter(({ atMs }) => atMs >= sinceMs).map(({ guildId }) => guildId));
        const sum = (guildId: string | null, what: 'micros' | 'calls') =>
          uses
            .filter((use) => use.atMs >= sinceMs && use.guildId === guildId)
            .reduce((total, use) => total + use[what], 0);
        return Promise.resolve(
          [...guilds].map((guildId) => ({ guildId, micros: sum(guildId, 'micros'), calls: sum(guildId, 'calls') })),
        );
      },
    },
    budgets: {
      paused: ({ guildId }) =>
        inForce({ kind: 'instance', id: '' }) ??
        (guildId === null ? undefined : inForce({ kind: 'guild', id: guildId })),
      pausedUntil: (scope) => latest.get(key(scope))?.untilMs ?? 0,
      pause: (pause) => {
        if (inForce(pause.scope)) return Promise.resolve(false);
        latest.set(key(pause.scope), pause);
        return Promise.resolve(true);
      },
    },
    audit: {
      record: (_db, entry) => {
        audited.push(entry);
        return Promise.resolve();
      },
    },
    tell: (pause) => {
      told.push(pause);
      return Promise.resolve();
    },
  });
  const spend = (guildId: string | null, micros: number, calls = 1) =>
    uses.push({ atMs: clock.now(), guildId, micros, calls });
  const resume = (scope: Pause['scope']) => {
    const pause = latest.get(key(scope));
    if (pause) latest.set(key(scope), { ...pause, untilMs: clock.now() });
  };
  return { breaker, clock, spend, resume, told, audited };
}

describe('the breaker', () => {
  it('pauses only the guild that runs away, and notifies once', async () => {
    const { breaker, clock, spend, told, audited } = fixture();
    spend('1', 3_000_000);
    spend('2', 1_000_000);
    expect(await breaker.check()).toEqual([]);
    spend('1', 3_000_000);
    const untilMs = clock.now() + 30 * minute;
    const pause = {
      scope: { kind: 'guild', id: '1' },
      reason: '$6.00 were spent in 5 minutes',
      sinceMs: clock.now(),
      untilMs,
    };
    expect(await breaker.check()).toEqual([pause]);
    expect(await breaker.check()).toEqual([]);
    expect(told).toEqual([pause]);
    expect(audited).toMatchObject([
      { actorId: 'familiar', action: 'pause', guildId: '1', details: { used: 6_000_000, limit: 5_000_000 } },
    ]);
  });

  it('ignores use from before the window', async () => {
    const { breaker, clock, spend } = fixture();
    spend('1', 3_000_000);
    await clock.advance(5 * minute + 1);
    spend('1', 3_000_000);
    expect(await breaker.check()).toEqual([]);
  });

  it('pauses the instance when guilds and direct messages together run away', async () => {
    const { breaker, spend } = fixture();
    for (const guildId of ['1', '2', '3', '4', null]) spend(guildId, 4_500_000);
    expect((await breaker.check()).map(({ scope }) => scope)).toEqual([{ kind: 'instance', id: '' }]);
  });

  it.each([
    ['guild', '1', 6_000_000],
    ['instance', '', 21_000_000],
  ] as const)('lets a resumed %s continue until it runs away again', async (kind, id, micros) => {
    const { breaker, clock, spend, resume } = fixture();
    spend(kind === 'guild' ? '1' : null, micros);
    expect(await breaker.check()).toHaveLength(1);
    await clock.advance(minute);
    resume({ kind, id });
    expect(await breaker.check()).toEqual([]);
    spend(kind === 'guild' ? '1' : null, micros);
    expect(await breaker.check()).toHaveLength(1);
  });
});
