import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, startPlayground } from '../testing/client.ts';
import type { Playground } from '../testing/client.ts';

let playground: Playground;
let messages: string;

beforeAll(async () => {
  playground = await startPlayground();
  messages = `/channels/${playground.channelId('general')}/messages`;
});
afterAll(() => playground.close());

async function send(): Promise<string> {
  const { body } = await playground.alice.post<{ id: string }>(messages, { content: 'react to me' });
  return `${messages}/${body.id}`;
}

interface Reacted {
  reactions?: { emoji: { name: string }; count: number; me: boolean }[];
}

const thumb = encodeURIComponent('👍');

describe('reactions', () => {
  it('are counted, listed and shown as seen by the viewer', async () => {
    const message = await send();
    expect((await playground.alice.put(`${message}/reactions/${thumb}/@me`)).status).toBe(204);
    expect((await playground.bob.put(`${message}/reactions/${thumb}/%40me`)).status).toBe(204);
    expect((await playground.bob.put(`${message}/reactions/${thumb}/@me`)).status).toBe(204);
    const seen = await playground.bot.get<Reacted>(message);
    expect(seen.body.reactions).toMatchObject([{ emoji: { name: '👍' }, count: 2, me: false }]);
    expect((await playground.bob.get<Reacted>(message)).body.reactions?.[0]?.me).toBe(true);
    const { body } = await playground.bot.get<{ username: string }[]>(`${message}/reactions/${thumb}?limit=1`);
    expect(body.map(({ username }) => username)).toEqual(['alice']);
    const added = playground.events.filter(({ t }) => t === 'MESSAGE_REACTION_ADD');
    expect(added).toHaveLength(2);
    expect(added[1]?.d).toMatchObject({ user_id: playground.userId('bob'), emoji: { id: null, name: '👍' } });
  });

  it('are taken away by their owner or a moderator, singly, by emoji and all at once', async () => {
    const message = await send();
    for (const emoji of ['👍', '❤️', '🏳️‍🌈'])
      await playground.alice.put(`${message}/reactions/${encodeURIComponent(emoji)}/@me`);
    const ofAlice = `${message}/reactions/${thumb}/${playground.userId('alice')}`;
    expect(await refusal(playground.bob.delete(ofAlice))).toEqual([403, 50013]);
    expect((await playground.milo.delete(ofAlice)).status).toBe(204);
    expect((await playground.milo.delete(`${message}/reactions/${encodeURIComponent('❤')}`)).status).toBe(204);
    expect((await playground.bot.get<Reacted>(message)).body.reactions).toHaveLength(1);
    expect((await playground.milo.delete(`${message}/reactions`)).status).toBe(204);
    expect((await playground.bot.get<Reacted>(message)).body.reactions).toBeUndefined();
  });

  it('are emojis, and at most twenty different ones', async () => {
    const message = await send();
    for (const text of ['x', 'hello', '👍👍', 'a:1']) {
      expect(await refusal(playground.alice.put(`${message}/reactions/${encodeURIComponent(text)}/@me`))).toEqual([
        400, 10014,
      ]);
    }
    const many = [...'😀😁😂🤣😃😄😅😆😉😊😋😎😍😘🥰😗😙😚🙂🤗'];
    for (const emoji of many) await playground.alice.put(`${message}/reactions/${encodeURIComponent(emoji)}/@me`);
    expect(await refusal(playground.alice.put(`${message}/reactions/${thumb}/@me`))).toEqual([400, 30010]);
  });
});

describe('pins', () => {
  it('are listed latest first, by both addresses, and say so in the channel', async () => {
    const message = await send();
    const id = message.split('/').at(-1) ?? '';
    const channel = messages.replace('/messages', '');
    expect(await refusal(playground.alice.put(`${messages}/pins/${id}`))).toEqual([403, 50013]);
    expect((await playground.milo.put(`${messages}/pins/${id}`)).status).toBe(204);
    const { body } = await playground.bot.get<{ items: { message: { id: string } }[]; has_more: boolean }>(
      `${messages}/pins`,
    );
    expect(body.items.map((item) => item.message.id)).toEqual([id]);
    expect((await playground.bot.get<unknown[]>(`${channel}/pins`)).body).toHaveLength(1);
    const note = await playground.bot.get<{ type: number; message_reference: { message_id: string } }[]>(
      `${messages}?limit=1`,
    );
    expect(note.body[0]).toMatchObject({ type: 6, message_reference: { message_id: id } });
    expect((await playground.milo.delete(`${channel}/pins/${id}`)).status).toBe(204);
    expect((await playground.bot.get<unknown[]>(`${channel}/pins`)).body).toHaveLength(0);
  });

  it('are at most fifty', async () => {
    const { body: channel } = await playground.control<{ id: string }>('channels', {
      guildId: playground.guildId,
      name: 'pinned',
    });
    const path = `/channels/${channel.id}/messages`;
    for (let n = 0; n <= 50; n += 1) {
      const { body } = await playground.olivia.post<{ id: string }>(path, { content: 'pin me' });
      const answer = await playground.olivia.put<{ code: number } | undefined>(`${path}/pins/${body.id}`);
      expect([answer.status, answer.body?.code]).toEqual(n < 50 ? [204, undefined] : [400, 30003]);
    }
  });
});
