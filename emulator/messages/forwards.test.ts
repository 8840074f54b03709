import { GatewayIntentBits } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, refusal, startPlayground, type Playground } from '../testing/client.ts';
import { RawGateway } from '../testing/raw-gateway.ts';

interface Message {
  id: string;
  channel_id: string;
  message_snapshots?: { message: Record<string, unknown> & { attachments: { url: string }[] } }[];
}

let playground: Playground;
let general: string;
let art: string;

beforeAll(async () => {
  playground = await startPlayground();
  general = playground.channelId('general');
  art = playground.channelId('art');
});
afterAll(() => playground.close());

const referenceTo = ({ id, channel_id: channelId }: Message) => ({ type: 1, message_id: id, channel_id: channelId });

function forward(who: ApiClient, message: Message, channelId = art, more: object = {}) {
  return who.post<Message>(`/channels/${channelId}/messages`, { message_reference: referenceTo(message), ...more });
}

async function say(body: object, who = playground.alice, channelId = general): Promise<Message> {
  return (await who.post<Message>(`/channels/${channelId}/messages`, body)).body;
}

async function makeChannel(fields: object): Promise<string> {
  const { body } = await playground.control<{ id: string }>('channels', { guildId: playground.guildId, ...fields });
  return body.id;
}

describe('a forward', () => {
  it('carries embeds, stickers, components and files, which outlive the message', async () => {
    const button = { type: 2, style: 5, label: 'x', url: 'https://example.com' };
    const payload = {
      ...{ content: 'All of it', embeds: [{ title: 'T' }], sticker_ids: ['749054660769218631'] },
      components: [{ type: 1, components: [button] }],
    };
    const path = `/channels/${general}/messages`;
    const files = [{ name: 'files[0]', filename: 'a.txt', data: 'kept', type: 'text/plain' }];
    const { body: original } = await playground.bot.upload<Message>('POST', path, payload, files);
    const { body } = await forward(playground.alice, original);
    const snapshot = body.message_snapshots?.[0]?.message;
    expect(snapshot).toMatchObject({
      ...{ content: 'All of it', embeds: [{ title: 'T' }], sticker_items: [{ name: 'Wave' }] },
      ...{ components: [{ components: [{ label: 'x' }] }], attachments: [{ filename: 'a.txt' }], type: 0, flags: 0 },
    });
    await playground.bot.patch(`${path}/${original.id}`, { content: 'Changed' });
    await playground.bot.delete(`${path}/${original.id}`);
    const { body: kept } = await playground.bob.get<Message>(`/channels/${art}/messages/${body.id}`);
    expect(kept.message_snapshots?.[0]?.message).toEqual(snapshot);
    const url = kept.message_snapshots?.[0]?.message.attachments[0]?.url ?? '';
    expect(await (await fetch(url)).text()).toBe('kept');
    await playground.alice.delete(`/channels/${art}/messages/${body.id}`);
    expect((await fetch(url)).status).toBe(404);
  });

  it('goes into direct messages and threads, by people and bots', async () => {
    const original = await say({ content: 'Far away' });
    const { body: dm } = await playground.alice.post<Message>('/users/@me/channels', {
      recipient_id: playground.botUserId,
    });
    const thread = await say({ content: 'A thread here' });
    await playground.alice.post(`/channels/${general}/messages/${thread.id}/threads`, { name: 'Thread' });
    for (const target of [dm.id, thread.id]) {
      for (const who of [playground.alice, playground.bot]) {
        const { body } = await forward(who, original, target);
        expect(body.message_snapshots).toMatchObject([{ message: { content: 'Far away' } }]);
      }
    }
    const inDm = await say({ content: 'Private' }, playground.alice, dm.id);
    expect((await forward(playground.bot, inDm)).body.message_snapshots).toHaveLength(1);
  });

  it.each([
    ['content', { content: 'x' }],
    ['embeds', { embeds: [{ title: 'x' }] }],
    ['a sticker', { sticker_ids: ['749054660769218631'] }],
    ['components', { components: [{ type: 1, components: [{ type: 2, style: 1, label: 'x', custom_id: 'x' }] }] }],
  ])('is refused with %s beside it', async (_what, more) => {
    const original = await say({ content: 'x' });
    expect(await refusal(forward(playground.bot, original, art, more))).toEqual([400, 160011]);
    const { body } = await forward(playground.bot, original);
    const edit = { content: 'x', ...more };
    expect(await refusal(playground.bot.patch(`/channels/${art}/messages/${body.id}`, edit))).toEqual([400, 160011]);
  });

  it('needs to be read: the channel, its history and the content', async () => {
    const bits = { view: 1n << 10n, history: 1n << 16n };
    for (const bit of Object.values(bits)) {
      const overwrites = [{ id: playground.guildId, type: 0, deny: String(bit) }];
      const hidden = await makeChannel({ name: `hidden-${String(bit)}`, overwrites });
      const secret = await say({ content: 'Secret' }, playground.olivia, hidden);
      expect(await refusal(forward(playground.alice, secret))).toEqual([400, 160014]);
      expect((await forward(playground.olivia, secret)).status).toBe(200);
    }
    const { body: application } = await playground.control<{ id: string; botToken: string }>('applications', {
      name: 'Blind',
      intents: [],
    });
    const blind = new ApiClient(playground.emulator.origin, `Bot ${application.botToken}`);
    expect(await refusal(forward(blind, await say({ content: 'Not for bots' })))).toEqual([400, 160014]);
    expect((await forward(blind, await say({ content: `For <@${application.id}>` }))).status).toBe(200);
    expect((await forward(blind, await say({ content: 'Own' }, blind))).status).toBe(200);
  });

  it('is of a message with an author that is still there', async () => {
    const poll = { question: { text: '?' }, answers: [{ poll_media: { text: 'a' } }] };
    expect(await refusal(forward(playground.alice, await say({ poll })))).toEqual([400, 50035]);
    const pinned = await say({ content: 'Pin me' });
    await playground.olivia.put(`/channels/${general}/pins/${pinned.id}`);
    const { body: latest } = await playground.alice.get<Message[]>(`/channels/${general}/messages?limit=1`);
    expect(await refusal(forward(playground.alice, latest[0] as Message))).toEqual([400, 50035]);
    await playground.alice.delete(`/channels/${general}/messages/${pinned.id}`);
    expect(await refusal(forward(playground.alice, pinned))).toEqual([400, 50035]);
  });

  it('stays among age-restricted channels', async () => {
    const adults = await makeChannel({ name: 'adults', nsfw: true });
    const original = await say({ content: 'Grown-up' }, playground.alice, adults);
    expect(await refusal(forward(playground.alice, original))).toEqual([400, 160010]);
    expect((await forward(playground.alice, original, adults)).status).toBe(200);
  });

  it('is blank for bots that may not read content, except where it is theirs', async () => {
    const gateway = new RawGateway(playground.emulator.origin);
    const intents = GatewayIntentBits.Guilds | GatewayIntentBits.GuildMessages;
    await gateway.identify({ token: playground.state.application?.botToken, intents });
    await gateway.event('READY');
    await forward(playground.alice, await say({ content: 'Words' }));
    const isForward = ({ t, d }: { t: string | null; d: unknown }) =>
      t === 'MESSAGE_CREATE' && (d as Message).message_snapshots !== undefined;
    const { d } = await gateway.next(isForward);
    expect((d as Message).message_snapshots).toMatchObject([
      { message: { content: '', attachments: [], embeds: [], components: [], type: 0 } },
    ]);
    await forward(playground.bot, await say({ content: 'More words' }));
    const own = await gateway.next(isForward);
    expect((own.d as Message).message_snapshots).toMatchObject([{ message: { content: 'More words' } }]);
    gateway.socket.terminate();
  });
});
