import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManualClock } from '../../testing/manual-clock.ts';
import type { DiscordActions, LiveMessage } from './index.ts';
import { BEGIN_MS, startActionsBench, type ActionsBench } from './testing/actions-bench.ts';
import type { FakeApi } from './testing/fake-api.ts';

const CHANNEL = '1100000000000000001';
const OTHER_CHANNEL = '1100000000000000002';

let bench: ActionsBench;
let clock: ManualClock;
let api: FakeApi;
let actions: DiscordActions;

beforeEach(async () => {
  bench = await startActionsBench();
  ({ clock, api, actions } = bench);
});
afterEach(() => bench.close());

const until: ActionsBench['until'] = (condition) => bench.until(condition);
const pass: ActionsBench['pass'] = (delayMs) => bench.pass(delayMs);
const whilePassing: ActionsBench['whilePassing'] = (work) => bench.whilePassing(work);

const start = (key = 'answer', channelId = CHANNEL): LiveMessage => actions.live({ channelId, key });

describe('a live message', () => {
  it('shows the first text at once and the final text after it', async () => {
    const live = actions.live({ channelId: CHANNEL, key: 'a', replyTo: '1200000000000000000' });
    live.update('Hel');
    await until(() => api.requests.length === 1);
    expect(api.requests[0]?.body).toMatchObject({
      content: 'Hel',
      enforce_nonce: true,
      message_reference: { message_id: '1200000000000000000', fail_if_not_exists: false },
      allowed_mentions: { parse: [], users: [], replied_user: false },
    });
    const parts = await live.finish({ content: 'Hello' });
    expect(parts).toHaveLength(1);
    expect(api.screen()).toEqual(['Hello']);
    expect(clock.now()).toBe(BEGIN_MS);
  });

  it('edits about once a second, keeps a write for the final text, and never exceeds the budget', async () => {
    const live = start();
    let text = '';
    for (let ms = 0; ms < 12_000; ms += 100) {
      text += 'word ';
      live.update(text);
      await pass(100);
    }
    const edits = api.requests.length - 1;
    expect(edits).toBeGreaterThanOrEqual(8);
    expect(edits).toBeLessThanOrEqual(12);
    const beforeMs = clock.now();
    await live.finish({ content: `${text}end` });
    expect(clock.now()).toBe(beforeMs);
    expect(api.screen()).toEqual([`${text}end`]);
    expect(api.tooMany).toEqual([]);
  });

  it('splits as it grows, with the stop button on the last part alone', async () => {
    const liveComponents = [{ type: 1, components: [{ type: 2, style: 2, label: 'Stop', custom_id: 'stop' }] }];
    const live = actions.live({ channelId: CHANNEL, key: 'a', liveComponents });
    live.update('a'.repeat(1500));
    await bench.settled();
    live.update('a'.repeat(2500));
    await whilePassing(until(() => api.screen().length === 2));
    const [first, second] = [...api.messages.values()];
    expect(first).toMatchObject({ content: 'a'.repeat(2000), components: [] });
    expect(second).toMatchObject({ content: 'a'.repeat(500), components: liveComponents });
    expect(second).not.toHaveProperty('message_reference');
    await whilePassing(live.finish({ content: 'a'.repeat(2600) }));
    expect(second).toMatchObject({ content: 'a'.repeat(600), components: [] });
  });

  it('leads from a part that others have written below back to it', async () => {
    const live = start();
    live.update('a'.repeat(1500));
    await bench.settled();
    await whilePassing(actions.send(CHANNEL, { content: 'by the way' }));
    live.update('a'.repeat(2500));
    await whilePassing(until(() => api.screen().length === 3));
    const [first, , second] = [...api.messages.values()];
    expect(second).toMatchObject({ message_reference: { message_id: first?.id } });
    await whilePassing(live.finish({ content: 'a'.repeat(4500) }));
    expect([...api.messages.values()][3]).not.toHaveProperty('message_reference');
  });

  it('lets no link unfold in any part, and shows embeds that it is given', async () => {
    const live = start();
    live.update('see https://example.org/');
    await until(() => api.screen().length === 1);
    expect(api.requests[0]?.body).toMatchObject({ flags: 4 });
    await whilePassing(live.finish({ content: `${'a '.repeat(1500)}https://example.org/` }));
    expect([...api.messages.values()].map((message) => message['flags'])).toEqual([4, 4]);
    const other = start('with an embed');
    other.update('see https://example.org/');
    await whilePassing(other.finish({ content: 'as it is', embeds: [{ title: 'shown' }] }));
    expect([...api.messages.values()].at(-1)).toMatchObject({ flags: 0, embeds: [{ title: 'shown' }] });
  });

  it('shows a table as a code block, from its rule on', async () => {
    const live = start();
    live.update('| a | b |');
    await until(() => api.screen().length === 1);
    expect(api.screen()).toEqual(['| a | b |']);
    await whilePassing(live.finish({ content: '| a | b |\n|---|---|\n| long | 2 |' }));
    expect(api.screen()).toEqual(['```\na    | b\n-----|--\nlong | 2\n```']);
  });

  it('gives two answers in one channel a share each and both a final text at once', async () => {
    const lives = [start('a'), start('b')];
    for (let ms = 0; ms < 8000; ms += 200) {
      for (const live of lives) live.update(`${'x'.repeat(ms / 200 + 1)}`);
      await pass(200);
    }
    const beforeMs = clock.now();
    await Promise.all(lives.map((live, index) => live.finish({ content: `final ${index}` })));
    expect(clock.now()).toBe(beforeMs);
    expect(api.screen()).toEqual(['final 0', 'final 1']);
    expect(api.tooMany).toEqual([]);
    for (const message of api.messages.values()) {
      const edits = api.requests.filter(({ path }) => path.endsWith(`/${message.id}`));
      expect(edits.length).toBeGreaterThanOrEqual(3);
    }
  });

  it('deletes parts that the final text does not need and keeps the rest', async () => {
    const live = start();
    live.update('a'.repeat(4500));
    await whilePassing(until(() => api.screen().length === 3));
    const parts = await whilePassing(live.finish({ content: 'short' }));
    expect(parts).toHaveLength(1);
    expect(api.screen()).toEqual(['short']);
  });

  it('says how many parts it keeps before it deletes the others', async () => {
    const screens: string[][] = [];
    const live = actions.live({
      channelId: CHANNEL,
      key: 'answer',
      onTrim: (kept) => {
        screens.push([String(kept), ...api.screen().map((text) => text.slice(0, 5))]);
        return Promise.resolve();
      },
    });
    live.update('a'.repeat(4500));
    await whilePassing(until(() => api.screen().length === 3));
    await whilePassing(live.finish({ content: 'short' }));
    expect(screens).toEqual([['1', 'short', 'aaaaa', 'aaaaa']]);
  });

  it('stops quietly when its only part was deleted', async () => {
    const live = start();
    live.update('some text');
    await until(() => api.screen().length === 1);
    api.messages.clear();
    live.update('some text and more');
    await pass(1500);
    live.update('some text and more and more');
    await pass(1500);
    expect(await live.finish({ content: 'all of it' })).toEqual([]);
    expect(api.screen()).toEqual([]);
  });

  it('goes on with the other parts when one was deleted', async () => {
    const live = start();
    live.update('a'.repeat(2500));
    await whilePassing(until(() => api.screen().length === 2));
    const [first] = api.messages.keys();
    api.messages.delete(first ?? '');
    const parts = await whilePassing(live.finish({ content: `${'c'.repeat(2000)}${'b'.repeat(1000)}` }));
    expect(parts).toHaveLength(1);
    expect(api.screen()).toEqual([expect.stringMatching(/b$/)]);
  });

  it('takes up an earlier attempt: edits its parts, and finds by nonce a part whose id was lost', async () => {
    const first = start('same');
    first.update('a'.repeat(2500));
    await whilePassing(until(() => api.screen().length === 2));
    const [part] = await first.abandon();
    const second = actions.live({ channelId: CHANNEL, key: 'same', parts: part ? [part] : [] });
    await whilePassing(second.finish({ content: 'b'.repeat(2300) }));
    expect(api.screen()).toEqual(['b'.repeat(2000), 'b'.repeat(300)]);
  });

  it('tells of each new part before the next request, and stops when it cannot be kept', async () => {
    const order: string[] = [];
    const writes = () => api.requests.filter(({ method }) => method !== 'GET').length;
    const live = actions.live({
      channelId: CHANNEL,
      key: 'a',
      onPart: async (index) => {
        order.push(`part ${index}`);
        await turn();
        order.push(`kept ${index} after ${writes()}`);
      },
    });
    await whilePassing(live.finish({ content: 'a'.repeat(2500) }));
    expect(order).toEqual(['part 0', 'kept 0 after 1', 'part 1', 'kept 1 after 2']);
    const failing = actions.live({
      channelId: CHANNEL,
      key: 'b',
      onPart: () => Promise.reject(new Error('no database')),
    });
    await expect(whilePassing(failing.finish({ content: 'text' }))).rejects.toThrow('no database');
  });

  it('sends nothing after the signal, and the final text all the same', async () => {
    const abort = new AbortController();
    const live = actions.live({ channelId: CHANNEL, key: 'a', signal: abort.signal });
    live.update('one');
    await until(() => api.screen().length === 1);
    live.update('one two');
    abort.abort();
    await pass(3000);
    expect(api.screen()).toEqual(['one']);
    await live.finish({ content: 'one two, stopped' });
    expect(api.screen()).toEqual(['one two, stopped']);
  });

  it('rejects when Discord refuses, naming the code', async () => {
    api.intercept = () => ({ status: 403, body: { code: 50013, message: 'Missing Permissions' } });
    const live = start();
    live.update('text');
    await bench.settled();
    await expect(live.finish({ content: 'text' })).rejects.toMatchObject({ code: 'discord/50013', retryable: false });
  });

  it.each([
    ['the channel is gone', 404, 10003],
    ['it may not be seen any more', 403, 50001],
    ['the right to write is gone', 403, 50013],
    ['the person takes no messages', 403, 50007],
  ])('says that it is refused as soon as %s, and sends no more', async (_, status, code) => {
    const live = start();
    live.update('one');
    await until(() => api.screen().length === 1);
    expect(live.refused.aborted).toBe(false);
    api.intercept = () => ({ status, body: { code, message: 'No' } });
    live.update('one two');
    await whilePassing(until(() => live.refused.aborted));
    expect(live.refused.reason).toMatchObject({ code: `discord/${code}`, retryable: false });
    live.update('one two three');
    await pass(3000);
    expect(api.requests).toHaveLength(2);
    expect(await live.abandon()).toHaveLength(1);
  });

  it('is not refused by a fault that passes, nor by a message that was deleted', async () => {
    const live = start();
    live.update('one');
    await until(() => api.screen().length === 1);
    let faults = 1;
    api.intercept = () => (faults-- > 0 ? { status: 502 } : undefined);
    live.update('one two');
    await pass(1500);
    api.messages.clear();
    live.update('one two three');
    await pass(3000);
    expect(live.refused.aborted).toBe(false);
    await live.abandon();
  });

  it('gets the final text through a fault that passes', async () => {
    const live = start();
    live.update('text');
    await until(() => api.screen().length === 1);
    let faults = 2;
    api.intercept = () => (faults-- > 0 ? { status: 502 } : undefined);
    await whilePassing(live.finish({ content: 'text to the end' }));
    expect(api.screen()).toEqual(['text to the end']);
  });

  it('waits for an edit under way and lets nothing follow the final text', async () => {
    const live = start();
    live.update('one');
    await until(() => api.screen().length === 1);
    let release = () => {};
    api.intercept = async () => {
      api.intercept = () => undefined;
      await new Promise<void>((resolve) => (release = resolve));
      return undefined;
    };
    live.update('one two');
    await pass(1100);
    const finished = live.finish({ content: 'final' });
    live.update('too late');
    release();
    await finished;
    await pass(3000);
    expect(api.requests.map(({ body }) => body['content'])).toEqual(['one', 'one two', 'final']);
  });

  it('keeps many channels under the global limit, final texts first', async () => {
    const lives = Array.from({ length: 60 }, (_, index) =>
      start(`a${index}`, String(BigInt(OTHER_CHANNEL) + BigInt(index))),
    );
    let text = '';
    for (let ms = 0; ms < 4000; ms += 250) {
      text += 'word ';
      for (const live of lives) live.update(text);
      await pass(250);
    }
    await Promise.all(lives.map((live) => whilePassing(live.finish({ content: 'final' }))));
    expect(new Set(api.screen())).toEqual(new Set(['final']));
    const times = api.requests.map(({ atMs }) => atMs);
    for (const from of times) {
      expect(times.filter((atMs) => atMs >= from && atMs < from + 1000).length).toBeLessThanOrEqual(50);
    }
  });
});
