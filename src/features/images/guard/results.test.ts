import { AttachmentFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { beforeAll, describe, expect, it } from 'vitest';
import { createAsking } from '../../../testing/asking.ts';
import { button, buttons } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { painter } from '../../../testing/bot.ts';
import { exportedBy } from '../../../testing/stored.ts';

const bot = sharedBot({
  paced: false,
  testModel: { tools: true },
  otherModels: [{ name: 'omni-moderation-latest', abilities: ['moderate'] }, painter],
  yaml: ({ alice }, { core }) => `
prices: { images: { models: { fake/painter: { default: 0.02 } } } }
http: { publicUrl: https://bot.example.org/ }
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, imagesPerDay: 100 }
    rich: { users: ['${alice.user.id}'], dailyFreeUsd: 5 }
features:
  images:
    channels: [art, adults]
    prefixes: { '!': { model: fake/painter, size: 64x64 } }
    logChannel: '${[...core.world.channels.values()].find(({ name }) => name === 'memes')?.id ?? ''}'
    spoilerRoles: ['${[...core.world.roles.values()].find(({ name }) => name === 'Moderator')?.id ?? ''}']
`,
});
const { asks } = createAsking(() => bot);

beforeAll(async () => {
  const guildId = [...bot.emulator.core.world.guilds.values()][0]?.id ?? '';
  const channel = { name: 'adults', nsfw: true };
  const { id } = await bot.olivia.request<{ id: string }>('POST', `/guilds/${guildId}/channels`, channel);
  await bot.alice.hears<{ id: string }>('CHANNEL_CREATE', (created) => created.id === id);
});

const isImage = (message: APIMessage): boolean => message.attachments.length > 0;
const isHidden = (message: APIMessage): boolean =>
  ((message.attachments[0]?.flags ?? 0) & AttachmentFlags.IsSpoiler) !== 0;
const asked = (path: string) => bot.providers.abilities.requests.filter((request) => request.path === path);
const flags = (category: string, flagged = true) =>
  bot.providers.abilities.answer('moderations', {
    toImages: true,
    json: { results: [{ flagged, categories: { [category]: true }, category_scores: { [category]: 0.9 } }] },
  });
const answers =
  ({ id }: APIMessage) =>
  (message: APIMessage): boolean =>
    message.message_reference?.message_id === id;

/** The result, not the message before it that tells how far it is. */
const shows = (message: APIMessage) => (shown: APIMessage) => isImage(shown) && answers(message)(shown);

const ends = (message: APIMessage) => (told: APIMessage) => /^(🚫|❌)/u.test(told.content) && answers(message)(told);

describe('what is drawn', () => {
  it('is shown where the model for moderation finds nothing in it', async () => {
    const shown = await bot.alice.sees(shows(await bot.alice.says('#art', '!a cat')), { timeoutMs: 30_000 });
    expect([shown.attachments.length, isHidden(shown)]).toEqual([1, false]);
    expect(shown.content).toContain('Daily 1/100');
    expect(asked('moderations').map(({ body }) => typeof (body['input'] as unknown[])[0])).toEqual([
      'string',
      'object',
    ]);
  });

  it('is charged and not shown when it is flagged, and the answer says why', async () => {
    flags('violence');
    const told = await bot.alice.sees(ends(await bot.alice.says('#art', '!a battle')));
    expect(told.content).toContain(
      "I can't show what was drawn, because of violence. The provider charges for it, so it was charged.",
    );
    expect([told.attachments, buttons(told)]).toEqual([[], []]);
    const next = await bot.alice.sees(shows(await bot.alice.says('#art', '!a dog')));
    expect(next.content).toContain('Daily 3/100');
    await bot.alice.runs('image gallery');
    expect((await bot.alice.sees(/^\*\*Gallery\*\*/)).content).toContain('2 images');
  });

  it('is shown without the images of it that are flagged', async () => {
    flags('violence');
    const shown = await bot.alice.sees(shows(await bot.alice.says('#art', '!x2 a battle')));
    expect(shown.attachments).toHaveLength(1);
    expect(shown.content).toContain("1 image isn't shown, because of violence. It was charged all the same.");
    expect(shown.content).toContain('$0.04');
  });

  it('says why images of it are flagged also when the bot stopped before it showed the others', async () => {
    flags('violence');
    const message = await bot.alice.says('#art', '!x2 a battle at sea');
    const match = { method: 'POST', route: '/channels/*/messages' };
    bot.emulator.core.faults.add({ match, times: 1000, answer: { status: 500 } });
    const stored = async () => (await exportedBy(bot, 'images', bot.alice)) as { requests: unknown[] };
    const drawn = { asked: { prompt: 'a battle at sea' }, images: [{ type: 'image/png' }] };
    await expect.poll(async () => (await stored()).requests.at(-1), { timeout: 30_000 }).toMatchObject(drawn);
    await bot.stop();
    bot.emulator.core.faults.clear();
    await bot.start();
    const shown = await bot.alice.sees(shows(message), { timeoutMs: 30_000 });
    expect(shown.attachments).toHaveLength(1);
    expect(shown.content).toContain("1 image isn't shown, because of violence.");
    // What is made of it has lost nothing yet.
    await bot.alice.presses(shown, button(shown, 'Again'));
    const again = await bot.alice.sees(
      (one) => one.content.includes('a battle at sea') && one.attachments.length === 2,
    );
    expect(again.content).not.toContain('violence');
  });

  it("isn't shown or charged while the model for moderation is away", async () => {
    bot.providers.abilities.answer('moderations', { toImages: true, status: 500 });
    const told = await bot.bob.sees(ends(await bot.bob.says('#art', '!a dog')));
    expect(told.content).toMatch(/couldn't check the image.*Nothing was charged/);
    const next = await bot.bob.sees(shows(await bot.bob.says('#art', '!a dog')));
    expect(next.content).toContain('Daily 1/100');
  });
});

it('names the model that judges images in /models', async () => {
  await bot.alice.runs('models');
  const { embeds } = await bot.alice.sees((message) => message.embeds.length > 0);
  expect(JSON.stringify(embeds)).toContain('Judging texts and images: **fake/omni-moderation-latest**');
});

describe('a batch', () => {
  const runs = async (channel: string) => {
    const file = { name: 'prompts.txt', data: Buffer.from('one\ntwo\nthree\nfour\nfive'), type: 'text/plain' };
    await bot.bob.runs('image batch', { file, model: 'fake/painter' }, { in: channel });
    const question = await bot.bob.sees(/5 prompts, 5 images/);
    await bot.bob.presses(question, button(question, 'Draw all for $0.10'));
    return bot.bob.sees(/🧾/u, { in: `#${channel}`, timeoutMs: 30_000 });
  };

  it('says in its bill how many images are not shown', async () => {
    flags('violence');
    expect((await runs('art')).content).toMatch(/4 drawn, 1 refused.*\$0\.10 charged[^]*1 image isn't shown/);
  });

  it('hides a sheet with a flagged image, and says why', async () => {
    flags('sexual');
    await runs('adults');
    const sheet = await bot.bob.sees(/batch: images 1 to 5/, { in: '#adults' });
    expect(isHidden(sheet)).toBe(true);
    expect(sheet.content).toContain('Hidden because of sexual content');
  });
});

describe('in an age-restricted channel', () => {
  it('hides what is flagged, in the gallery too, and shares no link to it', async () => {
    flags('sexual');
    const shown = await bot.alice.sees(shows(await bot.alice.says('#adults', '!a party')));
    expect(isHidden(shown)).toBe(true);
    expect(shown.content).toContain('Hidden because of sexual content. It was charged all the same.');
    await bot.idle();
    await bot.bob.runs('image gallery', { search: 'a party' }, { in: 'adults' });
    expect(isHidden(await bot.bob.sees(/^\*\*Gallery\*\*/))).toBe(true);
    await bot.alice.presses(shown, button(shown, '⋯'));
    const more = await bot.alice.sees(/What else I can do/);
    await bot.alice.presses(more, button(more, 'Share'));
    await bot.alice.sees(/hidden because of what it shows, so it can't be shared/);
  });

  it('shows no image with minors, whatever the model would let pass, and tells moderators', async () => {
    flags('sexual/minors', false);
    const told = await bot.alice.sees(ends(await bot.alice.says('#adults', '!a strange party')));
    expect(told.content).toContain('because of sexual content with minors');
    expect(told.attachments).toEqual([]);
    await bot.milo.sees(/I didn't show an image that <@\d+> asked for in <#\d+>[^]*\|\|a strange party\|\|/, {
      in: '#memes',
    });
  });

  it('refuses words for that before any model is asked', async () => {
    await bot.alice.says('#adults', '!a n4ked ch1ld');
    await bot.alice.sees(/I never draw sexual content with minors\. Nothing was charged/, { in: '#adults' });
    await bot.milo.sees(/its words ask for sexual content with minors/, { in: '#memes' });
    expect(bot.providers.abilities.requests).toEqual([]);
    expect((await bot.alice.sees(shows(await bot.alice.says('#adults', '!a boy on a bike')))).attachments).toHaveLength(
      1,
    );
  });
});

describe('a tool that draws', () => {
  const draws = (prompt: string) => ({ calls: [{ name: 'draw_image', input: JSON.stringify({ prompt }) }] });

  it('hides images of members with a role whose images are hidden', async () => {
    for (const [person, hidden] of [
      [bot.milo, true],
      [bot.alice, false],
    ] as const) {
      const { shown } = await asks(person, `draw a cat for ${person.user.username}`, draws('a cat'));
      expect([shown.attachments.length, isHidden(shown)]).toEqual([1, hidden]);
      expect(shown.content).toContain('painter drew: a cat');
    }
  });

  it('shows no flagged image, says so and charges it', async () => {
    flags('violence');
    const { shown } = await asks(bot.alice, 'draw a battle', draws('a battle'));
    expect(shown.attachments).toEqual([]);
    expect(shown.content).toContain("painter drew an image that isn't shown, because of violence.");
    expect(bot.providers.requests.at(-1)?.toolResults.at(-1)).toMatchObject({
      text: expect.stringContaining('nobody is shown it') as string,
    });
  });
});
