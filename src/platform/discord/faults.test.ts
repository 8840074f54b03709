import type { APIInteraction } from 'discord-api-types/v10';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManualClock } from '../../testing/manual-clock.ts';
import type { DiscordActions } from './index.ts';
import { BEGIN_MS, startActionsBench, type ActionsBench } from './testing/actions-bench.ts';
import type { FakeAnswer, FakeApi, SeenRequest } from './testing/fake-api.ts';

const CHANNEL = '1100000000000000001';

let bench: ActionsBench;
let clock: ManualClock;
let api: FakeApi;
let actions: DiscordActions;

beforeEach(async () => {
  bench = await startActionsBench();
  ({ clock, api, actions } = bench);
});
afterEach(() => bench.close());

const whileLeaping: ActionsBench['whileLeaping'] = (work) => bench.whileLeaping(work);

/** Refuses what matches, `times` times. */
function refuse(matches: (request: SeenRequest) => boolean, answer: FakeAnswer, times = Infinity): void {
  let left = times;
  api.intercept = (request) => (matches(request) && left-- > 0 ? answer : undefined);
}

const isWrite = ({ method }: SeenRequest) => method === 'POST' || method === 'PATCH';
const isEdit = ({ method, path }: SeenRequest) => method === 'PATCH' && path.includes('/messages/');
const oldEdits: FakeAnswer = {
  status: 429,
  headers: { 'retry-after': '60' },
  body: { code: 30046, message: 'Maximum number of edits to messages older than 1 hour reached. Try again later' },
};

describe('a limit', () => {
  const limited = (scope: string, headers: Record<string, string>, body: object): FakeAnswer => ({
    status: 429,
    headers: { 'x-ratelimit-scope': scope, ...headers },
    body: { message: 'You are being rate limited.', global: false, ...body },
  });

  it.each([
    ['of this bot', limited('user', { 'retry-after': '3' }, { retry_after: 3 })],
    ['of all who write there', limited('shared', { 'retry-after': '3' }, { retry_after: 3 })],
    ['that only the body tells', limited('user', {}, { retry_after: 3 })],
  ])('%s is waited for as long as told', async (_, answer) => {
    refuse(isWrite, answer, 2);
    await whileLeaping(actions.send(CHANNEL, { content: 'a' }));
    const [, second = 0, third = 0] = api.requests.map(({ atMs }) => atMs - BEGIN_MS);
    expect(second).toBeGreaterThanOrEqual(3000);
    expect(third).toBeGreaterThanOrEqual(6000);
    expect(api.screen()).toEqual(['a']);
  });

  it('that tells nothing is tried three times again, each time later, and then told', async () => {
    refuse(isWrite, { status: 429 });
    const sent = whileLeaping(actions.send(CHANNEL, { content: 'a' }));
    await expect(sent).rejects.toMatchObject({ code: 'discord/429', retryable: true });
    const atMs = api.requests.map((request) => request.atMs - BEGIN_MS);
    expect(atMs).toHaveLength(4);
    expect((atMs[3] ?? 0) - (atMs[2] ?? 0)).toBeGreaterThan((atMs[1] ?? 0) - (atMs[0] ?? 0));
  });

  it('that never ends is told after a minute', async () => {
    refuse(isWrite, limited('user', { 'retry-after': '20' }, { retry_after: 20 }));
    const sent = whileLeaping(actions.send(CHANNEL, { content: 'a' }));
    await expect(sent).rejects.toMatchObject({ code: 'discord/429', retryAfterMs: 20_000 });
    expect(clock.now() - BEGIN_MS).toBeLessThan(70_000);
  });
});

describe('too many edits of old messages', () => {
  it('are a refusal, not a limit to wait for', async () => {
    const { id } = await actions.send(CHANNEL, { content: 'old' });
    refuse(isEdit, oldEdits);
    const edited = actions.edit(CHANNEL, id, { content: 'new' });
    await expect(edited).rejects.toMatchObject({ code: 'discord/30046', retryable: false });
    expect(clock.now()).toBe(BEGIN_MS);
  });

  const kept: string[] = [];
  const old = async (count: number) => {
    kept.length = 0;
    const parts = [];
    for (let index = 0; index < count; index += 1) {
      parts.push({ messageId: (await whileLeaping(actions.send(CHANNEL, { content: `old ${index}` }))).id });
    }
    return actions.live({
      ...{ channelId: CHANNEL, key: 'a', replyTo: '1200000000000000000', parts },
      onPart: (index, { messageId }) => {
        kept.splice(index, Infinity, messageId);
        return Promise.resolve();
      },
    });
  };

  it('do not keep a final text from people: it comes in new messages, in place of the old', async () => {
    const live = await old(2);
    refuse(isEdit, oldEdits);
    const text = `${'a'.repeat(2000)}b`;
    const parts = await whileLeaping(live.finish({ content: text }));
    expect(api.screen()).toEqual(['a'.repeat(2000), 'b']);
    expect(kept).toEqual(parts.map(({ messageId }) => messageId));
    const [first, second] = [...api.messages.values()];
    expect(first).toMatchObject({ message_reference: { message_id: '1200000000000000000' } });
    expect(second).not.toHaveProperty('message_reference');
  });

  it('that run out after some parts take those along', async () => {
    const live = await old(3);
    let edits = 0;
    refuse((request) => isEdit(request) && ++edits > 1, oldEdits);
    await whileLeaping(live.finish({ content: `${'a'.repeat(2000)}${'b'.repeat(2000)}c` }));
    expect(api.screen()).toEqual(['a'.repeat(2000), 'b'.repeat(2000), 'c']);
  });

  it('let an answer grow on in a new message', async () => {
    const live = await old(1);
    refuse((request) => isEdit(request) && request.path.endsWith(String([...api.messages.keys()][0])), oldEdits, 1);
    live.update('the beginning');
    while (api.screen().join() !== 'the beginning') await whileLeaping(new Promise((done) => setTimeout(done, 5)));
    await whileLeaping(live.finish({ content: 'the beginning and the end' }));
    expect(api.screen()).toEqual(['the beginning and the end']);
  });

  it('and a message that cannot be deleted does not keep it back either', async () => {
    const live = await old(1);
    api.intercept = (request) => {
      if (isEdit(request)) return oldEdits;
      if (request.method === 'DELETE') return { status: 403, body: { code: 50013, message: 'Missing Permissions' } };
      return undefined;
    };
    await whileLeaping(live.finish({ content: 'new' }));
    expect(api.screen()).toEqual(['old 0', 'new']);
  });
});

describe('an archived thread', () => {
  const archived: FakeAnswer = { status: 400, body: { code: 50083, message: 'Thread is archived' } };

  it('is woken for an edit and a deletion', async () => {
    const { id } = await actions.send(CHANNEL, { content: 'before' });
    let asleep = true;
    api.intercept = ({ method, path, body }) => {
      if (method === 'PATCH' && path === `/channels/${CHANNEL}`) {
        asleep = body['archived'] !== false;
        return { body: {} };
      }
      return asleep ? archived : undefined;
    };
    await whileLeaping(actions.edit(CHANNEL, id, { content: 'after' }));
    expect(api.screen()).toEqual(['after']);
    asleep = true;
    await whileLeaping(actions.delete(CHANNEL, id));
    expect(api.screen()).toEqual([]);
  });

  it('that is locked refuses for good, and ends an answer that grows', async () => {
    const live = actions.live({ channelId: CHANNEL, key: 'a' });
    live.update('text');
    while (api.screen().length === 0) await whileLeaping(new Promise((done) => setTimeout(done, 5)));
    refuse(({ path }) => path === `/channels/${CHANNEL}`, {
      status: 403,
      body: { code: 50013, message: 'Missing Permissions' },
    });
    const locked = api.intercept;
    api.intercept = (request) => locked(request) ?? (isEdit(request) ? archived : undefined);
    live.update('text that goes on');
    while (!live.refused.aborted) await whileLeaping(new Promise((done) => setTimeout(done, 5)));
    await expect(whileLeaping(live.finish({ content: 'all' }))).rejects.toMatchObject({ code: 'discord/50083' });
  });
});

describe('an interaction that Discord does not know', () => {
  const press = (flags = 0) =>
    ({
      ...{ id: '1200000000000000001', application_id: '1', token: 'itoken', type: 3, channel: { id: CHANNEL } },
      message: { id: [...api.messages.keys()][0], channel_id: CHANNEL, flags },
    }) as unknown as APIInteraction;
  const unknown: FakeAnswer = { status: 404, body: { code: 10062, message: 'Unknown interaction' } };
  const isInteractions = ({ path }: SeenRequest) => path.startsWith('/interactions/') || path.startsWith('/webhooks/');

  it('needs no acknowledgement and takes no refusal', async () => {
    refuse(isInteractions, unknown);
    await actions.interaction(press()).deferUpdate();
    await actions.interaction(press()).refuse({ content: 'no' });
    expect(api.screen()).toEqual([]);
  });

  it('has its message changed all the same, unless only the presser sees that', async () => {
    await actions.send(CHANNEL, { content: 'before' });
    refuse(isInteractions, unknown);
    await actions.interaction(press()).update({ content: 'after' });
    expect(api.screen()).toEqual(['after']);
    const ephemeral = actions.interaction(press(64)).update({ content: 'once more' });
    await expect(ephemeral).rejects.toMatchObject({ code: 'discord/10062' });
  });
});
