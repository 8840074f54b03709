import { expect, it } from 'vitest';
import type { APIMessage } from 'discord-api-types/v10';
import { button, buttons } from '../../testing/components.ts';
import { plainPng } from '../../testing/pictures.ts';
import { sharedBot } from '../../testing/shared-bot.ts';
import { painter } from '../../testing/bot.ts';

const bot = sharedBot({
  paced: false,
  otherModels: [painter],
  yaml: ({ olivia }) => `
instance: { administrators: ['${olivia.user.id}'] }
features:
  images:
    channels: [art]
    prefixes: { '!': { model: fake/painter }, 'edit:': { model: fake/painter, mode: edit } }
    confirmAboveUsd: 0.05
prices:
  images: { models: { fake/painter: { default: 0.02 } } }
`,
});

const isImage = (message: APIMessage): boolean => message.attachments.length > 0;
const answers =
  ({ id }: APIMessage) =>
  (message: APIMessage): boolean =>
    isImage(message) && message.message_reference?.message_id === id;
const says =
  (text: string) =>
  (message: APIMessage): boolean =>
    isImage(message) && message.content.includes(text);
const drawn = () => bot.providers.abilities.requests.filter(({ path }) => path === 'images/generations');

it('draws with a provider', async () => {
  const asked = await bot.alice.says('#art', '!a cat on a roof');
  const shown = await bot.alice.sees(answers(asked), { in: '#art' });
  // The strip with the caption is no part of the picture.
  expect(shown.content).toMatch(/painter · 1024 × 1024 · \$0\.02 · \d/);
  expect(shown.attachments[0]?.height).toBeGreaterThan(1024);
  expect(shown.content).toMatch(/Daily 1\/5 \| Storage 0\.0\/500 MB/);
});

it('edits what is attached', async () => {
  const files = [{ name: 'mine.png', data: plainPng(300, 200), type: 'image/png' }];
  await bot.alice.sees(answers(await bot.alice.says('#art', 'edit: make it blue', { files })));
  const [request] = bot.providers.abilities.requests.filter(({ path }) => path === 'images/edits');
  expect(request?.files).toMatchObject([{ field: 'image[]', type: 'image/png' }]);
});

it('draws again for the member who presses, who pays', async () => {
  const first = await bot.alice.sees(answers(await bot.alice.says('#art', '!an owl')));
  await bot.bob.presses(first, button(first, 'Again'));
  const second = await bot.bob.sees(says(`<@${bot.bob.user.id}>: an owl`), { in: '#art' });
  expect(second.content).toContain('Daily 1/5');
  expect(drawn().map(({ body }) => body['prompt'])).toEqual(['an owl', 'an owl']);
});

it("offers links to images without `http.publicUrl` to the bot's owner alone, who is told what is missing", async () => {
  const others = await bot.bob.sees(answers(await bot.bob.says('#art', '!a lone bush')));
  await bot.bob.presses(others, button(others, '⋯'));
  const choices = buttons(await bot.bob.sees(/What else I can do/)).map(({ label }) => label);
  expect(choices).toContain('Favourite');
  expect(choices).not.toContain('Share');
  const shown = await bot.olivia.sees(answers(await bot.olivia.says('#art', '!a lone tree')));
  await bot.olivia.presses(shown, button(shown, '⋯'));
  const more = await bot.olivia.sees(/What else I can do/);
  await bot.olivia.presses(more, button(more, 'Share'));
  await bot.olivia.sees(/I can't make links here: the bot's owner has to set `http\.publicUrl`/);
});

it('draws several, shows them on one message and offers each', async () => {
  const shown = await bot.milo.sees(answers(await bot.milo.says('#art', '!x2 a fox')));
  expect(shown.attachments).toHaveLength(2);
  expect(drawn()[0]?.body).toMatchObject({ n: 2, prompt: 'a fox' });
  expect(buttons(shown).map(({ label }) => label)).toEqual(expect.arrayContaining(['Again', '⋯']));
});

it('asks before a dear request, and draws it once the price is agreed to', async () => {
  const asked = await bot.milo.says('#art', '!x3 a whale');
  const question = await bot.milo.sees(/costs up to \$0\.06/, { in: '#art' });
  expect(question.message_reference?.message_id).toBe(asked.id);
  await bot.bob.presses(question, button(question, 'Draw for $0.06'));
  await bot.bob.sees(/has expired, or belongs to another member/);
  expect(drawn()).toEqual([]);
  await bot.milo.presses(question, button(question, 'Draw for $0.06'));
  expect((await bot.milo.sees(answers(asked))).attachments).toHaveLength(3);
  await bot.idle();
  expect((await bot.milo.messages('#art')).map(({ id }) => id)).not.toContain(question.id);
});

it.each(['!draw a quiet pond', '!image edit blue'])('leaves nothing but the image of "%s"', async (words) => {
  const marked = (message: APIMessage, name: string) =>
    bot.olivia.hears<{ message_id: string; emoji: { name: string } }>(
      'MESSAGE_REACTION_ADD',
      (data) => data.message_id === message.id && data.emoji.name === name,
    );
  const files = words.startsWith('!image') ? [{ name: 'mine.png', data: plainPng(64, 64), type: 'image/png' }] : [];
  const asked = await bot.olivia.says('#memes', words, { files });
  const shown = await bot.olivia.sees(answers(asked), { in: '#memes' });
  await marked(asked, '✅');
  await bot.idle();
  const later = (await bot.olivia.messages('#memes')).filter(({ id }) => BigInt(id) > BigInt(asked.id));
  expect(later.map(({ id }) => id)).toEqual([shown.id]);
});

it('tells what the provider refuses, and charges nothing', async () => {
  bot.providers.abilities.answer('images/generations', {
    ...{ status: 400, text: 'Your request was rejected by the safety system.', errorCode: 'content_policy_violation' },
  });
  await bot.olivia.says('#art', '!something bad');
  await bot.olivia.sees(/refused to draw this\. Nothing was charged/, { in: '#art' });
});

it('sends what is private by direct message', async () => {
  await bot.olivia.runs('imagine', { prompt: 'a secret', private: true });
  await bot.olivia.sees(/drawing it\. Your image will come by direct message\./);
  const shown = await bot.olivia.sees(says('a secret'));
  expect(bot.olivia.view.channels.get(shown.channel_id)?.guildId ?? null).toBeNull();
});

it.each([
  ['edit: make it blue', /Attach one, or reply/],
  ['!a cat --seed many', /--seed 42/],
  ['!a cat --size 9x9', /--size 1024x1024/],
])('explains what is wrong with "%s"', async (text, words) => {
  await bot.olivia.says('#art', text);
  await bot.olivia.sees(words, { in: '#art' });
});

it.each([
  ['0x0', /“0x0” isn't a size.*from 64 to 4096 pixels/],
  ['abc', /“abc” isn't a size/],
  ['16x20000', /“16x20000” isn't a size/],
  ['9999x9999', /“9999x9999” isn't a size/],
  ['2048x256', /“2048x256” is too narrow.*`1:4` to `4:1`/],
])('explains what is wrong with the size "%s" of a command', async (size, words) => {
  await bot.olivia.runs('imagine', { prompt: 'a cat', size });
  await bot.olivia.sees(words);
});

it('names the line of a list whose shape is too narrow', async () => {
  const file = { name: 'list.txt', data: Buffer.from('a cat\na dog --ar 99:1'), type: 'text/plain' };
  await bot.olivia.runs('image batch', { file }, { in: 'art' });
  await bot.olivia.sees(/Prompt 2: “99:1” is too narrow/);
});

it('says what is wrong with a file, and asks no provider', async () => {
  const files = [{ name: 'cat.png', data: Buffer.from('no image at all'), type: 'image/png' }];
  await bot.bob.says('#art', 'edit: make it blue', { files });
  await bot.bob.sees(/I can't read `cat\.png` as an image/, { in: '#art' });
});
