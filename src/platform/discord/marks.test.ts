import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import { startActionsBench, type ActionsBench } from './testing/actions-bench.ts';
import type { FakeAnswer } from './testing/fake-api.ts';

const CHANNEL = '1100000000000000001';
const MESSAGE = '1200000000000000001';
const OTHER = '1200000000000000002';

let bench: ActionsBench;
let warnings: unknown[];
beforeEach(async () => {
  warnings = [];
  freeAtMs = 0;
  bench = await startActionsBench({ ...silentLogger, warn: (data) => void warnings.push(data) });
  bench.api.intercept = ({ path }) => (path.includes('/reactions/') ? taken(bench.clock.now()) : undefined);
});
afterEach(() => bench.close());

/** Discord's budget of one reaction in a quarter of a second. */
let freeAtMs = 0;
function taken(nowMs: number): FakeAnswer {
  const bucket = { 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0', 'x-ratelimit-bucket': 'reactions' };
  const reset = { 'x-ratelimit-reset-after': '0.25' };
  if (nowMs < freeAtMs) return { status: 429, headers: { ...bucket, ...reset, 'retry-after': '0.25' }, body: {} };
  freeAtMs = nowMs + 250;
  return { status: 204, headers: { ...bucket, ...reset } };
}

/** `+👀` and `-👀` in the order in which Discord was asked. */
const asked = (messageId = MESSAGE) =>
  bench.api.requests
    .filter(({ path }) => path.includes(messageId))
    .map(({ method, path }) => `${method === 'PUT' ? '+' : '-'}${decodeURIComponent(path.split('/').at(-2) ?? '')}`);

const mark = (emoji: string | null, instead: string[] = [], messageId = MESSAGE) =>
  bench.actions.mark(CHANNEL, messageId, emoji, { instead }).then(({ stands }) => stands);

describe('a mark', () => {
  it('is set, replaced and taken away at the pace of reactions, and never refused for it', async () => {
    expect(await bench.whilePassing(mark('👀'))).toBe(true);
    expect(await bench.whilePassing(mark('✅', ['👀']))).toBe(true);
    expect(await bench.whilePassing(mark(null, ['✅']))).toBe(false);
    expect(asked()).toEqual(['+👀', '+✅', '-👀', '-✅']);
    expect(bench.clock.now() - 1_700_000_000_000).toBeGreaterThanOrEqual(750);
  });

  it('that has changed again before its turn is left out', async () => {
    const first = mark('👀');
    const waiting = mark('👀', [], OTHER);
    const [earlier, later] = [mark('✅', [], OTHER), mark('❌', [], OTHER)];
    expect(await bench.whilePassing(Promise.all([first, waiting, earlier, later]))).toEqual([true, false, false, true]);
    expect(asked(OTHER)).toEqual(['+❌']);
  });

  it('is taken back when the next one comes while it is under way', async () => {
    let release = () => {};
    bench.api.intercept = async () => {
      bench.api.intercept = () => taken(bench.clock.now());
      await new Promise<void>((resolve) => (release = resolve));
      return { status: 204 };
    };
    const first = mark('👀');
    await bench.until(() => bench.api.requests.length === 1);
    const second = mark('✅');
    release();
    expect(await bench.whilePassing(Promise.all([first, second]))).toEqual([false, true]);
    expect(asked()).toEqual(['+👀', '+✅', '-👀']);
  });

  it('holds back no message, and no message holds it back', async () => {
    const live = bench.actions.live({ channelId: CHANNEL, key: 'a' });
    const marks = Array.from({ length: 20 }, (_, index) => mark('👀', [], `${MESSAGE}${index}`));
    live.update('text');
    await bench.until(() => bench.api.screen().length === 1);
    await live.finish({ content: 'text to the end' });
    expect(bench.api.screen()).toEqual(['text to the end']);
    expect(bench.clock.now()).toBe(1_700_000_000_000);
    expect(await bench.whilePassing(Promise.all(marks))).toEqual(marks.map(() => true));
  });

  it.each([
    ['the permission is missing', 403, 50013],
    ['its author has blocked the bot', 403, 90001],
    ['the message is gone', 404, 10008],
  ])('that Discord refuses because %s is given up at once', async (_, status, code) => {
    bench.api.intercept = () => ({ status, body: { code, message: 'No' } });
    expect(await mark('👀')).toBe(false);
    expect(await mark(null, ['👀'])).toBe(false);
    expect(asked()).toEqual(['+👀', '-👀']);
    expect(warnings).toEqual([]);
  });

  it('with an emoji that Discord does not know is told to the log, and the one before goes all the same', async () => {
    bench.api.intercept = ({ method }) =>
      method === 'PUT' ? { status: 400, body: { code: 10014, message: 'Unknown Emoji' } } : { status: 204 };
    expect(await mark('gone:1', ['👀'])).toBe(false);
    await bench.until(() => asked().length === 2);
    expect(asked()).toEqual(['+gone:1', '-👀']);
    expect(warnings).toMatchObject([{ emoji: 'gone:1' }]);
  });

  it('tells which earlier emoji may still be there', async () => {
    bench.api.intercept = ({ method }) => ({ status: method === 'DELETE' ? 503 : 204 });
    const marked = bench.actions.mark(CHANNEL, MESSAGE, '✅', { instead: ['👀'] });
    expect(await bench.whilePassing(marked)).toEqual({ stands: true, isReplaced: false, leftover: ['👀'] });
  });

  it('is removed when Discord may have set it although the request failed', async () => {
    bench.api.intercept = ({ method }) => ({ status: method === 'PUT' ? 503 : 204 });
    const marked = bench.actions.mark(CHANNEL, MESSAGE, '👀');
    expect(await bench.whilePassing(marked)).toEqual({ stands: false, isReplaced: false, leftover: [] });
    expect(asked().at(-1)).toBe('-👀');
  });

  it('is tried again after a fault that passes, for some seconds', async () => {
    let faults = 2;
    bench.api.intercept = () => (faults-- > 0 ? { status: 502 } : { status: 204 });
    expect(await bench.whilePassing(mark('👀'))).toBe(true);
    expect(asked()).toEqual(['+👀', '+👀', '+👀']);
    bench.api.intercept = () => ({ status: 429, headers: { 'retry-after': '600' }, body: { retry_after: 600 } });
    expect(await bench.whilePassing(mark('✅', [], OTHER))).toBe(false);
    expect(bench.clock.now() - 1_700_000_000_000).toBeLessThan(5000);
  });
});
