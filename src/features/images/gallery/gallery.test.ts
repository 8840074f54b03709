import type { APIMessage } from 'discord-api-types/v10';
import { beforeAll, expect, it } from 'vitest';
import { recorded } from '../../../testing/audit.ts';
import { button, buttons } from '../../../testing/components.ts';
import { forgets } from '../../../testing/forgets.ts';
import { noisePng } from '../../../testing/pictures.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { painter } from '../../../testing/bot.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';
import { exportedBy } from '../../../testing/stored.ts';
import { readZip } from '../../../testing/zip.ts';

const clock = createShiftedClock(Date.now());
const bot = sharedBot({
  ...{ paced: false, clock },
  otherModels: [painter, { name: 'sketcher', abilities: ['draw'] }],
  yaml: `
features:
  images:
    channels: [art, adults, secret]
    prefixes: { '!': { model: fake/painter, size: 64x64 }, 'edit:': { model: fake/painter, mode: edit } }
    caption: false
    maxImageMb: 1
    blockedWords: [forbidden]
http: { publicUrl: https://bot.example.org/ }
prices:
  images: { models: { fake/painter: { default: 0.02 } } }
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null, imagesPerDay: null }
`,
});
type Person = typeof bot.alice;

const viewChannel = '1024';
beforeAll(async () => {
  const [guild] = bot.emulator.core.world.guilds.values();
  const guildId = guild?.id ?? '';
  const hidden = [
    { id: guildId, type: 0, deny: viewChannel },
    { id: bot.alice.user.id, type: 1, allow: viewChannel },
    { id: bot.app.discord.self.userId, type: 1, allow: viewChannel },
  ];
  for (const channel of [
    { name: 'adults', nsfw: true },
    { name: 'secret', overwrites: hidden },
  ]) {
    await fetch(`${bot.emulator.origin}/_control/channels`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ guildId, ...channel }),
    });
    await bot.alice.until(channel.name, () =>
      [...bot.alice.view.channels.values()].some(({ name }) => name === channel.name) ? true : null,
    );
  }
});

const isImage = (message: APIMessage): boolean => message.attachments.length > 0;
async function draws(person: Person, text: string, channel = '#art', replyTo?: APIMessage): Promise<APIMessage> {
  const asked = await person.says(channel, text, { ...(replyTo && { replyTo }) });
  const shown = await person.sees((message) => isImage(message) && message.message_reference?.message_id === asked.id);
  // What it leads to is stored once it is shown.
  await bot.idle();
  return shown;
}
async function opens(person: Person, options: Parameters<Person['runs']>[1] = {}, channel = 'general') {
  await person.runs('image gallery', options, { in: channel });
  return person.sees(/^\*\*Gallery\*\*/);
}
/** Custom id and values of the menu below a message. */
function menu(message: APIMessage): { id: string; values: string[] } {
  const rows = (message.components ?? []) as { components: { custom_id: string; options?: { value: string }[] }[] }[];
  const found = rows.flatMap(({ components }) => components).find(({ options }) => options);
  if (!found) throw new Error(`There is no menu: ${JSON.stringify(message.components)}`);
  return { id: found.custom_id, values: (found.options ?? []).map(({ value }) => value) };
}
async function more(person: Person, message: APIMessage): Promise<APIMessage> {
  await person.presses(message, button(message, '⋯'));
  return person.sees(/What else I can do/);
}

it('shows what can be seen there, on numbered sheets, and opens one', async () => {
  await draws(bot.alice, '!x9 many red foxes');
  await draws(bot.alice, '!a hidden treasure', '#secret');
  await draws(bot.bob, '!a blue whale', '#adults');
  await bot.bob.runs('imagine', { prompt: 'a private diary', private: true });
  await bot.bob.sees((message) => isImage(message) && message.content.includes('a private diary'));

  const first = await opens(bot.alice);
  expect(first.content).toContain('**Gallery** · 10 images\nPage 1 of 2');
  expect(first.attachments).toHaveLength(1);
  expect(first.attachments[0]?.description).toContain('1: a hidden treasure');
  await bot.alice.presses(first, button(first, 'Next'));
  const second = await bot.alice.sees(/Page 2 of 2/);
  expect(menu(second).values).toHaveLength(1);
  expect((await opens(bot.alice, {}, 'adults')).content).toContain('11 images');
  await bot.alice.selects(second, menu(second).id, [menu(second).values[0] ?? '']);
  const opened = await bot.alice.sees((message) => buttons(message).some(({ label }) => label === 'Vary'));
  expect(opened.attachments).toHaveLength(1);

  expect((await opens(bot.bob)).content).toContain('10 images');
  expect((await opens(bot.bob, { search: 'DIARY' })).content).toContain('1 image\n-# “DIARY”');
  expect((await opens(bot.bob, { user: bot.alice.user.id, mode: 'edit' })).content).toContain('No image');
  expect((await opens(bot.bob, { search: 'treasure' })).content).toContain('No image');
});

it('shows the images of one model', async () => {
  await bot.olivia.runs('imagine', { prompt: 'a sketched owl', model: 'fake/sketcher' }, { in: 'art' });
  await bot.olivia.sees((message) => isImage(message) && message.content.includes('a sketched owl'));
  await bot.idle();
  expect(await bot.olivia.completes('image gallery', { model: 'SKET' }, 'model')).toEqual([
    { name: 'fake/sketcher', value: 'fake/sketcher' },
  ]);
  const found = await opens(bot.olivia, { model: 'fake/sketcher' });
  expect(found.content).toContain('1 image\n-# sketcher');
  expect(found.attachments[0]?.description).toBe('1: a sketched owl');
  expect((await opens(bot.olivia, { model: 'fake/none' })).content).toContain('No image');
});

it('answers where others see it by naming the command whose answer they do not see', async () => {
  await bot.bob.says('#general', '!image gallery');
  await bot.bob.sees(/Use `\/image gallery`/);
});

it('leaves an image whose message was deleted to its asker', async () => {
  const shown = await draws(bot.alice, '!a short mistake');
  expect((await opens(bot.bob, { search: 'mistake' })).content).toContain('1 image');
  await bot.olivia.deletes(shown);
  await bot.idle();
  expect((await opens(bot.bob, { search: 'mistake' })).content).toContain('No image');
  expect((await opens(bot.alice, { search: 'mistake' })).content).toContain('1 image');
});

/** Opens an image by its place in the menu, and its further buttons. */
async function moreOf(person: Person, message: APIMessage, index: number): Promise<APIMessage> {
  await person.selects(message, menu(message).id, [menu(message).values[index] ?? '']);
  return more(person, await person.sees(/^(The image that you chose|Image \d):/));
}

it('deletes one image of a message and keeps the others, then all', async () => {
  const shown = await draws(bot.milo, '!x3 many grey owls');
  const [first, second, third] = menu(shown).values;
  const before = shown.attachments.map(({ id }) => id);
  const choices = await moreOf(bot.milo, shown, 1);
  expect(choices.content).toContain('image 2');
  await bot.milo.presses(choices, button(choices, 'Delete image 2'));
  await bot.milo.sees(/The others stay/);
  const changed = await bot.milo.sees((message) => message.id === shown.id && message.attachments.length === 2);
  expect(changed.attachments.map(({ id }) => id)).toEqual([before[0], before[2]]);
  expect([changed.content, menu(changed).values]).toEqual([shown.content, [first, third]]);
  expect((await opens(bot.milo, { search: 'grey owls' })).content).toContain('2 images');
  const { requests } = (await exportedBy(bot, 'images', bot.milo)) as { requests: { images: { id: string }[] }[] };
  expect(requests.at(-1)?.images.map(({ id }) => id)).not.toContain(second);
  const others = await more(bot.milo, changed);
  await bot.milo.presses(others, button(others, 'Delete all'));
  await bot.milo.hears<{ id: string }>('MESSAGE_DELETE', ({ id }) => id === shown.id);
  expect((await opens(bot.milo, { search: 'grey owls' })).content).toContain('No image');
});

it('draws what an image was made of', async () => {
  const first = await draws(bot.alice, '!a castle');
  const second = await draws(bot.alice, 'edit: make it snow', '#art', first);
  const choices = await more(bot.alice, second);
  await bot.alice.presses(choices, button(choices, 'Family tree'));
  const tree = await bot.alice.sees(/made from 1 image, led to 0 images/);
  expect(tree.attachments).toMatchObject([{ filename: expect.stringMatching(/^family-tree\./) as string }]);
  await draws(bot.bob, '!a lonely rock');
  await bot.bob.runs('image tree', {}, { in: 'art' });
  await bot.bob.sees(/wasn't made from another/);
});

const shareFor = async (person: Person, image: APIMessage, duration: string): Promise<string> => {
  const choices = await more(person, image);
  await person.presses(choices, button(choices, 'Share'));
  const asked = await person.sees(/How long should it work/);
  await person.selects(asked, menu(asked).id, [duration]);
  const { content } = await person.sees(/bot\.example\.org/);
  return /https:\/\/bot\.example\.org(\/[^>]+)/.exec(content)?.[1] ?? '';
};
const fetched = (path: string) => fetch(`http://127.0.0.1:${bot.app.port}${path}`);

it('shares an image by an address that expires, can be revoked, and that nobody can make up', async () => {
  const image = await draws(bot.alice, '!a shared sunset');
  const path = await shareFor(bot.alice, image, 'day');
  const answer = await fetched(path);
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-disposition': 'inline; filename="image.png"',
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, max-age=60, must-revalidate',
  });
  expect((await answer.bytes()).length).toBe(image.attachments[0]?.size);
  const parts = path.split('/');
  const [signature = '', expires = '', id = ''] = parts.toReversed();
  const base = parts.slice(0, -3).join('/');
  const altered = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  for (const wrong of [
    `${id}/${expires}/${altered}`,
    `${id}/${Number(expires) + 1}/${signature}`,
    `00000000-0000-4000-8000-000000000000/${expires}/${signature}`,
  ]) {
    expect((await fetched(`${base}/${wrong}`)).status).toBe(404);
  }

  expect(buttons(await more(bot.bob, image)).map(({ label }) => label)).not.toContain('Share');
  const short = await shareFor(bot.alice, image, 'hour');
  clock.jump(3_700_000);
  expect((await fetched(short)).status).toBe(404);
  await bot.alice.runs('image shared');
  const list = await bot.alice.sees(/You share 1 image:/);
  await bot.alice.selects(list, menu(list).id, [id]);
  await bot.alice.sees(/no longer works/);
  expect((await fetched(path)).status).toBe(404);
});

it('keeps favourites when others are deleted, and packs them first', async () => {
  const image = await draws(bot.milo, '!a lasting rock');
  await draws(bot.milo, '!a passing cloud');
  const choices = await more(bot.milo, image);
  await bot.milo.presses(choices, button(choices, 'Favourite'));
  await bot.milo.sees(/Added to your favourites/);
  expect((await opens(bot.milo, { favourites: true })).content).toContain('1 image');
  const packed = async () => {
    await bot.milo.runs('image download');
    const { attachments } = await bot.milo.sees((message) => message.attachments[0]?.filename === 'images.zip');
    const zip = await fetch(attachments[0]?.url ?? '');
    return readZip(Buffer.from(await zip.bytes()));
  };
  const before = await packed();
  expect([...before.keys()]).toMatchObject([/^favourites\/.*\.png$/, /^\d.*\.png$/, 'prompts.json'].map(matching));
  const prompts = JSON.parse(before.get('prompts.json')?.toString() ?? '') as { prompt: string }[];
  expect(prompts.map(({ prompt }) => prompt)).toEqual(['a lasting rock', 'a passing cloud']);
  clock.jump(8 * 86_400_000);
  expect([...(await packed()).keys()]).toMatchObject([/^favourites\//, 'prompts.json'].map(matching));
});
const matching = (wanted: string | RegExp): unknown => expect.stringMatching(wanted);

it('packs more images than fit one upload into several archives', async () => {
  // Each is kept as it is: almost 1 MB of 10 MB that fit one.
  const data = Array.from({ length: 6 }, () => ({ b64_json: noisePng(570, 570).toString('base64') }));
  bot.providers.abilities.answer('images/generations', { json: { created: 1, data }, times: 2 });
  await draws(bot.olivia, '!x6 grey noise');
  await draws(bot.olivia, '!x6 grey noise');
  await bot.olivia.runs('image download');
  const names: string[] = [];
  for (const part of [1, 2]) {
    const shown = await bot.olivia.sees((message) => message.content.startsWith(`ZIP ${part} of 2`));
    expect(shown.attachments).toMatchObject([{ filename: `images-${part}.zip` }]);
    const zip = readZip(Buffer.from(await (await fetch(shown.attachments[0]?.url ?? '')).bytes()));
    const prompts = JSON.parse(zip.get('prompts.json')?.toString() ?? '') as { file: string }[];
    const files = [...zip.keys()].filter((name) => name !== 'prompts.json');
    expect(prompts.map(({ file }) => file)).toEqual(files);
    expect(shown.content).toContain(`${files.length} images`);
    names.push(...files);
  }
  expect([names.length, new Set(names).size]).toEqual([12, 12]);
});

it('adds the words of an own style to prompts', async () => {
  await bot.alice.runs('image style save', { name: 'Noir', text: 'film noir, hard shadows' });
  await bot.alice.sees(/--style noir/);
  await draws(bot.alice, '!a cat --style noir');
  const prompts = bot.providers.abilities.requests.map(({ body }) => body['prompt']);
  expect(prompts).toEqual(['a cat, film noir, hard shadows']);
  const suggested = await bot.alice.completes('imagine', { prompt: 'a dog', style: 'no' }, 'style');
  expect(suggested).toEqual([{ name: 'noir', value: 'noir' }]);
  await bot.alice.runs('image style list');
  await bot.alice.sees(/`noir`: film noir, hard shadows/);
  await bot.bob.runs('image style remove', { name: 'noir' });
  await bot.bob.sees(/You have no style called `noir`/);
});

it('draws a list of prompts with one bill, and shows by itself what is too large to be kept', async () => {
  const large = { created: 1, data: [{ b64_json: noisePng(640, 640).toString('base64') }] };
  bot.providers.abilities.answer('images/generations', { toPrompt: 'a cat', json: large });
  const prompts = ['a cat', 'a forbidden dog', 'an owl', 'a fox', 'a bear', 'an eel'];
  const file = { name: 'prompts.txt', data: Buffer.from(prompts.join('\n')), type: 'text/plain' };
  await bot.bob.runs('image batch', { file }, { in: 'art' });
  const question = await bot.bob.sees(/6 prompts, 6 images with painter: up to \*\*\$0\.12\*\*/);
  await bot.bob.presses(question, button(question, 'Draw all for $0.12'));
  await bot.bob.sees(/not stored: the file is too large/, { in: 'art' });
  const sheet = await bot.bob.sees(/batch: images 1 to 4/, { in: 'art' });
  expect(sheet.attachments).toHaveLength(1);
  expect(menu(sheet).values).toHaveLength(4);
  const bill = await bot.bob.sees(/batch of 6 prompts: 5 drawn, 1 refused\. \$0\.10 charged/, { in: 'art' });
  await bot.idle();
  expect((await opens(bot.alice, { search: 'an eel' })).content).toContain('1 image');

  const costOf = async (message: APIMessage) => {
    await bot.bob.runs('why', { message: message.id }, { in: 'art' });
    const { embeds } = await bot.bob.sees((one) => one.embeds.length > 0);
    return JSON.stringify(embeds);
  };
  expect(await costOf(sheet)).toContain('$0.08');
  expect(await costOf(bill)).toContain('$0.10');

  const choices = await moreOf(bot.bob, sheet, 1);
  await bot.bob.presses(choices, button(choices, 'Delete'));
  await bot.bob.sees(/I deleted it\. Moderators still see the prompt/);
  const redrawn = await bot.bob.sees((message) => message.id === sheet.id && menu(message).values.length === 3);
  expect(menu(redrawn).values).toEqual(menu(sheet).values.filter((_, index) => index !== 1));
  expect(redrawn.attachments.map(({ description }) => description)).toEqual(['1: an owl\n3: a bear\n4: an eel']);
  expect((await opens(bot.alice, { search: 'an eel' })).content).toContain('1 image');
  expect((await opens(bot.alice, { search: 'a fox' })).content).toContain('No image');
});

it('ends a batch that is cancelled, and charges only what a provider was asked for', async () => {
  bot.providers.abilities.answer('images/generations', { hang: true, times: 4 });
  const file = {
    name: 'prompts.csv',
    data: Buffer.from('prompt\n"one, two"\nthree\nfour\nfive\nsix'),
    type: 'text/csv',
  };
  await bot.bob.runs('image batch', { file }, { in: 'art' });
  const question = await bot.bob.sees(/5 prompts, 5 images/);
  await bot.bob.presses(question, button(question, 'Draw all for $0.10'));
  const progress = await bot.bob.sees(/0 of 5 done/, { in: 'art' });
  await expect.poll(() => bot.providers.abilities.requests.length).toBe(4);
  await bot.bob.presses(progress, button(progress, 'Cancel'));
  await bot.bob.sees(/batch of 5 prompts: 5 cancelled\. \$0\.08 charged/, { in: 'art' });
});

it('lets moderators look up who asked for what, but nothing private', async () => {
  const shown = await draws(bot.bob, '!a logged lighthouse');
  await bot.milo.runs('image log', { user: bot.bob.user.id }, { in: 'art' });
  const log = await bot.milo.sees((message) => message.embeds[0]?.title?.startsWith('Prompt log') ?? false);
  const text = log.embeds[0]?.description ?? '';
  expect(text).toMatch(/<@\d+> · fake `painter` · drawn · \$0\.02 · https:\S+\n> a logged lighthouse/);
  expect(text).toContain(shown.id);
  expect(await recorded(bot, { action: 'images.log' })).toMatchObject([
    { actorId: bot.milo.user.id, targetId: bot.bob.user.id, outcome: 'done', details: { page: 1 } },
  ]);
  await bot.bob.presses(shown, button(shown, '⋯'));
  const choices = await bot.bob.sees(/What else I can do/);
  await bot.bob.presses(choices, button(choices, 'Delete'));
  await bot.bob.sees(/I deleted it\. Moderators still see the prompt/);
  await bot.milo.runs('image log', { user: bot.bob.user.id }, { in: 'art' });
  await bot.milo.sees((message) =>
    /· deleted · \$0\.02 · <#\d+>\n> a logged lighthouse/.test(message.embeds[0]?.description ?? ''),
  );
  await bot.bob.runs('image log', {}, { in: 'art' });
  await bot.bob.sees(/moderators \(who can manage messages\)/);
  await bot.milo.runs('image log', { user: bot.alice.user.id }, { in: 'art' });
  const other = await bot.milo.sees((message) => /Prompt log/.test(message.embeds[0]?.title ?? ''));
  expect(JSON.stringify(other.embeds)).not.toContain('private diary');
});

it('exports and deletes all of it', async () => {
  await shareFor(bot.alice, await draws(bot.alice, '!a last one'), 'week');
  expect(await exportedBy(bot, 'images', bot.alice)).toMatchObject({
    styles: [{ name: 'noir', text: 'film noir, hard shadows' }],
    shares: [{ image: expect.any(String) as string }],
    batches: [],
  });
  expect(await exportedBy(bot, 'images', bot.bob)).toMatchObject({
    batches: [{ prompts: ['a cat', 'a forbidden dog', 'an owl', 'a fox', 'a bear', 'an eel'] }, { state: 'done' }],
  });
  await forgets(bot.alice);
  expect(await exportedBy(bot, 'images', bot.alice)).toEqual({ requests: [], styles: [], shares: [], batches: [] });
  expect((await opens(bot.bob, { user: bot.alice.user.id })).content).toContain('No image');
});
