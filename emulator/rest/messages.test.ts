import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PNG, startPlayground } from '../testing/client.ts';
import type { Playground } from '../testing/client.ts';

interface Message {
  id: string;
  content: string;
  flags: number;
  author: { id: string };
  mentions: { id: string }[];
  mention_roles: string[];
  mention_everyone: boolean;
  attachments: { id: string; filename: string; url: string; description?: string; width?: number; size: number }[];
  embeds: { image?: { url: string } }[];
  components: { id: number; components: { id: number }[] }[];
  edited_timestamp: string | null;
  nonce?: string;
  referenced_message?: { id: string } | null;
}

interface ErrorBody {
  code: number;
  message: string;
  errors?: Record<string, unknown>;
}

let playground: Playground;
let channel: string;

beforeAll(async () => {
  playground = await startPlayground();
  channel = `/channels/${playground.channelId('general')}`;
});
afterAll(() => playground.close());

async function send(content: string): Promise<Message> {
  const { status, body } = await playground.alice.post<Message>(`${channel}/messages`, { content });
  expect(status).toBe(200);
  return body;
}

async function refusal(answer: Promise<{ status: number; body: unknown }>): Promise<[number, number, unknown]> {
  const { status, body } = await answer;
  const { code, errors } = body as ErrorBody;
  return [status, code, errors];
}

describe('creating messages', () => {
  it('answers and announces the message, with the member and the mentioned in the event', async () => {
    const { body } = await playground.alice.post<Message>(`${channel}/messages`, {
      content: `hello <@${playground.botUserId}>`,
      nonce: 'n-1',
    });
    expect(body).toMatchObject({
      content: `hello <@${playground.botUserId}>`,
      nonce: 'n-1',
      mentions: [{ id: playground.botUserId }],
    });
    const event = playground.events.findLast(({ t }) => t === 'MESSAGE_CREATE');
    expect(event?.d).toMatchObject({ id: body.id, guild_id: playground.guildId, nonce: 'n-1', member: { nick: null } });
  });

  it.each([
    ['nothing at all', {}, 50006, undefined],
    ['blanks only', { content: ' \n ' }, 50006, undefined],
    [
      'too long a text',
      { content: 'x'.repeat(2001) },
      50035,
      { content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH' }] } },
    ],
    [
      'eleven embeds',
      { embeds: Array(11).fill({ title: 'a' }) },
      50035,
      { embeds: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH' }] } },
    ],
    [
      'embeds above 6000 characters in all',
      { embeds: [{ description: 'a'.repeat(4000) }, { description: 'b'.repeat(2001) }] },
      50035,
      { embeds: { 1: { _errors: [{ code: 'MAX_EMBED_SIZE_EXCEEDED' }] } } },
    ],
    [
      'a field without a value',
      { embeds: [{ fields: [{ name: 'a' }] }] },
      50035,
      { embeds: { 0: { fields: { 0: { value: { _errors: [{ code: 'BASE_TYPE_REQUIRED' }] } } } } } },
    ],
    ['too long a nonce', { content: 'a', nonce: 'x'.repeat(26) }, 50035, { nonce: {} }],
    [
      'two buttons with one custom id',
      {
        components: [
          {
            type: 1,
            components: [
              { type: 2, style: 1, label: 'a', custom_id: 'same' },
              { type: 2, style: 1, label: 'b', custom_id: 'same' },
            ],
          },
        ],
      },
      50035,
      {
        components: {
          0: { components: { 1: { custom_id: { _errors: [{ code: 'COMPONENT_CUSTOM_ID_DUPLICATED' }] } } } },
        },
      },
    ],
    [
      'a reply to nothing',
      { content: 'a', message_reference: { message_id: '1' } },
      50035,
      { message_reference: { _errors: [{ code: 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE' }] } },
    ],
    [
      'mentions allowed twice over',
      { content: 'a', allowed_mentions: { parse: ['users'], users: ['1'] } },
      50035,
      { allowed_mentions: { _errors: [{ code: 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE' }] } },
    ],
    [
      'a text beside a layout',
      { content: 'a', flags: 1 << 15, components: [{ type: 10, content: 'b' }] },
      50035,
      { content: { _errors: [{ code: 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2' }] } },
    ],
  ])('refuses %s', async (_name, body, code, errors) => {
    const answer = await playground.bot.post<ErrorBody>(`${channel}/messages`, body);
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe(code);
    if (errors !== undefined) expect(answer.body.errors).toMatchObject(errors);
  });

  it('counts characters, not UTF-16 units', async () => {
    expect((await playground.bot.post(`${channel}/messages`, { content: '😀'.repeat(2000) })).status).toBe(200);
    expect((await playground.bot.post(`${channel}/messages`, { content: '😀'.repeat(2001) })).status).toBe(400);
  });

  it('answers the first message again to an enforced nonce', async () => {
    const body = { content: 'once', nonce: 'job-1', enforce_nonce: true };
    const first = await playground.bot.post<Message>(`${channel}/messages`, body);
    const second = await playground.bot.post<Message>(`${channel}/messages`, { ...body, content: 'twice' });
    expect(second.body).toMatchObject({ id: first.body.id, content: 'once' });
    const other = await playground.alice.post<Message>(`${channel}/messages`, body);
    expect(other.body.id).not.toBe(first.body.id);
  });

  it('gives components ids and shows layouts with their media', async () => {
    const rows = await playground.bot.post<Message>(`${channel}/messages`, {
      components: [{ type: 1, components: [{ type: 2, style: 1, label: 'Stop', custom_id: 'stop' }] }],
    });
    expect(rows.body.components[0]).toMatchObject({ id: 1, components: [{ id: 2, custom_id: 'stop' }] });
    const layout = await playground.bot.upload<Message>(
      'POST',
      `${channel}/messages`,
      {
        flags: 1 << 15,
        components: [
          {
            type: 17,
            components: [
              { type: 10, content: '**hello**' },
              {
                type: 9,
                components: [{ type: 10, content: 'a' }],
                accessory: { type: 11, media: { url: 'attachment://a.png' } },
              },
              { type: 12, items: [{ media: { url: 'attachment://a.png' } }] },
              { type: 14 },
              { type: 13, file: { url: 'attachment://a.png' } },
            ],
          },
        ],
      },
      [{ name: 'files[0]', filename: 'a.png', data: PNG, type: 'image/png' }],
    );
    expect(layout.status).toBe(200);
  });

  it('replies, and says when the answered message is gone', async () => {
    const question = await send('a question');
    const reply = await playground.bot.post<Message>(`${channel}/messages`, {
      content: 'an answer',
      message_reference: { message_id: question.id },
    });
    expect(reply.body).toMatchObject({
      type: 19,
      referenced_message: { id: question.id },
      mentions: [{ id: question.author.id }],
    });
    await playground.alice.delete(`${channel}/messages/${question.id}`);
    const later = await playground.bot.get<Message>(`${channel}/messages/${reply.body.id}`);
    expect(later.body.referenced_message).toBeNull();
  });
});

describe('mentions', () => {
  it('are those that the text has and allowed_mentions lets through', async () => {
    const alice = playground.userId('alice');
    const content = `<@${alice}> @everyone \`<@${playground.userId('bob')}>\``;
    const all = await playground.olivia.post<Message>(`${channel}/messages`, { content });
    expect(all.body).toMatchObject({ mention_everyone: true, mentions: [{ id: alice }] });
    const none = await playground.olivia.post<Message>(`${channel}/messages`, {
      content,
      allowed_mentions: { parse: [] },
    });
    expect(none.body).toMatchObject({ mention_everyone: false, mentions: [] });
    const listed = await playground.olivia.post<Message>(`${channel}/messages`, {
      content,
      allowed_mentions: { users: [alice] },
    });
    expect(listed.body).toMatchObject({ mention_everyone: false, mentions: [{ id: alice }] });
  });

  it('of everyone need the permission', async () => {
    const { body: quiet } = await playground.control<{ id: string }>('channels', {
      guildId: playground.guildId,
      name: 'quiet',
      overwrites: [{ id: playground.guildId, type: 0, deny: String(1n << 17n) }],
    });
    const { body } = await playground.alice.post<Message>(`/channels/${quiet.id}/messages`, { content: '@everyone' });
    expect(body.mention_everyone).toBe(false);
  });
});

describe('reading messages', () => {
  it('pages before, after and around', async () => {
    const { body: paged } = await playground.control<{ id: string }>('channels', {
      guildId: playground.guildId,
      name: 'paged',
    });
    const path = `/channels/${paged.id}/messages`;
    const ids: string[] = [];
    for (let n = 0; n < 9; n += 1)
      ids.push((await playground.alice.post<Message>(path, { content: String(n) })).body.id);
    const contents = async (query: string): Promise<string> => {
      const { body } = await playground.bot.get<Message[]>(`${path}?${query}`);
      return body.map(({ content }) => content).join('');
    };
    expect(await contents('')).toBe('876543210');
    expect(await contents('limit=3')).toBe('876');
    expect(await contents(`limit=3&before=${ids[4]}`)).toBe('321');
    expect(await contents(`limit=3&after=${ids[4]}`)).toBe('765');
    expect(await contents(`limit=3&around=${ids[4]}`)).toBe('543');
    expect(await refusal(playground.bot.get(`${path}?limit=101`))).toEqual([
      400,
      50035,
      expect.objectContaining({ limit: expect.anything() as unknown }),
    ]);
  });

  it('knows unknown channels, messages and broken ids', async () => {
    expect(await refusal(playground.bot.get('/channels/1/messages'))).toEqual([404, 10003, undefined]);
    expect(await refusal(playground.bot.get(`${channel}/messages/1`))).toEqual([404, 10008, undefined]);
    expect((await refusal(playground.bot.get('/channels/abc')))[1]).toBe(50035);
  });

  it('hides words from bots without the content intent, unless they are mentioned', async () => {
    const { body: other } = await playground.control<{ botToken: string; botUserId: string }>('applications', {
      name: 'Blind',
      intents: {},
    });
    const hidden = await send('secret');
    const shown = await send(`hey <@${other.botUserId}>`);
    const { ApiClient } = await import('../testing/client.ts');
    const blind = new ApiClient(playground.emulator.origin, `Bot ${other.botToken}`);
    expect((await blind.get<Message>(`${channel}/messages/${hidden.id}`)).body.content).toBe('');
    expect((await blind.get<Message>(`${channel}/messages/${shown.id}`)).body.content).toContain('hey');
  });
});

describe('editing and deleting messages', () => {
  it('lets only the author edit', async () => {
    const message = await send('mine');
    expect(await refusal(playground.bob.patch(`${channel}/messages/${message.id}`, { content: 'no' }))).toEqual([
      403,
      50005,
      undefined,
    ]);
    const { body } = await playground.alice.patch<Message>(`${channel}/messages/${message.id}`, {
      content: 'still mine',
    });
    expect(body.content).toBe('still mine');
    expect(body.edited_timestamp).not.toBeNull();
    expect(playground.events.findLast(({ t }) => t === 'MESSAGE_UPDATE')?.d).toMatchObject({ content: 'still mine' });
  });

  it('lets moderators delete and hide embeds, and nobody else', async () => {
    const message = await send('to be removed');
    expect(
      (await playground.milo.patch<Message>(`${channel}/messages/${message.id}`, { flags: 4 })).body.flags & 4,
    ).toBe(4);
    expect(await refusal(playground.bob.delete(`${channel}/messages/${message.id}`))).toEqual([403, 50013, undefined]);
    expect((await playground.milo.delete(`${channel}/messages/${message.id}`)).status).toBe(204);
    expect(await refusal(playground.milo.delete(`${channel}/messages/${message.id}`))).toEqual([404, 10008, undefined]);
  });

  it('deletes in bulk between 2 and 100 messages under 14 days', async () => {
    const ids = [(await send('a')).id, (await send('b')).id];
    const path = `${channel}/messages/bulk-delete`;
    expect(await refusal(playground.bot.post(path, { messages: ids.slice(1) }))).toEqual([400, 50016, undefined]);
    const old = String(BigInt(Date.now() - 15 * 86_400_000 - 1_420_070_400_000) << 22n);
    expect(await refusal(playground.bot.post(path, { messages: [...ids, old] }))).toEqual([400, 50034, undefined]);
    expect((await playground.bot.post(path, { messages: ids })).status).toBe(204);
    expect(playground.events.at(-1)).toMatchObject({ t: 'MESSAGE_DELETE_BULK', d: { ids } });
  });
});

describe('who may write', () => {
  it('needs the channel to be visible and open', async () => {
    const { body: staff } = await playground.control<{ id: string }>('channels', {
      guildId: playground.guildId,
      name: 'staff',
      overwrites: [{ id: playground.guildId, type: 0, deny: String(1n << 10n) }],
    });
    expect(await refusal(playground.bob.post(`/channels/${staff.id}/messages`, { content: 'a' }))).toEqual([
      403,
      50001,
      undefined,
    ]);
    const { body: news } = await playground.control<{ id: string }>('channels', {
      guildId: playground.guildId,
      name: 'news',
      overwrites: [{ id: playground.guildId, type: 0, deny: String(1n << 11n) }],
    });
    expect(await refusal(playground.bob.post(`/channels/${news.id}/messages`, { content: 'a' }))).toEqual([
      403,
      50013,
      undefined,
    ]);
    expect((await playground.olivia.post(`/channels/${news.id}/messages`, { content: 'a' })).status).toBe(200);
    const category = playground.channelId('Text channels');
    expect(await refusal(playground.bob.post(`/channels/${category}/messages`, { content: 'a' }))).toEqual([
      400,
      50008,
      undefined,
    ]);
  });

  it('reaches people by DM only while a server is shared', async () => {
    const { body: dm } = await playground.bot.post<{ id: string }>('/users/@me/channels', {
      recipient_id: playground.userId('bob'),
    });
    expect((await playground.bot.post(`/channels/${dm.id}/messages`, { content: 'hi' })).status).toBe(200);
    expect(await refusal(playground.alice.get(`/channels/${dm.id}`))).toEqual([403, 50001, undefined]);
    await playground.olivia.delete(`/guilds/${playground.guildId}/members/${playground.userId('bob')}`);
    expect(await refusal(playground.bot.post(`/channels/${dm.id}/messages`, { content: 'hi' }))).toEqual([
      403,
      50007,
      undefined,
    ]);
  });

  it('waits out the slowmode of a channel, unless a bot', async () => {
    const path = `/channels/${playground.channelId('memes')}`;
    await playground.olivia.patch(path, { rate_limit_per_user: 60 });
    expect((await playground.alice.post(`${path}/messages`, { content: 'a' })).status).toBe(200);
    expect(await refusal(playground.alice.post(`${path}/messages`, { content: 'b' }))).toEqual([429, 20016, undefined]);
    expect((await playground.bot.post(`${path}/messages`, { content: 'a' })).status).toBe(200);
    expect((await playground.bot.post(`${path}/messages`, { content: 'b' })).status).toBe(200);
  });
});
