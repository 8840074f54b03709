import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient, PNG, refusal, startPlayground, type Answer, type Playground } from '../testing/client.ts';

interface Hit {
  id: string;
  content: string;
  hit: boolean;
}
interface Found {
  total_results: number;
  messages: Hit[][];
  threads: { id: string }[];
  members: { id: string; user_id: string }[];
}

let nowMs = Date.now();
let playground: Playground;
let general: string;
let bob: string;
let path: string;
const ids: Record<string, string> = {};

async function say(name: string, body: object, who = playground.alice, channelId = general): Promise<string> {
  const { body: message } = await who.post<Hit>(`/channels/${channelId}/messages`, body);
  ids[name] = message.id;
  return message.id;
}

function search(query: string, who: ApiClient = playground.bot): Promise<Answer<Found>> {
  return who.get<Found>(`${path}?${query}`);
}

/** The names of what a search finds, in its order. */
async function names(query: string, who: ApiClient = playground.bot): Promise<(string | undefined)[]> {
  const { body } = await search(query, who);
  return body.messages.map(([message]) => Object.keys(ids).find((name) => ids[name] === message?.id));
}

async function makeChannel(fields: object): Promise<string> {
  const { body } = await playground.control<{ id: string }>('channels', { guildId: playground.guildId, ...fields });
  return body.id;
}

beforeAll(async () => {
  playground = await startPlayground({ clock: { now: () => nowMs } });
  const { alice, bot, olivia, guildId } = playground;
  path = `/guilds/${guildId}/messages/search`;
  general = playground.channelId('general');
  bob = playground.userId('bob');
  await say('fox', { content: 'The quick brown fox jumps, https://Example.com/fox' });
  await say('reply', { content: 'Fox? Fox!', message_reference: { message_id: ids['fox'] } }, playground.bob);
  await say('mention', { content: `Look <@${bob}> at <@&${guildId}>` });
  await say('everyone', { content: '@everyone lunch' }, olivia);
  await say('embed', { embeds: [{ title: 'Card', image: { url: 'https://example.com/a.png' } }] }, bot);
  await say('layout', { flags: 1 << 15, components: [{ type: 10, content: 'A layout fox' }] }, bot);
  const upload = (filename: string, type: string) =>
    alice.upload<Hit>('POST', `/channels/${general}/messages`, {}, [{ name: 'files[0]', filename, data: PNG, type }]);
  for (const [name, file, type] of [
    ['picture', 'a.png', 'image/png'],
    ['film', 'b.mp4', 'video/mp4'],
    ['sound', 'c.MP3', 'audio/mpeg'],
  ] as const) {
    ids[name] = (await upload(file, type)).body.id;
  }
  await say('sticker', { sticker_ids: ['749054660769218631'] });
  await say('poll', { poll: { question: { text: '?' }, answers: [{ poll_media: { text: 'a' } }] } });
  await say('forward', { message_reference: { type: 1, message_id: ids['fox'], channel_id: general } });
  await say('japanese', { content: '狐は速い' });
  await alice.put(`/channels/${general}/messages/${ids['fox'] ?? ''}/reactions/%F0%9F%91%8D/@me`);
  await olivia.put(`/channels/${general}/pins/${ids['fox'] ?? ''}`);
  const { body: webhook } = await bot.post<{ id: string; token: string }>(`/channels/${general}/webhooks`, {
    name: 'Herald',
  });
  const posted = await playground.anonymous.post<Hit>(`/webhooks/${webhook.id}/${webhook.token}?wait=true`, {
    content: 'News',
  });
  ids['webhook'] = posted.body.id;
});
afterAll(() => playground.close());

describe('a search', () => {
  it('waits for its index, by the clock, once for a guild', async () => {
    const early = await playground.bot.get(path);
    expect(early).toMatchObject({
      status: 202,
      body: { code: 110000, message: 'Index not yet available. Try again later', documents_indexed: 0, retry_after: 1 },
    });
    nowMs += 500;
    expect((await playground.bot.get(path)).body).toMatchObject({ documents_indexed: 7, retry_after: 1 });
    nowMs += 500;
    const { status, body } = await search('content=quick');
    expect([status, body.total_results]).toEqual([200, 1]);
    expect(body.messages[0]?.[0]).toMatchObject({ id: ids['fox'], hit: true });
    expect(body.messages[0]?.[0]).not.toHaveProperty('reactions');
    expect((await search('content=quick', playground.alice)).status).toBe(200);
  });

  it.each([
    ['content=FOX', ['layout', 'reply', 'fox']],
    ['content=FOX&sort_order=asc', ['fox', 'reply', 'layout']],
    ['content=FOX&sort_by=relevance', ['reply', 'layout', 'fox']],
    ['content=quick+fox', ['fox']],
    ['content=quick+fox&slop=0', []],
    ['content=fox+quick', []],
    ['content=%E7%8B%90', ['japanese']],
    ['content=fo', []],
    ['content=fox&offset=1&limit=1', ['reply']],
    ['has=link', ['fox']],
    ['has=embed', ['embed']],
    ['has=image', ['picture', 'embed']],
    ['has=image&has=file', ['picture']],
    ['has=file&has=-image', ['sound', 'film']],
    ['has=video', ['film']],
    ['has=sound', ['sound']],
    ['has=sticker', ['sticker']],
    ['has=poll', ['poll']],
    ['has=snapshot', ['forward']],
    ['author_type=webhook', ['webhook']],
    ['author_type=bot', ['layout', 'embed']],
    ['author_type=-user&author_type=-webhook', ['layout', 'embed']],
    ['mention_everyone=True', ['everyone']],
    ['pinned=1', ['fox']],
    ['pinned=false&content=fox', ['layout', 'reply']],
    ['attachment_extension=mp3', ['sound']],
    ['attachment_filename=a.png&attachment_filename=b.mp4', ['film', 'picture']],
    ['link_hostname=example.com', ['fox']],
    ['content=nothing', []],
  ])('finds with %s', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  it('finds by authors, mentions, answers, channels and ids', async () => {
    const alice = playground.userId('alice');
    expect(await names(`author_id=${bob}`)).toEqual(['reply']);
    expect(await names(`author_id=${bob}&author_id=${playground.userId('olivia')}`)).toEqual(['everyone', 'reply']);
    expect(await names(`mentions=${bob}`)).toEqual(['mention']);
    expect(await names(`mentions=${alice}`)).toEqual(['reply']);
    expect(await names(`replied_to_user_id=${alice}`)).toEqual(['reply']);
    expect(await names(`replied_to_message_id=${ids['fox'] ?? ''}`)).toEqual(['reply']);
    expect(await names(`min_id=${ids['fox'] ?? ''}&max_id=${ids['mention'] ?? ''}`)).toEqual(['reply']);
    expect(await names(`content=fox&channel_id=${playground.channelId('art')}`)).toEqual([]);
    expect(await names(`content=quick&channel_id=${playground.channelId('art')}&channel_id=${general}`)).toEqual([
      'fox',
    ]);
  });

  it('looks only where the caller may read, and tells of threads', async () => {
    const { alice, bot, olivia, guildId } = playground;
    for (const bit of [10n, 16n]) {
      const overwrites = [{ id: guildId, type: 0, deny: String(1n << bit) }];
      const channelId = await makeChannel({ name: `hidden-${String(bit)}`, overwrites });
      await say(`hidden-${String(bit)}`, { content: 'zebra' }, olivia, channelId);
    }
    const { body: thread } = await alice.post<{ id: string }>(`/channels/${general}/threads`, {
      name: 'Private',
      type: 12,
    });
    await say('thread', { content: 'zebra' }, alice, thread.id);
    expect(await names('content=zebra', alice)).toEqual(['thread']);
    expect(await names('content=zebra', playground.bob)).toEqual([]);
    expect(await names('content=zebra', olivia)).toEqual(['thread', 'hidden-16', 'hidden-10']);
    const { body } = await search('content=zebra', alice);
    expect(body.threads).toMatchObject([{ id: thread.id }]);
    expect(body.members).toMatchObject([{ id: thread.id, user_id: playground.userId('alice') }]);
    expect((await search('content=zebra', bot)).body.threads.length).toBeLessThanOrEqual(1);
  });

  it('leaves age-restricted channels out unless asked', async () => {
    const adults = await makeChannel({ name: 'adults', nsfw: true });
    await say('adult', { content: 'giraffe' }, playground.alice, adults);
    expect(await names('content=giraffe')).toEqual([]);
    expect(await names('content=giraffe&include_nsfw=false')).toEqual([]);
    expect(await names('content=giraffe&include_nsfw=true')).toEqual(['adult']);
  });

  it('follows edits and deletions', async () => {
    const id = await say('late', { content: 'heron' });
    expect(await names('content=heron')).toEqual(['late']);
    await playground.alice.patch(`/channels/${general}/messages/${id}`, { content: 'stork' });
    expect([await names('content=heron'), await names('content=stork')]).toEqual([[], ['late']]);
    await playground.alice.delete(`/channels/${general}/messages/${id}`);
    expect(await names('content=stork')).toEqual([]);
  });

  it('needs the guild, and the message content intent for bots', async () => {
    expect(await refusal(playground.bot.get('/guilds/1/messages/search'))).toEqual([404, 10004]);
    const { body } = await playground.control<{ botToken: string }>('applications', { name: 'Blind', intents: [] });
    const blind = new ApiClient(playground.emulator.origin, `Bot ${body.botToken}`);
    expect(await refusal(blind.get(path))).toEqual([403, 50001]);
  });

  it.each([
    'limit=26',
    'limit=0',
    'offset=9976',
    'slop=101',
    'author_id=abc',
    'has=nothing',
    'author_type=robot',
    'sort_by=size',
    'pinned=maybe',
    `content=${'x'.repeat(1025)}`,
    Array.from({ length: 101 }, (_, index) => `author_id=${String(index)}`).join('&'),
  ])('is refused with %s', async (query) => {
    expect(await refusal(search(query))).toEqual([400, 50035]);
  });

  it('compares only so many words, and then finds less', async () => {
    const channelId = await makeChannel({ name: 'noise' });
    const template = playground.core.world.messages.get(ids['fox'] ?? '');
    for (let index = 0; index < 50; index += 1) {
      const id = playground.core.world.snowflake();
      playground.core.world.messages.set(id, { ...template, id, channelId, content: 'a '.repeat(1_000) } as never);
    }
    const { body: few } = await search(`content=a+a&channel_id=${channelId}`);
    expect(few.total_results).toBe(50);
    const { body: many } = await search(`content=${'a+'.repeat(500)}a&channel_id=${channelId}`);
    expect(many.total_results).toBeGreaterThan(0);
    expect(many.total_results).toBeLessThan(50);
  });
});
