import { expect, it } from 'vitest';
import type { APIMessage } from 'discord-api-types/v10';
import { recorded } from '../../../testing/audit.ts';
import { button } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { painter } from '../../../testing/bot.ts';

const bot = sharedBot({
  paced: false,
  otherModels: [painter],
  yaml: ({ milo, bob }) => `
instance: { administrators: ['${milo.user.id}'] }
access:
  roles:
    collector: { users: ['${bob.user.id}'], imageStorageMb: 0 }
features:
  images: { channels: [art], prefixes: { '!': { model: fake/painter } } }
`,
});

const isImage = (message: APIMessage): boolean => message.attachments.length > 0;
const saying = (match: RegExp) => (message: APIMessage) =>
  match.test([message.content, ...message.embeds.map(({ description }) => description ?? '')].join('\n'));

it("takes the most generous of a member's roles, and what was set for them alone", { timeout: 60_000 }, async () => {
  await bot.bob.says('#art', '!a cat');
  expect((await bot.bob.sees(isImage, { in: '#art', timeoutMs: 30_000 })).content).toMatch(
    /Daily 1\/5 \| Storage 0\.0\/500 MB/,
  );
  await bot.milo.runs('image quota', { user: bot.bob.user.id, images: '2', storage: '0' });
  await bot.milo.sees(
    /2 images\n\*\*Storage:\*\* 0 MB, 0\.0 MB used\nDaily 1\/2 \| Storage 0\.0\/0 MB \| Daily images reset <t:\d+:R>/,
  );
  await bot.bob.says('#art', '!a dog');
  const full = await bot.bob.sees(isImage, { in: '#art', timeoutMs: 30_000 });
  expect(full.content).toMatch(/not stored: your storage is full[^]*Daily 2\/2 \| Storage 0\.0\/0 MB/);
  await bot.bob.says('#art', '!a bird');
  await bot.bob.sees(/You've used your 2 pictures for today\. They reset <t:\d+:R>/, { in: '#art' });
  await bot.bob.runs('limits');
  await bot.bob.sees(
    saying(/Pictures today\*\*\n[^]*resets <t:\d+:R>\nset for this person[^]*Images kept\*\*\n.*of 0 MB used/),
  );
});

it('is set by administrators alone, recorded, and reset', async () => {
  await bot.alice.runs('image quota', { user: bot.bob.user.id, images: '1000' });
  await bot.alice.sees(/Only the bot's owner sees and sets the quota of others/);
  await bot.alice.runs('image quota', { images: '1000' });
  await bot.alice.sees(/Only the bot's owner sees and sets/);
  await bot.alice.runs('image quota', { user: bot.bob.user.id });
  await bot.alice.sees(/Only the bot's owner sees and sets/);
  await bot.alice.runs('image quota', {});
  await bot.alice.sees(/Daily 0\/5 \| Storage 0\.0\/500 MB \| Daily images reset/);
  await bot.milo.runs('image quota', { user: bot.bob.user.id, images: 'many' });
  await bot.milo.sees(/“many” isn't a quota/);
  await bot.milo.runs('image quota', { user: bot.bob.user.id, images: 'default', storage: 'unlimited' });
  await bot.milo.sees(/set by roles\n\*\*Storage:\*\* no limit.*\nDaily 2\/5 \| Storage 0\.0 MB \| Daily images reset/);
  expect((await recorded(bot, { action: 'set-image-quota' })).at(-1)).toMatchObject({
    actorId: bot.milo.user.id,
    targetId: bot.bob.user.id,
    details: { before: { imagesPerDay: 2, imageStorageMb: 0 }, after: { imageStorageMb: null } },
  });
  await bot.bob.says('#art', '!a fox');
  expect((await bot.bob.sees(isImage, { in: '#art', timeoutMs: 30_000 })).content).toMatch(
    /Daily 3\/5 \| Storage 0\.0 MB/,
  );
});

it('says how many images of a list the quota of today allows, before any is drawn', async () => {
  const batch = async (prompts: readonly string[]) => {
    const file = { name: 'list.txt', data: Buffer.from(prompts.join('\n')), type: 'text/plain' };
    await bot.bob.runs('image batch', { file }, { in: 'art' });
  };
  await batch(['one', 'two']);
  const enough = await bot.bob.sees(/allows all of them\. Images left today: 2\./);
  expect(enough.content).toContain('2 prompts, 2 images with painter: **free**');
  await batch(['x2 one', 'two', 'three']);
  await bot.bob.sees(/allows only 2 of these 4 images today\. It resets <t:\d+:R>/);
  await bot.bob.presses(enough, button(enough, 'Draw all for free'));
  await bot.bob.sees(/batch of 2 prompts: 2 drawn\. It was free\./, { in: '#art', timeoutMs: 30_000 });
  await batch(['one']);
  await bot.bob.sees(/You've used your images for today\. Your quota resets <t:\d+:R>/);
});
