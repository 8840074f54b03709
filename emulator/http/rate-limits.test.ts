import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPlayground } from '../testing/client.ts';
import type { Answer, Playground } from '../testing/client.ts';

interface Refusal {
  message: string;
  retry_after: number;
  global: boolean;
}

let nowMs = 1_750_000_000_000;
let playground: Playground;
let messages: string;

beforeEach(async () => {
  playground = await startPlayground({ limits: true, clock: { now: () => nowMs } });
  messages = `/channels/${playground.channelId('general')}/messages`;
});
afterEach(() => playground.close());

function remaining({ headers }: Answer<unknown>): string | null {
  return headers.get('x-ratelimit-remaining');
}

describe('the budget of a channel', () => {
  it('is five messages and edits together in five seconds from the first, and the answers say so', async () => {
    const first = await playground.bot.post<{ id: string }>(messages, { content: '1' });
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '4',
      'x-ratelimit-reset': '1750000005.000',
      'x-ratelimit-reset-after': '5.000',
      'x-ratelimit-bucket': expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    });
    nowMs += 2000;
    for (let n = 0; n < 4; n += 1) {
      const edit = await playground.bot.patch(`${messages}/${first.body.id}`, { content: `edit ${n}` });
      expect([edit.status, remaining(edit)]).toEqual([200, String(3 - n)]);
    }
    const refused = await playground.bot.post<Refusal>(messages, { content: '6' });
    expect(refused.status).toBe(429);
    expect(refused.body).toEqual({ message: 'You are being rate limited.', retry_after: 3, global: false });
    expect(Object.fromEntries(refused.headers)).toMatchObject({ 'retry-after': '3', 'x-ratelimit-scope': 'user' });
    const elsewhere = `/channels/${playground.channelId('art')}/messages`;
    expect((await playground.bot.post(elsewhere, { content: 'a' })).status).toBe(200);
    expect((await playground.alice.post(messages, { content: 'people have their own' })).status).toBe(200);
    nowMs += 3000;
    expect(remaining(await playground.bot.post(messages, { content: '6' }))).toBe('4');
  });

  it('is counted even for requests that fail', async () => {
    for (let n = 0; n < 5; n += 1) await playground.bot.post(messages, {});
    expect((await playground.bot.post(messages, {})).status).toBe(429);
  });

  it('of reactions is one in a quarter of a second', async () => {
    const { body } = await playground.bot.post<{ id: string }>(messages, { content: '1' });
    const path = `${messages}/${body.id}/reactions`;
    expect((await playground.bot.put(`${path}/👍/@me`)).status).toBe(204);
    const refused = await playground.bot.put<Refusal>(`${path}/👎/@me`);
    expect([refused.status, refused.body.retry_after]).toEqual([429, 0.25]);
    nowMs += 250;
    expect((await playground.bot.put(`${path}/👎/@me`)).status).toBe(204);
  });
});

describe('the budget of a bot', () => {
  it('is fifty requests a second over all routes, and 429 counts as invalid', async () => {
    const paths = ['/users/@me', '/gateway/bot', '/applications/@me'];
    for (let n = 0; n < 50; n += 1) await playground.bot.get(paths[n % 3] ?? '');
    const refused = await playground.bot.get<Refusal>('/users/@me');
    expect(refused.status).toBe(429);
    expect(refused.body.global).toBe(true);
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'x-ratelimit-global': 'true',
      'x-ratelimit-scope': 'global',
    });
    const { body } = await playground.control<{ invalidRequests: Record<string, number> }>('state');
    expect(body.invalidRequests[playground.botUserId]).toBe(1);
    nowMs += 1000;
    expect((await playground.bot.get('/users/@me')).status).toBe(200);
  });
});

describe('who sends nothing but invalid requests', () => {
  it('is shut out for the rest of ten minutes', async () => {
    for (let n = 0; n < 10_000; n += 1) playground.core.limits.countInvalid(playground.botUserId);
    const answer = await fetch(`${playground.emulator.origin}/api/v10/users/@me`, {
      headers: { authorization: `Bot ${playground.state.application?.botToken ?? ''}` },
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '600']);
    nowMs += 600_000;
    expect((await playground.bot.get('/users/@me')).status).toBe(200);
  });
});

describe('edits of messages older than an hour', () => {
  it('run out with 30046', async () => {
    const { body } = await playground.alice.post<{ id: string }>(messages, { content: 'old' });
    nowMs += 3_700_000;
    const edit = (): Promise<Answer<{ code: number }>> =>
      playground.alice.patch(`${messages}/${body.id}`, { content: 'new' });
    for (let n = 0; n < 30; n += 1) expect((await edit()).status).toBe(200);
    const refused = await edit();
    expect([refused.status, refused.body.code]).toEqual([429, 30046]);
  });
});

describe('the switch', () => {
  it('turns the limits off and on again', async () => {
    await playground.control('limits', { enforce: false });
    for (let n = 0; n < 60; n += 1) expect((await playground.bot.post(messages, { content: 'x' })).status).toBe(200);
    await playground.control('limits', { enforce: true });
    for (let n = 0; n < 5; n += 1) expect((await playground.bot.post(messages, { content: 'x' })).status).toBe(200);
    expect((await playground.bot.post(messages, { content: 'x' })).status).toBe(429);
  });
});
