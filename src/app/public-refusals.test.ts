import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../kernel/logger.ts';
import type { Discord } from '../platform/discord/index.ts';
import { startActionsBench } from '../platform/discord/testing/actions-bench.ts';
import type { ActionsBench } from '../platform/discord/testing/actions-bench.ts';
import { createPublicRefusals } from './public-refusals.ts';
import type { PublicRefusals } from './public-refusals.ts';

const room = '1100000000000000001';
const other = '1100000000000000002';

let bench: ActionsBench;
let refusals: PublicRefusals;
let lastId = 0n;
beforeEach(async () => {
  bench = await startActionsBench();
  const { actions, clock } = bench;
  refusals = createPublicRefusals({ discord: { actions } as Discord, clock, logger: silentLogger });
});
afterEach(() => bench.close());

const refuse = (author: string, channelId = room, content = 'Slow down.') =>
  refusals.tell(
    { id: String(1_200_000_000_000_000_000n + (lastId += 1n)), channel_id: channelId, author: { id: author } },
    content,
  );
const leap = async (delayMs: number) => {
  await bench.clock.advance(delayMs);
  await bench.settled();
};
const written = (text: string, channelId = room) =>
  bench.api.requests.filter(({ method, path, body }) => {
    return method === 'POST' && path === `/channels/${channelId}/messages` && body['content'] === text;
  }).length;
const reactions = () => bench.api.requests.filter(({ method }) => method === 'PUT').length;

describe('a member who is refused once a second', () => {
  it('is told once in a minute, then by a reaction to each message, and the answers of others are not held up', async () => {
    const live = bench.actions.live({ channelId: room, key: 'answer' });
    let finished: Promise<unknown> | undefined;
    for (let second = 0; second < 30; second += 1) {
      refuse('1');
      if (second < 8) live.update('word '.repeat(second + 1));
      if (second === 8) finished = live.finish({ content: 'The whole answer.' });
      if (second < 9) await bench.pass(1000);
      else await leap(1000);
      if (second === 9) expect(bench.api.screen()).toContain('The whole answer.');
    }
    await finished;
    expect(written('Slow down.')).toBe(1);
    expect(reactions()).toBe(29);
    expect(bench.api.tooMany).toEqual([]);
    await leap(31_000);
    refuse('1');
    await bench.pass(100);
    expect(written('Slow down.')).toBe(2);
  });

  it('is told each reason in each channel, but the same one only by a reaction', async () => {
    refuse('1', room, 'Wait 33 seconds.');
    refuse('1', room, 'Attach an image.');
    refuse('1', room, 'Wait 32 seconds.');
    refuse('1', other, 'Attach an image.');
    await bench.pass(3000);
    const inRoom = ['Wait 33 seconds.', 'Attach an image.', 'Wait 32 seconds.'].map((text) => written(text));
    expect([...inRoom, written('Attach an image.', other)]).toEqual([1, 1, 0, 1]);
    expect(reactions()).toBe(1);
  });

  it('is told five reasons in a minute at most', async () => {
    for (const reason of ['A.', 'B.', 'C.', 'D.', 'E.', 'F.']) {
      refuse('1', room, reason);
      await leap(5000);
    }
    expect(['A.', 'E.', 'F.'].map((text) => written(text))).toEqual([1, 1, 0]);
    await leap(31_000);
    refuse('1', room, 'F.');
    await bench.pass(100);
    expect(written('F.')).toBe(1);
  });
});

it('a burst of messages that are refused gets a reaction each, up to a number that Discord takes in some seconds', async () => {
  for (let count = 0; count < 70; count += 1) refuse('1');
  await bench.whilePassing(refusals.idle());
  expect([written('Slow down.'), reactions()]).toEqual([1, 50]);
  expect(bench.api.tooMany).toEqual([]);
});

it('a channel in which Discord refuses reactions is left alone for some seconds', async () => {
  bench.api.intercept = ({ method }) =>
    method === 'PUT' ? { status: 403, body: { code: 50013, message: 'Missing Permissions' } } : undefined;
  for (let second = 0; second < 15; second += 1) {
    refuse('1');
    await leap(1000);
  }
  expect(reactions()).toBe(2);
});

describe('many members who are refused at once', () => {
  it('leave room for an answer at any moment, and those for whom there is none get a reaction', async () => {
    for (let member = 0; member < 40; member += 1) refuse(`${member}`);
    await bench.pass(1000);
    const beganMs = bench.clock.now();
    await bench.whilePassing(bench.actions.send(room, { content: 'An answer.' }));
    expect(bench.clock.now() - beganMs).toBeLessThan(1000);
    for (let second = 0; second < 12; second += 1) await leap(1000);
    expect(written('Slow down.')).toBeLessThanOrEqual(6);
    expect(written('Slow down.')).toBeGreaterThanOrEqual(3);
    expect(bench.api.tooMany).toEqual([]);
  });
});

it('replies to commands leave a write for an answer at any moment', async () => {
  const replies = Array.from({ length: 6 }, (_, index) =>
    bench.actions.send(room, { content: `Pong ${index}.` }, { urgency: 'reply' }),
  );
  await bench.pass(100);
  const beganMs = bench.clock.now();
  await bench.actions.send(room, { content: 'An answer.' });
  expect(bench.clock.now()).toBe(beganMs);
  await bench.whilePassing(Promise.all(replies));
  expect(bench.api.screen()).toHaveLength(7);
  expect(bench.api.tooMany).toEqual([]);
});

it('tells nobody where Discord refuses, and goes on', async () => {
  bench.api.intercept = ({ path }) =>
    path.endsWith('/messages') ? { status: 403, body: { code: 50013, message: 'Missing Permissions' } } : undefined;
  refuse('1');
  await bench.pass(200);
  await refusals.idle();
  bench.api.intercept = () => undefined;
  await leap(11_000);
  refuse('1');
  await bench.pass(200);
  expect(bench.api.screen()).toEqual(['Slow down.']);
});
