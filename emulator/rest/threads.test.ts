import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, startPlayground } from '../testing/client.ts';
import type { ApiClient, Playground } from '../testing/client.ts';

interface Thread {
  id: string;
  name: string;
  thread_metadata: { archived: boolean; locked: boolean };
  message_count: number;
  member?: { user_id: string };
}

let playground: Playground;
let channel: string;

beforeAll(async () => {
  playground = await startPlayground();
  channel = `/channels/${playground.channelId('art')}`;
});
afterAll(() => playground.close());

async function startThread(who: ApiClient, name: string, type = 11): Promise<Thread> {
  const { status, body } = await who.post<Thread>(`${channel}/threads`, { name, type });
  expect(status).toBe(201);
  return body;
}

describe('threads', () => {
  it('start from a message, once, and are announced before their first message', async () => {
    const { body: message } = await playground.alice.post<{ id: string }>(`${channel}/messages`, {
      content: 'a picture',
    });
    const path = `${channel}/messages/${message.id}/threads`;
    const { status, body: thread } = await playground.bot.post<Thread>(path, { name: 'About it' });
    expect([status, thread.id]).toEqual([201, message.id]);
    const created = playground.events.findIndex(({ t, d }) => t === 'THREAD_CREATE' && d['id'] === thread.id);
    const first = playground.events.findIndex(({ t, d }) => t === 'MESSAGE_CREATE' && d['channel_id'] === thread.id);
    expect(created).toBeGreaterThanOrEqual(0);
    expect(first).toBeGreaterThan(created);
    expect((await playground.bot.get<{ thread: Thread }>(`${channel}/messages/${message.id}`)).body.thread.name).toBe(
      'About it',
    );
    const history = await playground.alice.get<unknown[]>(`/channels/${thread.id}/messages`);
    expect(history.body).toMatchObject([{ type: 21, referenced_message: { id: message.id, content: 'a picture' } }]);
    expect(await refusal(playground.alice.post(path, { name: 'Again' }))).toEqual([400, 160004]);
  });

  it('make who writes a member and count their messages', async () => {
    const thread = await startThread(playground.bot, 'counting');
    await playground.alice.post(`/channels/${thread.id}/messages`, { content: 'hello' });
    const { body } = await playground.alice.get<Thread>(`/channels/${thread.id}`);
    expect(body).toMatchObject({ message_count: 1, member: { user_id: playground.userId('alice') } });
    const members = await playground.bot.get<{ user_id: string }[]>(
      `/channels/${thread.id}/thread-members?with_member=true`,
    );
    expect(members.body.map(({ user_id: id }) => id)).toEqual([playground.botUserId, playground.userId('alice')]);
    expect((await playground.alice.delete(`/channels/${thread.id}/thread-members/@me`)).status).toBe(204);
    expect(
      await refusal(playground.bot.get(`/channels/${thread.id}/thread-members/${playground.userId('alice')}`)),
    ).toEqual([404, 10007]);
    expect((await playground.bob.put(`/channels/${thread.id}/thread-members/@me`)).status).toBe(204);
  });

  it('are woken by a message, unless locked', async () => {
    const thread = await startThread(playground.alice, 'sleepy');
    const path = `/channels/${thread.id}`;
    const { body: message } = await playground.alice.post<{ id: string }>(`${path}/messages`, { content: 'a' });
    expect((await playground.alice.patch<Thread>(path, { archived: true })).body.thread_metadata.archived).toBe(true);
    expect(await refusal(playground.alice.patch(`${path}/messages/${message.id}`, { content: 'b' }))).toEqual([
      400, 50083,
    ]);
    expect(await refusal(playground.bob.put(`${path}/messages/${message.id}/reactions/👍/@me`))).toEqual([400, 50083]);
    expect((await playground.bob.post(`${path}/messages`, { content: 'wake up' })).status).toBe(200);
    expect((await playground.bob.get<Thread>(path)).body.thread_metadata.archived).toBe(false);
    expect(await refusal(playground.alice.patch(path, { locked: true }))).toEqual([403, 50013]);
    expect((await playground.milo.patch(path, { archived: true, locked: true })).status).toBe(200);
    expect(await refusal(playground.bob.post(`${path}/messages`, { content: 'wake up' }))).toEqual([400, 50083]);
  });

  it('of the private kind are seen by their members and moderators alone', async () => {
    const thread = await startThread(playground.alice, 'private', 12);
    expect(await refusal(playground.bob.get(`/channels/${thread.id}`))).toEqual([403, 50001]);
    expect((await playground.milo.get(`/channels/${thread.id}`)).status).toBe(200);
    expect(
      (await playground.alice.put(`/channels/${thread.id}/thread-members/${playground.userId('bob')}`)).status,
    ).toBe(204);
    expect((await playground.bob.get(`/channels/${thread.id}`)).status).toBe(200);
  });

  it('are listed while active and when archived', async () => {
    const open = await startThread(playground.alice, 'open');
    const closed = await startThread(playground.alice, 'closed');
    await playground.alice.patch(`/channels/${closed.id}`, { archived: true });
    const active = await playground.bot.get<{ threads: Thread[] }>(`/guilds/${playground.guildId}/threads/active`);
    expect(active.body.threads.map(({ id }) => id)).toContain(open.id);
    expect(active.body.threads.map(({ id }) => id)).not.toContain(closed.id);
    const archived = await playground.bot.get<{ threads: Thread[] }>(`${channel}/threads/archived/public?limit=50`);
    expect(archived.body.threads.map(({ id }) => id)).toContain(closed.id);
    expect((await playground.bot.get(`${channel}/threads/archived/private`)).status).toBe(200);
    expect((await playground.bot.get(`${channel}/users/@me/threads/archived/private`)).status).toBe(200);
    expect(await refusal(playground.alice.get(`${channel}/threads/archived/private`))).toEqual([403, 50013]);
  });

  it('have names of at most 100 characters and stand only in text channels', async () => {
    expect(await refusal(playground.bot.post(`${channel}/threads`, { name: 'x'.repeat(101), type: 11 }))).toEqual([
      400, 50035,
    ]);
    const voice = `/channels/${playground.channelId('voice')}`;
    expect(await refusal(playground.bot.post(`${voice}/threads`, { name: 'a', type: 11 }))).toEqual([400, 50024]);
  });

  it('go with their messages when deleted', async () => {
    const thread = await startThread(playground.bot, 'short');
    expect((await playground.bot.delete(`/channels/${thread.id}`)).status).toBe(200);
    expect(playground.events.at(-1)).toMatchObject({ t: 'THREAD_DELETE', d: { id: thread.id } });
    expect(await refusal(playground.bot.get(`/channels/${thread.id}`))).toEqual([404, 10003]);
  });
});
