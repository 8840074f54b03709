import { expect, it } from 'vitest';
import { createManualClock } from '../../../testing/manual-clock.ts';
import { knowChannels } from './known-channels.ts';

function knowing(conversing: string[]) {
  const clock = createManualClock(0);
  const database = { isAway: false, reads: 0, asked: [] as string[], until: Promise.resolve() };
  const answer = async () => {
    await database.until;
    if (database.isAway) throw new Error('away');
  };
  const channels = knowChannels(clock, {
    all: async (most) => {
      database.reads += 1;
      const found = conversing.slice(0, most);
      await answer();
      return found;
    },
    among: async (channelIds) => {
      database.asked.push(...channelIds);
      await answer();
      return new Set(channelIds.filter((id) => conversing.includes(id)));
    },
  });
  return { clock, conversing, database, channels };
}

it('tells of every channel at once when the list has been read', async () => {
  const { channels, clock, database } = knowing(['1']);
  await clock.advance(0);
  expect([channels.has('1'), channels.has('2')]).toEqual([true, false]);
  expect(database.asked).toEqual([]);
});

it('asks for a channel before the list is there', async () => {
  const { channels, database } = knowing(['1']);
  expect(await channels.has('1')).toBe(true);
  expect(database.asked).toEqual(['1']);
});

it('learns within ten seconds of conversations that other processes begin and end', async () => {
  const { channels, clock, conversing } = knowing(['1']);
  await clock.advance(0);
  conversing.splice(0, 1, '2');
  expect(channels.has('2')).toBe(false);
  await clock.advance(10_000);
  expect([channels.has('1'), channels.has('2')]).toEqual([false, true]);
});

it('knows of a conversation that begins while the list is read', async () => {
  const { channels, clock, database } = knowing([]);
  const { promise, resolve } = Promise.withResolvers<void>();
  await clock.advance(0);
  database.until = promise;
  await clock.advance(10_000);
  channels.begun('1');
  expect(channels.has('1')).toBe(true);
  resolve();
  await clock.advance(0);
  expect(channels.has('1')).toBe(true);
});

it('keeps to the last list while the database is away, and reads it again afterwards', async () => {
  const { channels, clock, conversing, database } = knowing(['1']);
  await clock.advance(0);
  database.isAway = true;
  await clock.advance(10_000);
  expect([channels.has('1'), channels.has('2')]).toEqual([true, false]);
  database.isAway = false;
  conversing.push('2');
  await clock.advance(10_000);
  expect(channels.has('2')).toBe(true);
});

it('asks for single channels where there are too many to list', async () => {
  const { channels, clock, database } = knowing(Array.from({ length: 50_001 }, (_, index) => String(index)));
  await clock.advance(0);
  expect([await channels.has('50000'), await channels.has('none')]).toEqual([true, false]);
  expect(database.asked).toEqual(['50000', 'none']);
});

it('reads no more once stopped', async () => {
  const { channels, clock, database } = knowing([]);
  await clock.advance(0);
  await channels.stop();
  await clock.advance(60_000);
  expect(database.reads).toBe(1);
});
