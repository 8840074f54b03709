import { AttachmentFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { beforeAll, describe, expect, it } from 'vitest';
import { button, buttons } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { painter } from '../../../testing/bot.ts';

const bot = sharedBot({
  paced: false,
  otherModels: [
    { name: 'judge', abilities: ['moderate'] },
    painter,
    { name: 'wild-one', abilities: ['draw'] },
    { name: 'sketcher', abilities: ['draw'] },
  ],
  yaml: ({ alice }, { core }) => `
prices: { images: { models: { fake/painter: { default: 0.2 } }, prefixes: { '!': 0.2 } } }
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, imagesPerDay: 100, dailyFreeUsd: 0 }
    rich: { users: ['${alice.user.id}'], dailyFreeUsd: 5 }
features:
  images:
    channels: [art, adults, hidden]
    prefixes: { '!': { model: fake/painter }, 'wild:': { model: fake/wild-one } }
    logChannel: '${[...core.world.channels.values()].find(({ name }) => name === 'memes')?.id ?? ''}'
    adultModels: [fake/wild-*]
    spoilerChannels: [hidden]
`,
});

beforeAll(async () => {
  const guildId = [...bot.emulator.core.world.guilds.values()][0]?.id ?? '';
  for (const channel of [{ name: 'adults', nsfw: true }, { name: 'hidden' }]) {
    const { id } = await bot.olivia.request<{ id: string }>('POST', `/guilds/${guildId}/channels`, channel);
    await bot.alice.hears<{ id: string }>('CHANNEL_CREATE', (created) => created.id === id);
  }
});

const isImage = (message: APIMessage): boolean => message.attachments.length > 0;
const drawn = () => bot.providers.abilities.requests.filter(({ path }) => path.startsWith('images/'));

describe('a prompt', () => {
  it(
    'that the model for moderation flags is refused with its category before a model draws, and costs nothing',
    { timeout: 60_000 },
    async () => {
      await bot.alice.says('#art', '!something hateful');
      await bot.alice.sees(/I can't draw this, because of hate\. Nothing was charged/, { in: '#art' });
      expect(drawn()).toEqual([]);
      await bot.alice.says('#art', '!a cat');
      const shown = await bot.alice.sees(isImage, { in: '#art', timeoutMs: 30_000 });
      expect(shown.content).toContain('Daily 1/100');
      const judged = bot.providers.abilities.requests.filter(({ path }) => path === 'moderations');
      expect(judged.map(({ body }) => body['input'])).toEqual([['something hateful'], ['a cat']]);
    },
  );

  it('about minors is refused although the model would let it pass, and moderators are told', async () => {
    bot.providers.abilities.answer('moderations', {
      json: { results: [{ flagged: false, categories: { 'sexual/minors': true }, category_scores: {} }] },
    });
    await bot.alice.says('#art', '!something vile');
    await bot.alice.sees(/because of sexual content with minors/, { in: '#art' });
    await bot.milo.sees(/I refused a prompt of <@\d+> in <#\d+>[^]*\|\|something vile\|\|/, { in: '#memes' });
    expect(drawn()).toEqual([]);
  });

  it("isn't drawn while the model for moderation is away", async () => {
    bot.providers.abilities.answer('moderations', { status: 500, times: 10 });
    await bot.alice.says('#art', '!a dog');
    const told = await bot.alice.sees(/can't check prompts right now/, { in: '#art' });
    expect(buttons(told).map(({ label }) => label)).toEqual(['Try again']);
    expect(drawn()).toEqual([]);
  });
});

describe('a model for adults', () => {
  it('draws in age-restricted channels alone', async () => {
    await bot.alice.says('#art', 'wild: a party');
    await bot.alice.sees(/`fake\/wild-one` draws only in age-restricted channels/, { in: '#art' });
    await bot.alice.runs('imagine', { prompt: 'a party', model: 'fake/wild-one', private: true }, { in: 'adults' });
    await bot.alice.sees(/only in age-restricted channels/);
    expect(drawn()).toEqual([]);
  });

  it("gives images that others aren't made of elsewhere", async () => {
    await bot.alice.says('#adults', 'wild: a party');
    const shown = await bot.alice.sees(isImage, { in: '#adults' });
    await bot.alice.presses(shown, button(shown, 'Vary'));
    await bot.alice.sees((message) => isImage(message) && message.id !== shown.id, { in: '#adults' });
    await bot.olivia.request('PATCH', `/channels/${shown.channel_id}`, { nsfw: false });
    await bot.alice.hears<{ id: string; nsfw: boolean }>(
      'CHANNEL_UPDATE',
      ({ id, nsfw }) => id === shown.channel_id && !nsfw,
    );
    await bot.alice.presses(shown, button(shown, 'Vary'));
    await bot.alice.sees(/from an age-restricted channel/);
  });
});

it('hides what is drawn in channels with hidden images', async () => {
  await bot.alice.says('#hidden', '!a cat');
  const shown = await bot.alice.sees(isImage, { in: '#hidden' });
  expect((shown.attachments[0]?.flags ?? 0) & AttachmentFlags.IsSpoiler).not.toBe(0);
});

it('offers a free model to a member without money, to no other', async () => {
  await bot.bob.says('#art', '!a cat');
  const offer = await bot.bob.sees(/Another model can draw it for free/, { in: '#art' });
  const id = button(offer, 'Draw with sketcher for free');
  await bot.alice.presses(offer, id);
  await bot.alice.sees(/has expired, or belongs to another member/);
  await bot.bob.presses(offer, id);
  const shown = await bot.bob.sees((message) => isImage(message) && message.content.includes('sketcher'), {
    in: '#art',
  });
  expect(shown.content).not.toContain('$');
  // One offer a minute: what comes sooner is refused in words.
  await bot.bob.says('#art', '!a dog');
  const refused = await bot.bob.sees((message) => /\$0\.00 for today/.test(message.content) && message.id !== offer.id);
  expect(buttons(refused)).toEqual([]);
});
