import { expect, it } from 'vitest';
import { rememberChannels } from './channels.ts';

function remembering(conversing: readonly string[]) {
  const clock = { nowMs: 0, now: () => clock.nowMs };
  const asked: string[] = [];
  const database = { answers: Promise.resolve() };
  const channels = rememberChannels(clock, async (channelIds) => {
    asked.push(channelIds.join());
    await database.answers;
    return new Set(channelIds.filter((id) => conversing.includes(id)));
  });
  return { clock, asked, channels, database };
}

it('a channel is asked for once, and then answered at once', async () => {
  const { channels, asked } = remembering(['1']);
  expect([await channels.has('1'), await channels.has('2')]).toEqual([true, false]);
  expect([channels.has('1'), channels.has('2')]).toEqual([true, false]);
  expect(asked).toEqual(['1', '2']);
});

it('a channel without a conversation is asked for again after a while, one with it is not', async () => {
  const { channels, asked, clock } = remembering(['1']);
  await channels.has('1');
  await channels.has('2');
  clock.nowMs = 10_000;
  expect(channels.has('1')).toBe(true);
  expect(await channels.has('2')).toBe(false);
  expect(asked).toEqual(['1', '2', '2']);
});

it('a conversation that begins is known at once, also while it is asked for', async () => {
  const { channels } = remembering([]);
  const before = channels.has('1');
  channels.begun('1');
  expect(await before).toBe(true);
  expect(channels.has('1')).toBe(true);
});

it('what was used longest ago is asked for again when there are too many', async () => {
  const { channels, asked } = remembering(['0']);
  await channels.has('0');
  for (let n = 1; n <= 10_000; n += 1) channels.begun(String(n));
  await channels.has('0');
  expect(asked).toEqual(['0', '0']);
});

it('channels that are asked for while the database is asked go into one request', async () => {
  const { channels, asked, database } = remembering(['2', '4']);
  const { promise, resolve } = Promise.withResolvers<void>();
  database.answers = promise;
  const first = ['1', '2'].map(async (id) => channels.has(id));
  await Promise.resolve();
  const then = ['3', '4', '3'].map(async (id) => channels.has(id));
  resolve();
  expect(await Promise.all([...first, ...then])).toEqual([false, true, false, true, false]);
  expect(asked).toEqual(['1,2', '3,4']);
});

it('a request that fails fails those that wait for it and no later one', async () => {
  const { channels, database } = remembering(['1']);
  database.answers = Promise.reject(new Error('away'));
  await expect(channels.has('1')).rejects.toThrow('away');
  database.answers = Promise.resolve();
  expect(await channels.has('1')).toBe(true);
});
