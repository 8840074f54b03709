import { describe, expect, it } from 'vitest';
import { createManualClock } from './manual-clock.ts';

describe('manual clock', () => {
  it('stands still until it is advanced', async () => {
    const clock = createManualClock(1000);
    expect(clock.now()).toBe(1000);
    await clock.advance(250);
    expect(clock.now()).toBe(1250);
  });

  it('runs timers in order of time, then of creation, each at its own time', async () => {
    const clock = createManualClock(0);
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name}@${clock.now()}`);
    clock.after(20, note('late'));
    clock.after(10, note('first'));
    clock.after(10, note('second'));
    clock.after(31, note('not yet'));
    await clock.advance(30);
    expect(seen).toEqual(['first@10', 'second@10', 'late@20']);
    expect(clock.pending).toBe(1);
  });

  it('runs what promises after a timer set up within the same advance', async () => {
    const clock = createManualClock(0);
    const wokenAt: number[] = [];
    const worker = (async () => {
      for (let round = 0; round < 3; round += 1) {
        await clock.sleep(10);
        wokenAt.push(clock.now());
      }
    })();
    await clock.advance(30);
    await worker;
    expect(wokenAt).toEqual([10, 20, 30]);
  });

  it('does not run a cancelled timer', async () => {
    const clock = createManualClock(0);
    let runs = 0;
    const timer = clock.after(5, () => (runs += 1));
    timer.cancel();
    await clock.advance(10);
    expect(runs).toBe(0);
  });

  it('rejects an aborted sleep with the reason of the signal and forgets it', async () => {
    const clock = createManualClock(0);
    const controller = new AbortController();
    const sleeping = clock.sleep(10, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    await expect(clock.sleep(10, controller.signal)).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
  });
});
