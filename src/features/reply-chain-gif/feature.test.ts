import { beforeEach, expect, it } from 'vitest';
import type { APIMessage } from 'discord-api-types/v10';
import { button, buttons } from '../../testing/components.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Clock } from '../../kernel/clock.ts';
import { brokenJpeg, gif, noisePng, plainPng } from '../../testing/pictures.ts';
import { createShiftedClock } from '../../testing/shifted-clock.ts';
import { sharedBot } from '../../testing/shared-bot.ts';
import { exportedBy } from '../../testing/stored.ts';

/** Progress is shown after so long, which tests of it turn to nothing. */
const quickMs = 2500;
let showsProgress = false;
const shifted = createShiftedClock(systemClock.now());
const clock: Clock = {
  ...shifted,
  after: (delayMs, run) => shifted.after(showsProgress && delayMs === quickMs ? 0 : delayMs, run),
};
const bot = sharedBot({
  clock,
  paced: false,
  yaml: `
features:
  images: { channels: [art], demo: true, caption: false }
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null, imagesPerDay: 100 }
`,
});

// Each member waits 10 s between two GIFs.
beforeEach(() => shifted.jump(11_000));

/** The first image of all waits for a process. */
const patiently = { timeoutMs: 30_000 };
const png = (data: Buffer = noisePng(24, 16)) => ({ name: 'mine.png', data, type: 'image/png' });
const isImage = ({ attachments }: APIMessage): boolean => attachments.length > 0;
const answers =
  ({ id }: APIMessage) =>
  (message: APIMessage): boolean =>
    message.message_reference?.message_id === id;
const shows =
  (asked: APIMessage) =>
  (message: APIMessage): boolean =>
    isImage(message) && answers(asked)(message);
const hasButton = (message: APIMessage, label: string): boolean => buttons(message).some((one) => one.label === label);
const file = async (message: APIMessage) =>
  Buffer.from(await (await fetch(message.attachments[0]?.url ?? '')).arrayBuffer());

it('makes a GIF of the whole chain of replies, of all who took part', async () => {
  const first = await bot.alice.says('#art', 'look', { files: [png()] });
  const second = await bot.bob.says('#art', 'better', { files: [png(), png(noisePng(16, 24))], replyTo: first });
  await bot.milo.says('#art', 'best', { files: [png()], replyTo: second });
  await bot.milo.says('#art', 'unrelated', { files: [png()] });
  await bot.bob.says('#art', 'nice', { replyTo: first });
  const asked = await bot.alice.says('#art', 'GIF, please!', { replyTo: second });
  const shown = await bot.alice.sees(shows(asked), patiently);
  expect(shown.content).toMatch(/^🎞️ 4 images, 24 × 24, \d\.\d MB$/);
  expect(shown.attachments).toMatchObject([{ filename: 'reply-chain.gif', content_type: 'image/gif' }]);
  expect((await file(shown)).toString('latin1', 0, 6)).toBe('GIF89a');
  await bot.alice.hears<{ message_id: string; emoji: { name: string } }>(
    'MESSAGE_REACTION_ADD',
    (data) => data.message_id === asked.id && data.emoji.name === '✅',
  );
  // The GIF is no image of the chain, and the same file counts once.
  await bot.bob.says('#art', 'again', { files: [png(plainPng(8, 8)), png(plainPng(8, 8))], replyTo: shown });
  const more = await bot.olivia.says('#art', 'gif', { replyTo: asked });
  expect((await bot.olivia.sees(shows(more))).content).toContain('5 images');
});

it('leaves out what it cannot read, and members who do not want to be read', async () => {
  const room = await bot.newChannel();
  const first = await bot.bob.says(room, 'one', { files: [png(), png(), { ...png(brokenJpeg(900)), name: 'b.png' }] });
  await bot.milo.runs('privacy', {}, { in: room });
  const panel = await bot.milo.sees((message) => hasButton(message, "Don't read me"));
  await bot.milo.presses(panel, button(panel, "Don't read me"));
  const mine = await bot.milo.says(room, 'two', { files: [png()], replyTo: first });
  await bot.bob.picks('Make a GIF', mine);
  const shown = await bot.bob.sees(shows(mine), { in: room });
  expect(shown.content).toMatch(/2 images.*; 1 that I can't read; 1 by members who don't want me to read them$/);
});

it('takes a link, the format and frames of animated images from /gif', async () => {
  const room = await bot.newChannel();
  const first = await bot.bob.says(room, 'one', { files: [png(), { name: 'a.gif', data: gif(3), type: 'image/gif' }] });
  await bot.olivia.says(room, 'later', { files: [png()] });
  const message = `https://discord.com/channels/${first.id}/${first.channel_id}/${first.id}`;
  await bot.olivia.runs('gif', { message, format: 'webp', animated: true, frames: 3 }, { in: room });
  const shown = await bot.olivia.sees(shows(first), { in: room });
  expect(shown.attachments).toMatchObject([{ filename: 'reply-chain.webp' }]);
  expect(shown.content).toContain('1 frame left out');
  const elsewhere = `https://discord.com/channels/${first.id}/${bot.olivia.channel('general').id}/${first.id}`;
  await bot.alice.runs('gif', { message: elsewhere }, { in: room });
  await bot.alice.sees(/in another channel/);
});

it('says what is missing, and has a member wait after a GIF that was made, not after one that failed', async () => {
  const room = await bot.newChannel();
  const lone = await bot.milo.says('#art', 'one', { files: [png()] });
  for (let time = 0; time < 2; time += 1) {
    const asked = await bot.milo.says('#art', 'gif', { replyTo: lone });
    expect((await bot.milo.sees(answers(asked))).content).toContain('only one image');
    await bot.idle();
  }
  await bot.milo.runs('gif', { message: 'no link' }, { in: room });
  await bot.milo.sees(/no link to a message/);
  const small = await bot.milo.says(room, 'one', { files: [png()] });
  await bot.milo.runs('gif', { message: small.id }, { in: room });
  await bot.milo.sees(/only one image/, { in: room });
  await bot.idle();
  const other = await bot.milo.says(room, 'no image');
  await bot.milo.picks('Make a GIF', other);
  await bot.milo.sees(/no image in this chain/, { in: room });
  await bot.idle();
  const two = await bot.milo.says('#art', 'two', { files: [png()], replyTo: lone });
  const made = await bot.milo.sees(shows(await bot.milo.says('#art', 'gif', { replyTo: two })));
  expect(made.content).toContain('2 images');
  await bot.idle();
  await bot.milo.says('#art', 'gif', { replyTo: two });
  await bot.milo.sees(/Slow down a little/, { in: '#art' });
  await bot.milo.picks('Make a GIF', two);
  await bot.milo.sees((message) => /Slow down a little/.test(message.content) && message.flags === 64);
  expect(JSON.stringify(await exportedBy(bot, 'reply-chain-gif', bot.milo))).toContain(lone.id);
});

it('says where a chain ends at a deleted message, and how many images it reached', async () => {
  const first = await bot.bob.says('#art', 'one', { files: [png()] });
  const second = await bot.bob.says('#art', 'two', { files: [png(), png()], replyTo: first });
  const third = await bot.bob.says('#art', 'three', { files: [png()], replyTo: second });
  await bot.bob.deletes(first);
  const shown = await bot.bob.sees(shows(await bot.bob.says('#art', 'gif', { replyTo: third })));
  expect(shown.content).toMatch(/3 images.*; a message of this chain was deleted, so I reached 3 images$/);
  await bot.bob.deletes(second);
  const asked = await bot.milo.says('#art', 'gif', { replyTo: third });
  const told = await bot.milo.sees(answers(asked));
  expect(told.content).toContain('A message of this chain was deleted, so I reached only 1 image.');
});

it('leaves the word alone where no images are drawn', async () => {
  const lone = await bot.bob.says('#general', 'one', { files: [png(), png()] });
  await bot.bob.says('#general', 'gif', { replyTo: lone });
  await bot.idle();
  const messages = await bot.bob.messages('#general');
  expect(messages.filter(answers(lone)).map(({ content }) => content)).toEqual(['gif']);
});

it('makes one smooth zoom of images that were zoomed out of each other', async () => {
  const first = await bot.alice.sees(shows(await bot.alice.says('#art', '!a castle --size 256x256')));
  await bot.alice.presses(first, button(first, '⋯'));
  const more = await bot.alice.sees((message) => hasButton(message, 'Zoom out 2×'));
  await bot.alice.presses(more, button(more, 'Zoom out 2×'));
  const second = await bot.alice.sees((message) => isImage(message) && message.content.includes('a castle'));
  const asked = await bot.alice.says('#art', 'gif', { replyTo: second });
  const shown = await bot.alice.sees(shows(asked));
  expect(shown.content).toContain('2 images, 512 × 512');
  await bot.alice.presses(shown, button(shown, 'Infinite zoom'));
  const zoom = await bot.alice.sees(/Zoom through 2 images, 256 × 256/);
  expect(zoom.message_reference?.message_id).toBe(second.id);
  const many = (await file(zoom)).toString('latin1').split('\x21\xf9\x04').length - 1;
  expect(many).toBe(17);
});

it('shows that it is under way, with a button that cancels', async () => {
  const first = await bot.bob.says('#art', 'one', { files: [png(), png()] });
  showsProgress = true;
  const delayed = { method: 'GET', route: '/channels/{channel_id}/messages' };
  bot.emulator.core.faults.add({ match: delayed, times: 1, answer: { delayMs: 700 } });
  const asked = await bot.bob.says('#art', 'gif', { replyTo: first });
  const progress = await bot.bob.sees((message) => hasButton(message, 'Cancel'), { in: '#art' });
  showsProgress = false;
  await bot.milo.presses(progress, button(progress, 'Cancel'));
  const end = await bot.bob.sees(/Cancelled/, { in: '#art' });
  expect([end.id, end.message_reference?.message_id, end.components]).toEqual([progress.id, asked.id, []]);
});

it('works in direct messages', async () => {
  const { id } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
  const first = await bot.alice.says(id, '', { files: [png(), png()] });
  const shown = await bot.alice.sees(shows(await bot.alice.says(id, 'make a gif', { replyTo: first })));
  expect(shown.content).toContain('2 images');
});

it('makes a GIF of a chain in a thread of an image channel', async () => {
  const { id } = await bot.alice.opensThread(await bot.alice.says('#art', 'come over here'), 'More of it');
  const first = await bot.alice.says(id, 'one', { files: [png()] });
  await bot.bob.says(id, 'two', { files: [png()], replyTo: first });
  const shown = await bot.alice.sees(shows(await bot.alice.says(id, 'gif', { replyTo: first })), patiently);
  expect([shown.channel_id, shown.content]).toEqual([id, expect.stringContaining('2 images') as string]);
});

it('looks for replies among the latest 400 messages', async () => {
  const first = await bot.olivia.says('#art', 'one', { files: [png()] });
  await bot.olivia.says('#art', 'two', { files: [png()], replyTo: first });
  const place = { channelId: first.channel_id, authorId: bot.olivia.user.id };
  for (let index = 0; index < 397; index += 1) {
    bot.emulator.core.messages.create(place, { content: `chatter ${index}` }, []);
  }
  await bot.olivia.says('#art', 'three', { files: [png()], replyTo: first });
  const shown = await bot.olivia.sees(shows(await bot.olivia.says('#art', 'gif', { replyTo: first })), patiently);
  expect(shown.content).toContain('3 images');
  // The question and the GIF have pushed the second image out of them.
  const later = await bot.bob.sees(shows(await bot.bob.says('#art', 'gif', { replyTo: first })), patiently);
  expect(later.content).toContain('2 images');
});
