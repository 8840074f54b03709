import { expect, it } from 'vitest';
import { AttachmentFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { button } from '../../testing/components.ts';
import { sharedBot } from '../../testing/shared-bot.ts';
import { plainPng } from '../../testing/pictures.ts';
import { createShiftedClock } from '../../testing/shifted-clock.ts';

const clock = createShiftedClock(Date.now());
const bot = sharedBot({
  ...{ paced: false, clock },
  yaml: ({ alice }) => `
models: { default: demo/familiar, findOllama: false }
features:
  images: { channels: [art], editChannels: [general], demo: true }
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null, imagesPerDay: 100 }
    generous: { users: ['${alice.user.id}'], imagesPerDay: 100 }
`,
});

/** Drawing a large image takes several seconds on a busy machine. */
const drawn = { timeoutMs: 30_000 };
const answers =
  ({ id }: APIMessage) =>
  (message: APIMessage): boolean =>
    message.attachments.length > 0 && message.message_reference?.message_id === id;
it('draws what begins with a prefix in an image channel, and shows what is left', async () => {
  const asked = await bot.alice.says('#art', '!a cat on a roof');
  const shown = await bot.alice.sees(answers(asked), drawn);
  expect(shown.attachments).toMatchObject([{ content_type: 'image/png', description: 'a cat on a roof' }]);
  expect(shown.content).toMatch(/Daily 1\/100 \| Storage \d+\.\d\/500 MB/);
  expect(shown.content).toContain('REPLICATE_API_TOKEN');
  await bot.alice.hears<{ message_id: string; emoji: { name: string } }>(
    'MESSAGE_REACTION_ADD',
    (data) => data.message_id === asked.id && data.emoji.name === '✅',
  );
});

it('draws several, and offers each by a menu', async () => {
  const shown = await bot.bob.sees(answers(await bot.bob.says('#art', '!x3 an owl at night --size 256x256')), drawn);
  expect(shown.attachments).toHaveLength(3);
  expect(new Set(shown.attachments.map(({ size }) => size)).size).toBeGreaterThan(1);
});

it.each(['#general', '#bot-chat'])('leaves a bang to commands in %s', async (channel) => {
  const asked = await bot.alice.says(channel, '!help');
  const shown = await bot.alice.sees((message) => message.message_reference?.message_id === asked.id);
  expect(shown.embeds).toMatchObject([{ title: 'What Familiar can do' }]);
  expect(shown.attachments).toEqual([]);
});

it('edits what is attached, also where only edits are allowed', async () => {
  const files = [{ name: 'mine.png', data: plainPng(300, 200), type: 'image/png' }];
  const shown = await bot.alice.sees(answers(await bot.alice.says('#general', 'edit: make it blue', { files })), drawn);
  expect(shown.attachments).toMatchObject([{ width: 300, height: 200 }]);
});

it('zooms out of the picture that it replies to without its caption, and edits that by a form', async () => {
  const first = await bot.alice.sees(
    answers(await bot.alice.says('#art', '!a castle --size 256x256 --no people')),
    drawn,
  );
  // What it leads to is stored once it is shown.
  await bot.idle();
  const second = await bot.alice.sees(answers(await bot.alice.says('#art', 'zoom out', { replyTo: first })), drawn);
  // The strip with the caption is no part of the picture.
  expect(first.content).toContain('256 × 256');
  expect(first.attachments[0]?.height).toBeGreaterThan(256);
  expect(second.attachments).toMatchObject([{ width: 384, height: 384 }]);
  const { modal } = await bot.alice.presses(second, button(second, 'Edit'));
  if (!modal) throw new Error('no form');
  await bot.alice.submits(modal, { change: 'make it snow' });
  const edited = (message: APIMessage) => message.content.includes(`<@${bot.alice.user.id}>: make it snow`);
  const third = await bot.alice.sees((message) => message.attachments.length > 0 && edited(message), drawn);
  await bot.alice.presses(third, button(third, '⋯'));
  const more = await bot.alice.sees(/What else/);
  await bot.alice.presses(more, button(more, 'Info'));
  await bot.alice.sees(/\*\*Made from:\*\* 2 images/);
});

it.each(['a-flag.png', 'SPOILER_name.png'])('hides what is made of a spoiler, and the GIF of it: %s', async (name) => {
  const isSpoiler = ({ attachments: [file] }: APIMessage) => ((file?.flags ?? 0) & AttachmentFlags.IsSpoiler) !== 0;
  const files = [{ name, data: plainPng(64, 64), type: 'image/png' }];
  const hidden = name.startsWith('SPOILER_')
    ? await bot.bob.says('#art', 'look', { files })
    : await bot.bob.sees(answers(await bot.bob.says('#art', '!a surprise --size 64x64 --spoiler')), drawn);
  await bot.idle();
  const edited = await bot.bob.sees(
    answers(await bot.bob.says('#art', 'edit: make it blue', { replyTo: hidden })),
    drawn,
  );
  expect(isSpoiler(edited)).toBe(true);
  const animated = await bot.bob.sees(answers(await bot.bob.says('#art', 'gif', { replyTo: edited })), drawn);
  expect(isSpoiler(animated)).toBe(true);
  // The next GIF of this member waits.
  clock.jump(11_000);
});

it('says what is missing in an edit without an image', async () => {
  await bot.alice.says('#art', 'edit: make it blue');
  await bot.alice.sees(/Attach one, or reply/, { in: '#art' });
});

it('draws and changes what members ask the built-in chat model for in plain words', async () => {
  const room = await bot.newChannel();
  const asks = async (words: string, receipt: RegExp) => {
    await bot.alice.says(room, `<@${bot.app.discord.self.userId}> ${words}`);
    const isDrawn = (message: APIMessage) => message.attachments.length > 0 && receipt.test(message.content);
    return bot.alice.sees(isDrawn, { in: room, ...drawn });
  };
  const { content } = await asks('draw me a lighthouse', /painter drew: a lighthouse/);
  expect(content).toContain("I'm drawing it.\n\n🎨 Here it is.");
  expect(content).not.toContain('draw_image');
  await bot.idle();
  // Nothing is attached or replied to: the picture above is meant.
  await asks('make it brighter', /painter drew: make it brighter/);
  await bot.idle();
  await bot.alice.says(room, `<@${bot.app.discord.self.userId}> draw a cat`);
  const shown = await bot.alice.sees(
    (message) => /painter drew: a cat/.test(message.content) && message.attachments.length > 0,
    drawn,
  );
  await bot.idle();
  await bot.alice.says(room, 'make it blue', { replyTo: shown });
  await bot.alice.sees(
    (message) => /painter drew: make it blue/.test(message.content) && message.attachments.length > 0,
    drawn,
  );
});
