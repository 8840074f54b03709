import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PNG, refusal, startPlayground } from '../testing/client.ts';
import type { Playground } from '../testing/client.ts';

interface Webhook {
  id: string;
  token: string;
  name: string;
}

let playground: Playground;
let channel: string;

beforeAll(async () => {
  playground = await startPlayground();
  channel = `/channels/${playground.channelId('general')}`;
});
afterAll(() => playground.close());

async function create(name = 'Herald'): Promise<Webhook> {
  const { status, body } = await playground.bot.post<Webhook>(`${channel}/webhooks`, { name });
  expect(status).toBe(200);
  return body;
}

describe('webhooks', () => {
  it('are made by who manages them, and found by channel, guild and token', async () => {
    expect(await refusal(playground.alice.post(`${channel}/webhooks`, { name: 'Mine' }))).toEqual([403, 50013]);
    expect(await refusal(playground.bot.post(`${channel}/webhooks`, { name: 'Discord News' }))).toEqual([400, 50035]);
    const webhook = await create();
    for (const path of [`${channel}/webhooks`, `/guilds/${playground.guildId}/webhooks`]) {
      const { body } = await playground.bot.get<Webhook[]>(path);
      expect(body.map(({ id }) => id)).toContain(webhook.id);
    }
    expect((await playground.anonymous.get(`/webhooks/${webhook.id}/${webhook.token}`)).status).toBe(200);
    expect(await refusal(playground.anonymous.get(`/webhooks/${webhook.id}/wrong`))).toEqual([401, 50027]);
    expect(await refusal(playground.anonymous.get('/webhooks/1/wrong'))).toEqual([404, 10015]);
  });

  it('post under another name, answer with wait, and edit and delete what they posted', async () => {
    const webhook = await create();
    const path = `/webhooks/${webhook.id}/${webhook.token}`;
    expect((await playground.anonymous.post(path, { content: 'quiet' })).status).toBe(204);
    const { body } = await playground.anonymous.post<{ id: string }>(`${path}?wait=true`, {
      content: 'news',
      username: 'Courier',
    });
    expect(body).toMatchObject({ content: 'news', webhook_id: webhook.id, author: { username: 'Courier', bot: true } });
    const message = `${path}/messages/${body.id}`;
    expect((await playground.anonymous.patch(message, { content: 'old news' })).body).toMatchObject({
      content: 'old news',
    });
    expect((await playground.anonymous.get(message)).body).toMatchObject({ content: 'old news' });
    expect((await playground.anonymous.delete(message)).status).toBe(204);
    expect(await refusal(playground.anonymous.get(message))).toEqual([404, 10008]);
    expect(await refusal(playground.anonymous.post(path, {}))).toEqual([400, 50006]);
  });

  it('post into threads of their channel alone', async () => {
    const webhook = await create();
    const { body: thread } = await playground.bot.post<{ id: string }>(`${channel}/threads`, {
      name: 'aside',
      type: 11,
    });
    const path = `/webhooks/${webhook.id}/${webhook.token}?wait=true&thread_id=`;
    const { body } = await playground.anonymous.post(path + thread.id, { content: 'in there' });
    expect(body).toMatchObject({ channel_id: thread.id });
    expect(await refusal(playground.anonymous.post(path + playground.channelId('art'), { content: 'a' }))).toEqual([
      400, 50035,
    ]);
  });

  it('show the picture of an address that is an attachment here', async () => {
    const webhook = await create();
    const path = `/webhooks/${webhook.id}/${webhook.token}?wait=true`;
    const { body: posted } = await playground.bot.upload<{ attachments: { url: string }[] }>(
      'POST',
      `${channel}/messages`,
      { content: 'a face' },
      [{ name: 'files[0]', filename: 'face.png', type: 'image/png', data: PNG }],
    );
    const say = async (avatar_url: string): Promise<string | null> => {
      const { body } = await playground.anonymous.post<{ author: { avatar: string | null } }>(path, {
        ...{ content: 'Hello.', avatar_url },
      });
      return body.author.avatar;
    };
    const avatar = await say(posted.attachments[0]?.url ?? '');
    const picture = await fetch(`${playground.emulator.origin}/cdn/avatars/${webhook.id}/${avatar}.png`);
    expect(Buffer.from(await picture.arrayBuffer()).equals(PNG)).toBe(true);
    expect(await say('https://example.org/face.png')).toBeNull();
  });

  it('are renamed and deleted by their owners', async () => {
    const webhook = await create();
    expect((await playground.bot.patch(`/webhooks/${webhook.id}`, { name: 'Crier' })).body).toMatchObject({
      name: 'Crier',
    });
    expect(await refusal(playground.alice.delete(`/webhooks/${webhook.id}`))).toEqual([403, 50013]);
    expect((await playground.bot.delete(`/webhooks/${webhook.id}`)).status).toBe(204);
    expect(await refusal(playground.bot.get(`/webhooks/${webhook.id}`))).toEqual([404, 10015]);
  });
});
