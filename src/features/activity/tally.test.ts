import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../testing/manual-clock.ts';
import { createTally } from './tally.ts';
import type { Count } from './tally.ts';

function setUp() {
  const clock = createManualClock(Date.UTC(2026, 0, 31, 23, 59, 58));
  const written: Count[][] = [];
  const errors: unknown[] = [];
  const state = { away: false };
  const tally = createTally({
    clock,
    delayMs: 1000,
    write: (counts) => {
      if (state.away) return Promise.reject(new Error('away'));
      written.push([...counts]);
      return Promise.resolve();
    },
    onError: (error) => errors.push(error),
  });
  return { clock, written, errors, state, tally };
}

describe('gathering counts', () => {
  it('writes counts together after the delay, per guild, member and UTC day', async () => {
    const { clock, written, tally } = setUp();
    tally.count('1', 'a');
    tally.count('1', 'a');
    tally.count('2', 'a');
    await clock.advance(1000);
    tally.count('1', 'a');
    await clock.advance(1000);
    tally.count('1', 'a');
    await clock.advance(1000);
    expect(written).toEqual([
      [
        { guildId: '1', userId: 'a', day: '2026-01-31', messages: 2 },
        { guildId: '2', userId: 'a', day: '2026-01-31', messages: 1 },
      ],
      [{ guildId: '1', userId: 'a', day: '2026-01-31', messages: 1 }],
      [{ guildId: '1', userId: 'a', day: '2026-02-01', messages: 1 }],
    ]);
  });

  it("keeps counts that couldn't be written for the next time", async () => {
    const { clock, written, errors, state, tally } = setUp();
    state.away = true;
    tally.count('1', 'a');
    await clock.advance(1000);
    expect(errors).toHaveLength(1);
    state.away = false;
    tally.count('1', 'a');
    await tally.flush();
    expect(written).toEqual([[{ guildId: '1', userId: 'a', day: '2026-01-31', messages: 2 }]]);
  });

  it("drops a deleted member's unwritten counts", async () => {
    const { written, tally } = setUp();
    tally.count('1', 'a');
    tally.forget('a');
    await tally.flush();
    expect(written).toEqual([]);
  });
});
