import { describe, expect, it, vi } from 'vitest';
import { queueBench, START_MS } from '../../testing/queue-bench.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import type { ManualClock } from '../../testing/manual-clock.ts';
import { createScheduleJobs, scheduleRule } from './index.ts';
import type { ScheduleRun, ScheduleTimes } from './index.ts';

const bench = await queueBench();
const { postgres } = bench;

const everyFive = { everyMs: 5_000 };
/** START_MS is a multiple of 5 s. */
const due = (number: number): number => START_MS + number * 5_000;

/** One process with a schedule. `run` gets each run; it resolves at once by default. */
async function begin(
  options: {
    instanceId?: string;
    clock?: ManualClock;
    times?: ScheduleTimes;
    run?: (run: ScheduleRun) => Promise<void>;
  } = {},
) {
  const { instanceId = 'first', times = everyFive, run = async () => {} } = options;
  const started = bench.start({ instanceId, clock: options.clock ?? createManualClock(START_MS) });
  const { queue, clock } = started;
  const runs: Omit<ScheduleRun, 'signal'>[] = [];
  const schedules = createScheduleJobs({ postgres, queue, clock }, [
    {
      name: 'test/tidy',
      rule: scheduleRule(times),
      run: ({ signal, ...told }) => {
        runs.push(told);
        return run({ ...told, signal });
      },
    },
  ]);
  await schedules.plan();
  await queue.work({ concurrency: { schedules: 2 }, handlers: schedules.handlers });
  await queue.idle();
  return { ...started, runs };
}

/** Advances the clock in seconds and finishes due work after each. */
async function pass({ clock, queue }: Awaited<ReturnType<typeof begin>>, totalMs: number): Promise<void> {
  for (let passedMs = 0; passedMs < totalMs; passedMs += 1_000) {
    await clock.advance(Math.min(1_000, totalMs - passedMs));
    await queue.idle();
  }
}

const rows = () => postgres.db.selectFrom('queue_job').selectAll().orderBy('run_at_ms').execute();

describe('a schedule', () => {
  it('runs at its times, and not before', async () => {
    const started = await begin();
    await pass(started, 4_999);
    expect(started.runs).toEqual([]);
    await pass(started, 10_001);
    expect(started.runs).toEqual([1, 2, 3].map((number) => ({ dueAtMs: due(number), missed: null })));
  });

  it('runs once over all processes', async () => {
    const first = await begin();
    const second = await begin({ instanceId: 'second' });
    for (let seconds = 0; seconds < 15; seconds += 1) {
      await Promise.all([first.clock.advance(1_000), second.clock.advance(1_000)]);
      await Promise.all([first.queue.idle(), second.queue.idle()]);
    }
    const times = [...first.runs, ...second.runs].map(({ dueAtMs }) => dueAtMs).sort();
    expect(times).toEqual([due(1), due(2), due(3)]);
  });

  it('runs once after a time without any process, and learns what was missed', async () => {
    const first = await begin();
    await first.stop();
    const { queue, runs } = await begin({ clock: createManualClock(due(4) + 100) });
    await queue.idle();
    expect(runs).toEqual([{ dueAtMs: due(4), missed: { count: 3, sinceMs: due(1) } }]);
    expect((await rows()).filter(({ state }) => state === 'waiting')).toMatchObject([{ run_at_ms: due(5) }]);
  });

  it('continues after a failed run, which is kept for administrators', async () => {
    const started = await begin({ run: () => Promise.reject(new Error('no')) });
    await pass(started, 11_000);
    expect(started.runs.map(({ dueAtMs }) => dueAtMs)).toEqual([due(1), due(2)]);
    expect((await rows()).map(({ state }) => state)).toEqual(['dead', 'dead', 'waiting']);
  });

  it('never overlaps itself: the run after a long one learns which times it stands for', async () => {
    const held = Promise.withResolvers<void>();
    let begun = 0;
    const { queue, clock, runs } = await begin({ run: () => ((begun += 1) === 1 ? held.promise : Promise.resolve()) });
    await clock.advance(5_000);
    await vi.waitFor(() => expect(runs.length).toBe(1));
    await bench.pass(clock, 17_000);
    expect(runs.length).toBe(1);
    held.resolve();
    await queue.idle();
    expect(runs.slice(1)).toEqual([{ dueAtMs: due(4), missed: { count: 2, sinceMs: due(2) } }]);
  });

  it('is run again by another process when its own died, and keeps its times', async () => {
    const held = Promise.withResolvers<void>();
    const first = await begin({ run: () => held.promise });
    await first.clock.advance(5_000);
    await vi.waitFor(() => expect(first.runs.length).toBe(1));
    await first.kill();
    const second = await begin({ instanceId: 'second', clock: createManualClock(due(1) + 4_000) });
    // The lease runs out at 15 s, so what waited for it is late.
    await pass(second, 8_000);
    expect(second.runs).toEqual([
      { dueAtMs: due(1), missed: null },
      { dueAtMs: due(3), missed: { count: 1, sinceMs: due(2) } },
    ]);
    held.resolve();
  });

  it('drops the next run by old times when they change', async () => {
    await (await begin()).stop();
    const changed = await begin({ times: { cron: '*/5 * * * *' } });
    await pass(changed, 10_000);
    expect(changed.runs).toEqual([]);
    const planned = (await rows()).filter(({ state }) => state === 'waiting');
    expect(planned.map(({ run_at_ms }) => run_at_ms)).toEqual([START_MS + 300_000]);
  });

  it('keeps few rows, however often it has run', async () => {
    const first = await begin();
    await pass(first, 11_000);
    await first.stop();
    const later = await begin({ clock: createManualClock(due(2) + 2 * 3_600_000) });
    await later.queue.idle();
    expect(later.runs.length).toBe(1);
    expect((await rows()).length).toBe(2);
  });
});
