import { beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import type { ManualClock } from '../../testing/manual-clock.ts';
import { RefusalLog } from './refusals.ts';
import type { DatedEntry } from './refusals.ts';

const START_MS = Date.UTC(2026, 10, 21);

let clock: ManualClock;
let log: RefusalLog;
let written: DatedEntry[][];
let logged: { entries: DatedEntry[]; why: string }[];
/** How many more writes fail. */
let failures: number;
beforeEach(() => {
  clock = createManualClock(START_MS);
  written = [];
  logged = [];
  failures = 0;
  log = new RefusalLog({
    clock,
    logger: { ...silentLogger, error: (fields) => logged.push(fields as (typeof logged)[number]) },
    write: (entries) => {
      failures -= 1;
      if (failures >= 0) return Promise.reject(new Error('away'));
      written.push([...entries]);
      return Promise.resolve();
    },
  });
});

const refuse = (actorId: string, reason = 'refused.not-allowed') =>
  log.add({ actorId, targetId: null, guildId: '1', channelId: '2', reason, details: { used: 3 } });

describe('refusals', () => {
  it('are gathered and written together, each with its time', async () => {
    refuse('10');
    await clock.advance(200);
    refuse('11');
    expect(written).toEqual([]);
    await clock.advance(300);
    expect(written).toMatchObject([
      [
        { actorId: '10', action: 'refused', outcome: 'refused', atMs: START_MS, details: { used: 3 } },
        { actorId: '11', atMs: START_MS + 200 },
      ],
    ]);
    expect(written[0]?.[0]?.details).not.toHaveProperty('times');
  });

  it('repeated within a minute are one further entry that counts them', async () => {
    for (let time = 0; time < 1_000; time += 1) {
      refuse('10');
      await clock.advance(10);
    }
    refuse('10', 'refused.budget');
    await clock.advance(60_000);
    const entries = written.flat().filter(({ reason }) => reason === 'refused.not-allowed');
    expect(entries).toHaveLength(2);
    expect(entries[1]).toMatchObject({ atMs: START_MS + 9_990, details: { used: 3, times: 999 } });
    expect(written.flat()).toHaveLength(3);
    refuse('10');
    await log.flush();
    expect(written.flat()).toHaveLength(4);
    await clock.advance(120_000);
    expect(written.flat()).toHaveLength(4);
    expect(clock.pending).toBe(0);
  });

  it('are written at once by a flush and never twice', async () => {
    for (let time = 0; time < 3; time += 1) refuse('10');
    await log.flush();
    expect(written.flat().map(({ details }) => details['times'])).toEqual([undefined, 2]);
    await clock.advance(120_000);
    expect(written.flat()).toHaveLength(2);
  });

  it('of many people are written in batches', async () => {
    for (let person = 0; person < 1_200; person += 1) refuse(String(person));
    await log.flush();
    expect(written.map((batch) => batch.length)).toEqual([500, 500, 200]);
  });

  it('are retried in order while the database is away', async () => {
    failures = 3;
    refuse('10');
    await clock.advance(600);
    refuse('11');
    await clock.advance(20_000);
    expect(written.flat().map(({ actorId }) => actorId)).toEqual(['10', '11']);
    expect(logged).toEqual([]);
  });

  it('are logged when every retry fails, and later ones are written', async () => {
    failures = 5;
    refuse('10');
    await clock.advance(20_000);
    expect(logged).toMatchObject([{ entries: [{ actorId: '10' }], why: 'the database did not take it' }]);
    refuse('11');
    await log.flush();
    expect(written.flat().map(({ actorId }) => actorId)).toEqual(['11']);
  });

  it('are logged when too many wait for the database', async () => {
    failures = 1;
    refuse('0');
    await clock.advance(500);
    for (let person = 1; person <= 10_001; person += 1) refuse(String(person));
    expect(logged).toMatchObject([{ entries: [{ actorId: '10001' }] }]);
    await clock.advance(20_000);
    expect(written.flat()).toHaveLength(10_001);
  });

  it('left over are written on close, or logged when the database is away', async () => {
    refuse('10');
    refuse('10');
    await log.close();
    expect(written.flat()).toHaveLength(2);
    refuse('10');
    expect(logged).toMatchObject([{ why: 'it came after the audit was closed' }]);
    expect(clock.pending).toBe(0);
  });

  it('on their third retry are logged on close', async () => {
    failures = 10;
    refuse('10');
    await clock.advance(2_000);
    await log.close();
    expect(logged).toMatchObject([{ entries: [{ actorId: '10' }], why: 'the database did not take it' }]);
    expect(clock.pending).toBe(0);
  });
});
