import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlayground } from '../testing/client.ts';
import type { Playground } from '../testing/client.ts';
import { RawGateway } from '../testing/raw-gateway.ts';

/** What libraries in several languages send and expect, where it differs from the plainest request. */

let playground: Playground;
let authorization: string;
let messages: string;

beforeAll(async () => {
  playground = await startPlayground();
  authorization = `Bot ${playground.state.application?.botToken ?? ''}`;
  messages = `/channels/${playground.channelId('general')}/messages`;
});
afterAll(() => playground.close());

function call(method: string, path: string, body?: string | FormData, version = '10'): Promise<Response> {
  return fetch(`${playground.emulator.origin}/api/v${version}${path}`, {
    method,
    headers: { authorization, ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}) },
    ...(body === undefined ? {} : { body }),
  });
}

describe('answers', () => {
  it('have a content type without a charset, and none when they are empty', async () => {
    for (const path of ['/users/@me', '/nothing', `${messages}?limit=101`]) {
      expect((await call('GET', path)).headers.get('content-type')).toBe('application/json');
    }
    const typing = await call('POST', messages.replace('messages', 'typing'));
    expect([typing.status, typing.headers.get('content-type')]).toEqual([204, null]);
  });

  it('are the same under the versions 6 to 10', async () => {
    for (const version of ['6', '7', '8', '9', '10']) {
      expect((await call('GET', '/users/@me', undefined, version)).status).toBe(200);
    }
    for (const version of ['5', '11', '100']) {
      expect((await call('GET', '/users/@me', undefined, version)).status).toBe(400);
    }
  });

  it('name a proxy when they are 429, planted ones too', async () => {
    await playground.control('limits', { enforce: true });
    const typing = messages.replace('messages', 'typing');
    for (let n = 0; n < 5; n += 1) await call('POST', typing);
    const refused = await call('POST', typing);
    expect([refused.status, refused.headers.get('via')]).toEqual([429, '1.1 google']);
    await playground.control('limits', { enforce: false });
    await playground.control('faults', { match: { route: '/gateway' }, times: 1, answer: { status: 429 } });
    expect((await call('GET', '/gateway')).headers.get('via')).toBe('1.1 google');
    expect((await call('GET', '/gateway')).headers.get('via')).toBeNull();
  });
});

describe('bodies', () => {
  it.each([
    ['without a content type', (payload: string) => payload],
    ['as JSON', (payload: string) => new Blob([payload], { type: 'application/json' })],
    ['as JSON with a charset', (payload: string) => new Blob([payload], { type: 'application/json; charset=utf-8' })],
    ['as text', (payload: string) => new Blob([payload], { type: 'text/plain' })],
  ])('of several parts may carry the payload %s', async (_how, wrap) => {
    const { body: first } = await playground.alice.post<{ id: string }>(messages, { content: 'first' });
    const form = new FormData();
    // The id stands without quotes, as some libraries write it.
    form.append('payload_json', wrap(`{"content":"é","message_reference":{"message_id":${first.id}}}`));
    form.append('files[0]', new Blob(['bytes']), 'a.bin');
    const answer = await call('POST', messages, form);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      content: 'é',
      message_reference: { message_id: first.id },
      attachments: [{ filename: 'a.bin', size: 5 }],
    });
  });

  it('keep every digit of ids that are numbers, wherever they stand', async () => {
    const { body: first } = await playground.alice.post<{ id: string }>(messages, { content: 'first' });
    expect(Number.isSafeInteger(Number(first.id))).toBe(false);
    const user = playground.userId('alice');
    const spaced = `{ "content": "<@${user}> 1234567890123456789",\n "allowed_mentions": { "users": [ ${user} ] },
      "message_reference": { "message_id" : ${first.id} } }`;
    const answer = await call('POST', messages, spaced);
    expect(await answer.json()).toMatchObject({
      content: `<@${user}> 1234567890123456789`,
      mentions: [{ id: user }],
      message_reference: { message_id: first.id },
    });
    const ids = [first.id, ((await (await call('POST', messages, '{"content":"x"}')).json()) as { id: string }).id];
    expect((await call('POST', `${messages}/bulk-delete`, `{"messages":[${ids.join(',')}]}`)).status).toBe(204);
    const dm = await call('POST', '/users/@me/channels', `{"recipient_id":${user}}`);
    expect(await dm.json()).toMatchObject({ recipients: [{ id: user }] });
  });

  it('nested a hundred thousand levels are refused, also in several parts', async () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
      ['{"embeds":[', ']}'],
    ] as const) {
      const deep = `${open.repeat(100_000)}1${close.repeat(100_000)}`;
      const answer = await call('POST', messages, deep);
      expect([answer.status, ((await answer.json()) as { code: number }).code]).toEqual([400, 50109]);
      const form = new FormData();
      form.append('payload_json', deep);
      expect((await call('POST', messages, form)).status).toBe(400);
    }
    const brackets = await call('POST', messages, JSON.stringify({ content: '[{"\\'.repeat(300) }));
    expect(brackets.status).toBe(200);
  });
});

describe('parameters', () => {
  it.each(['1', 'True', 'true', 'TRUE'])('that are %s are on', async (on) => {
    const webhook = (await (
      await call('POST', messages.replace('messages', 'webhooks'), '{"name":"Parrot"}')
    ).json()) as { id: string; token: string };
    const path = `/webhooks/${webhook.id}/${webhook.token}`;
    expect((await call('POST', `${path}?wait=${on}`, '{"content":"x"}')).status).toBe(200);
    for (const off of ['0', 'False', 'false', '']) {
      expect((await call('POST', `${path}?wait=${off}`, '{"content":"x"}')).status).toBe(204);
    }
    const { guildId } = playground;
    expect(await (await call('GET', `/guilds/${guildId}?with_counts=${on}`)).json()).toHaveProperty(
      'approximate_member_count',
      5,
    );
    expect(await (await call('GET', `/users/@me/guilds?with_counts=${on}`)).json()).toMatchObject([
      { approximate_member_count: 5 },
    ]);
    const commands = `/applications/${playground.botUserId}/commands`;
    const command = { name: 'hi', name_localizations: { de: 'hallo' }, description: 'Greets' };
    await call('PUT', commands, JSON.stringify([command]));
    expect(await (await call('GET', `${commands}?with_localizations=${on}`)).json()).toMatchObject([
      { name_localizations: { de: 'hallo' } },
    ]);
  });
});

describe('an emoji that nobody has', () => {
  it.each(['nonsense', 'a:1', 'party:123456789012345678', '%F0%9F%91%8Dx'])('is 400 with 10014: %s', async (emoji) => {
    const { body } = await playground.alice.post<{ id: string }>(messages, { content: 'react' });
    const answer = await call('PUT', `${messages}/${body.id}/reactions/${emoji}/@me`);
    expect([answer.status, ((await answer.json()) as { code: number }).code]).toEqual([400, 10014]);
  });
});

describe('tokens', () => {
  it('have the parts and the length of Discord’s', async () => {
    const { body } = await playground.control<{ botToken: string; id: string }>('applications', { name: 'Other' });
    const [id = '', time = '', secret = ''] = body.botToken.split('.');
    expect(Buffer.from(id, 'base64').toString()).toBe(body.id);
    expect([time.length, secret.length]).toEqual([6, 38]);
    expect(body.botToken).toMatch(/^[\w-]{24,28}\.[\w-]{6}\.[\w-]{38}$/);
  });
});

describe('the gateway', () => {
  it.each([
    ['', () => undefined],
    [' in a process that is busy', keepBusy],
  ])('greets in a segment of its own%s', async (_when, load) => {
    const socket = connect(playground.emulator.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      `GET /gateway/?v=10&encoding=json HTTP/1.1\r\nHost: 127.0.0.1:${playground.emulator.port}\r\nUpgrade: websocket\r\n` +
        'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    load();
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toMatch(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\n$/);
    const [second] = (await once(socket, 'data')) as [Buffer];
    expect(second.toString()).toContain('"op":10');
    socket.destroy();
  });

  it('marks the guilds of READY as available, and new ones not at all', async () => {
    const client = new RawGateway(playground.emulator.origin);
    await client.identify({ token: authorization.slice('Bot '.length), intents: 1 });
    expect(await client.event('GUILD_CREATE')).toHaveProperty('unavailable', false);
    const { body: guild } = await playground.control<{ id: string }>('guilds', { name: 'New' });
    expect(await client.event('GUILD_CREATE')).toMatchObject({ id: guild.id });
    expect(client.frames.at(-1)?.d).not.toHaveProperty('unavailable');
    client.socket.terminate();
  });

  it('tells who is added to a private thread what it is', async () => {
    const client = new RawGateway(playground.emulator.origin);
    await client.identify({ token: playground.state.members.find(({ username }) => username === 'bob')?.token });
    await client.event('READY');
    const channel = `/channels/${playground.channelId('general')}`;
    const { body: thread } = await playground.alice.post<{ id: string }>(`${channel}/threads`, {
      name: 'secret',
      type: 12,
    });
    await playground.alice.put(`/channels/${thread.id}/thread-members/${playground.userId('bob')}`);
    expect(await client.event('THREAD_CREATE')).toMatchObject({
      id: thread.id,
      type: 12,
      member: { user_id: playground.userId('bob'), id: thread.id },
    });
    expect(await client.event('THREAD_MEMBERS_UPDATE')).toMatchObject({ id: thread.id });
    client.socket.terminate();
  });

  it('takes POST for joining a thread', async () => {
    const channel = `/channels/${playground.channelId('general')}`;
    const { body: thread } = await playground.alice.post<{ id: string }>(`${channel}/threads`, {
      name: 'open',
      type: 11,
    });
    expect((await call('POST', `/channels/${thread.id}/thread-members/@me`)).status).toBe(204);
    expect((await call('GET', `/channels/${thread.id}/thread-members/${playground.botUserId}`)).status).toBe(200);
  });
});

/** Blocks every turn of the event loop for longer than the greeting waits, some turns long. */
function keepBusy(turns = 10): void {
  const until = performance.now() + 30;
  while (performance.now() < until);
  if (turns > 0) setImmediate(() => keepBusy(turns - 1));
}
