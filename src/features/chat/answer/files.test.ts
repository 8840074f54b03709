import { AttachmentFlags, PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIAttachment, APIMessage } from 'discord-api-types/v10';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { FaultAnswer } from '../../../../emulator/faults.ts';
import type { Person } from '../../../../emulator/testing/person.ts';
import { mediaTypeOf } from '../../../kernel/media-type.ts';
import { defineFeature, defineTool } from '../../../sdk/index.ts';
import type { AnswerFile } from '../../../sdk/index.ts';
import { createAsking } from '../../../testing/asking.ts';
import { clears } from '../../../testing/clears.ts';
import { button, buttons, hasEnded } from '../../../testing/components.ts';
import { moveElsewhere } from '../../../testing/elsewhere.ts';
import type { Elsewhere } from '../../../testing/elsewhere.ts';
import { testFeature } from '../../../testing/features.ts';
import { plainPng } from '../../../testing/pictures.ts';
import type { FakeAnswer, FakeRequest } from '../../../testing/providers.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { forgets } from '../../../testing/forgets.ts';
import { tablesWith } from '../../../testing/stored.ts';

/** What the next calls of the tool make, a list each. */
const makes: (readonly AnswerFile[])[] = [];
let before: readonly AnswerFile[] = [];
let after: readonly AnswerFile[] = [];
let hold: Promise<void> | undefined;
/** Called when the tool runs. */
let meanwhile = () => {};
const begun: string[] = [];
/** Names of the files of what the questions replied to, as the tool got them. */
const replied: string[] = [];

const studio = testFeature(
  defineFeature({
    ...{ name: 'studio', summary: 'Makes files.', intents: [], settings: z.strictObject({}) },
    setup: () => ({
      speakers: [({ text }) => (text.startsWith('painter') ? { name: 'The Painter' } : undefined)],
      tools: [
        defineTool({
          ...{ name: 'make', description: 'Makes files.', access: 'everyone', input: z.strictObject({}) },
          run: async (_, { turn, repliedFiles }) => {
            begun.push(turn.text);
            replied.push(...(await repliedFiles()).map(({ filename }) => filename));
            meanwhile();
            await hold;
            return { content: 'Made.', files: makes.shift() ?? [], receipt: 'made it' };
          },
        }),
      ],
      answerSteps: [
        { name: 'frame', at: 'before-store', run: () => Promise.resolve({ files: before }) },
        {
          ...{ name: 'voice', at: 'after-shown', applies: () => after.length > 0 },
          run: () => Promise.resolve({ files: after }),
        },
      ],
    }),
  }),
);

let elsewhere: Elsewhere = { guildId: '', channelId: '' };
const bot = sharedBot({
  paced: false,
  features: [studio],
  testModel: { contextTokens: 64000, tools: true },
  otherModels: [{ name: 'seeing', contextTokens: 64000, maxOutputTokens: 4000, tools: true, vision: true }],
  yaml: async (people, emulator) => {
    elsewhere = await moveElsewhere(people, emulator);
    return `
files: { maxFileMb: 1, maxMbPerOwner: 1 }
features: { summaries: { enabled: false }, titles: { enabled: false } }
`;
  },
});
const { asks, presses, screen } = createAsking(() => bot);
const timeoutMs = 20_000;

beforeEach(() => {
  makes.splice(0);
  begun.splice(0);
  replied.splice(0);
  [before, after, hold, meanwhile] = [[], [], undefined, () => {}];
});
afterEach(() => bot.providers.release());

const calls: FakeAnswer = { calls: [{ name: 'make', input: '{}' }] };
/** What the model says when it has the results of so many calls. */
const then = (text: string, results = 1) =>
  bot.providers.answer((request) => request.toolResults.length === results, { text });
const png = (pixels = 4): AnswerFile => ({ name: 'cat.png', bytes: plainPng(pixels, pixels) });
const note = (name: string, words = 'some words'): AnswerFile => ({ name, bytes: Buffer.from(words) });

const names = ({ attachments }: APIMessage) => attachments.map(({ filename }) => filename);
const bytesOf = async ({ url }: APIAttachment) => Buffer.from(await (await fetch(url)).arrayBuffer());
/** Of the one file of a message. */
const typeOf = async ({ attachments: [file] }: APIMessage) => file && mediaTypeOf(await bytesOf(file));
const latest = () => bot.providers.requests.at(-1);
const now = async (person: Person, { id, channel_id: channelId }: APIMessage) => {
  const found = (await person.messages(channelId)).find((message) => message.id === id);
  if (!found) throw new Error('The message is gone.');
  return found;
};
const isOverview = ({ embeds }: APIMessage) => embeds[0]?.title === 'What I store about you';
/** How many files of Alice are stored, as `/privacy` says. */
async function stored(): Promise<number> {
  await bot.alice.runs('privacy');
  const { embeds } = await bot.alice.sees(isOverview, { timeoutMs });
  return Number(/• (\d+) files?\b/.exec(embeds[0]?.description ?? '')?.[1] ?? 0);
}

/** Strikes when the files come to the message. */
const fault = (answer: FaultAnswer) =>
  bot.emulator.core.faults.add({ match: { method: 'PATCH', route: '/channels/{}/messages/{}' }, times: 1, answer });

/** Has files made for a question, with an answer of these words. */
async function makesFor(words: string, files: readonly AnswerFile[], text = 'Here.', options: { in?: string } = {}) {
  makes.push(files);
  then(text);
  return asks(bot.alice, words, calls, options);
}

describe('the files of a tool', () => {
  // Each picture that a model sees is prepared by a process of its own.
  it(
    'come with the answer; the model sees the picture, also when a reply asks about it, and is told of it later',
    { timeout: 60_000 },
    async () => {
      await bot.bob.runs('model', { name: 'fake/seeing' });
      makes.push([{ ...png(), description: 'A cat\non a mat', spoiler: true }]);
      then('Here.');
      const { question, shown } = await asks(bot.bob, 'draw a cat', calls);
      expect(shown.content).toBe('Here.\n-# 🔧 made it');
      const flags = AttachmentFlags.IsSpoiler;
      const cat = { filename: 'cat.png', description: 'A cat\non a mat', content_type: 'image/png', flags };
      expect(shown.attachments).toMatchObject([cat]);
      expect(await typeOf(shown)).toBe('image/png');
      expect(latest()?.images).toBe(1);
      expect(JSON.stringify(latest()?.body)).toContain(
        '[Attached to your answer: cat.png (image/png: A cat on a mat)]',
      );
      const isReply = ({ userText, toolResults }: FakeRequest) =>
        userText.includes('make it brighter') && toolResults.length === 0;
      bot.providers.answer(isReply, calls);
      then('Brighter.');
      await bot.bob.says(question.channel_id, 'make it brighter', { replyTo: shown });
      await bot.bob.sees(/Brighter/, { in: question.channel_id, timeoutMs });
      await bot.idle();
      expect(latest()?.images).toBe(1);
      expect(replied).toEqual(['cat.png']);
      expect(latest()?.userText).toContain('[In reply to your answer with: cat.png]');
      expect(JSON.stringify(latest()?.body)).toContain(
        '[Files of your answer above: cat.png (image/png: A cat on a mat)]',
      );
    },
  );

  it('come once from each of two calls, and can be the whole answer', async () => {
    makes.push([png()], [png(8), note('list')]);
    then(' ', 2);
    const both = { calls: [...(calls.calls ?? []), ...(calls.calls ?? [])] };
    const { shown } = await asks(bot.alice, 'draw two', both);
    expect(names(shown)).toEqual(['cat.png', 'cat-2.png', 'list.txt']);
    expect(shown.content).toBe('-# 🔧 made it\n-# 🔧 made it');
  });

  it('are at most ten, each as large as Discord takes it; people read why others are missing', async () => {
    const large = { name: 'large.bin', bytes: Buffer.alloc(10 * 1024 * 1024 + 1, 1) };
    const many = Array.from({ length: 12 }, (_, index) => note(`note ${index}.txt`));
    const { shown } = await makesFor('write a lot', [large, { bytes: Buffer.alloc(0) }, ...many]);
    expect(names(shown)).toEqual(Array.from({ length: 10 }, (_, index) => `note-${index}.txt`));
    expect(shown.content).toContain('-# "large.bin" is larger than 10 MB, so I couldn\'t attach it.');
    expect(shown.content).toContain('-# "text.txt" is empty, so I didn\'t attach it.');
    expect(shown.content).toContain('-# An answer has at most 10 files, so 2 files are missing.');
    expect(JSON.stringify(latest()?.body)).toContain('[Not attached, which people are told: large.bin,');
  });

  it('are missing with a word where there is no room to store them, and the others are there', async () => {
    const large = (bytes: number) => ({ name: 'log.txt', bytes: Buffer.alloc(bytes, 'a') });
    makes.push([large(1_100_000), large(900_000), large(900_000), note('short.txt')]);
    then('Some.');
    const { shown } = await asks(bot.milo, 'write logs', calls);
    expect(names(shown)).toEqual(['log-2.txt', 'short.txt']);
    expect(shown.content).toContain('-# "log.txt" is larger than 1 MB, so I couldn\'t attach it.');
    expect(shown.content).toContain('-# I have no room to store "log-3.txt", so I couldn\'t attach it.');
  });

  it('that is stopped leave nothing', async () => {
    const earlier = await stored();
    hold = new Promise(() => {});
    makes.push([png()]);
    bot.providers.answer('draw for ever', calls);
    const room = await bot.newChannel();
    const question = await bot.alice.says(room, `<@${bot.app.discord.self.userId}> draw for ever`);
    await expect.poll(() => begun, { timeout: timeoutMs }).toHaveLength(1);
    await bot.alice.deletes(question);
    await bot.idle();
    expect(await stored()).toBe(earlier);
  });
});

describe('the versions of an answer', () => {
  it('each have their own files, which paging swaps', async () => {
    const { shown } = await makesFor('draw again', [png()], 'First.');
    makes.push([note('second.txt')]);
    bot.providers.answer('draw again', calls);
    then('Second.');
    await presses(bot.alice, shown, 'Regenerate');
    const second = await bot.alice.sees(
      (one) => one.id === shown.id && hasEnded(one) && one.content.startsWith('Second.'),
    );
    await bot.idle();
    expect(names(await now(bot.alice, second))).toEqual(['second.txt']);
    await presses(bot.alice, second, '◀');
    const first = await bot.alice.sees((one) => one.id === shown.id && one.content.startsWith('First.'), { timeoutMs });
    await bot.idle();
    expect(names(await now(bot.alice, first))).toEqual(['cat.png']);
  });

  it('keep their attachment when the answer goes on', async () => {
    makes.push([png()]);
    bot.providers.answer((request) => request.toolResults.length === 1, { chunks: ['Once '], finishReason: 'length' });
    const { shown } = await asks(bot.alice, 'tell a story', calls);
    bot.providers.answer((request) => request.userText.startsWith('Your answer was cut off.'), {
      chunks: ['upon', ' a time.'],
      hold: 1,
    });
    await presses(bot.alice, shown, 'Continue');
    const growing = await bot.alice.sees((one) => one.id === shown.id && one.content.includes('upon'), { timeoutMs });
    expect(names(growing)).toEqual(['cat.png']);
    bot.providers.release();
    const whole = await bot.alice.sees((one) => one.id === shown.id && one.content.includes('a time'), { timeoutMs });
    await bot.idle();
    expect((await now(bot.alice, whole)).attachments.map(({ id }) => id)).toEqual(
      shown.attachments.map(({ id }) => id),
    );
  });
});

describe('an answer that fails', () => {
  it('keeps the files that were made for it, until it is tried again', async () => {
    makes.push([png()]);
    bot.providers.answer((request) => request.toolResults.length === 1, { status: 400, text: 'no' });
    const { shown } = await asks(bot.alice, 'draw and fail', calls);
    expect([shown.content.startsWith('⚠️'), names(shown)]).toEqual([true, ['cat.png']]);
    makes.push([note('again.txt')]);
    bot.providers.answer('draw and fail', calls);
    then('Now.');
    await presses(bot.alice, shown, 'Retry');
    const again = await bot.alice.sees((one) => one.id === shown.id && hasEnded(one) && one.content.startsWith('Now.'));
    await bot.idle();
    expect(names(await now(bot.alice, again))).toEqual(['again.txt']);
  });
});

describe('the files of a step', () => {
  it('before an answer is stored come with it', async () => {
    before = [note('frame.txt')];
    const { shown } = await asks(bot.alice, 'frame it', { text: 'Framed.' });
    expect(names(shown)).toEqual(['frame.txt']);
  });

  it('after it was shown are added, in a further message beyond ten', async () => {
    after = [note('voice.txt')];
    const asked = await makesFor(
      'write and read',
      Array.from({ length: 10 }, (_, index) => note(`${index}.txt`)),
    );
    const [text, further] = await screen(asked);
    expect(text?.attachments.map(({ id }) => id)).toEqual(asked.shown.attachments.map(({ id }) => id));
    expect(text?.components).toEqual([]);
    expect(further && names(further)).toEqual(['voice.txt']);
    expect(further?.components).toHaveLength(1);
  });
});

describe('files', () => {
  it('come under the name of a speaker, and in direct messages', async () => {
    makes.push([png()], [png()]);
    bot.providers.answer('painter, draw', calls);
    then('By me.');
    await bot.alice.says(await bot.newChannel(), `<@${bot.app.discord.self.userId}> painter, draw`);
    const spoken = await bot.alice.sees((one) => one.content.includes('By me.') && hasEnded(one), { timeoutMs });
    await bot.idle();
    expect([spoken.author.username, ...names(await now(bot.alice, spoken))]).toEqual(['The Painter', 'cat.png']);
    bot.providers.answer('draw here', calls);
    then('For you.');
    const { id } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
    await bot.alice.says(id, 'draw here');
    const direct = await bot.alice.sees((one) => one.content.startsWith('For you.') && hasEnded(one), { timeoutMs });
    expect(names(direct)).toEqual(['cat.png']);
  });

  it('come where the bot is no member, also those of a step after the answer', async () => {
    makes.push(Array.from({ length: 10 }, (_, index) => note(`${index}.txt`)));
    after = [note('voice.txt')];
    bot.providers.answer((request) => request.toolResults.length === 0, calls);
    then('From afar.');
    await bot.alice.runs('ask', { prompt: 'write from afar' }, { in: elsewhere.channelId });
    const further = await bot.alice.sees((one) => names(one).includes('voice.txt'), {
      ...{ in: elsewhere.channelId, timeoutMs },
    });
    await bot.idle();
    const shown = (await bot.alice.messages(elsewhere.channelId)).filter(({ attachments }) => attachments.length > 0);
    expect(shown.map((one) => [one.content.split('\n')[0], one.attachments.length])).toEqual([
      ['From afar.', 10],
      ['', 1],
    ]);
    expect(shown.at(-1)?.id).toBe(further.id);
  });

  it('are missing with a word where the bot may not attach any, or Discord refuses them', async () => {
    const room = await bot.newChannel();
    const denies = (bits: bigint) =>
      bot.olivia.request('PUT', `/channels/${bot.olivia.channel(room).id}/permissions/${bot.app.discord.self.userId}`, {
        ...{ type: 1, allow: '0', deny: String(bits) },
      });
    await denies(PermissionFlagsBits.AttachFiles);
    const { shown } = await makesFor('draw unseen', [png()], 'There.', { in: room });
    expect(shown.content).toContain("-# I can't attach files here, so 1 file is missing.");
    expect(names(shown)).toEqual([]);
    await denies(0n);
    meanwhile = () => fault({ status: 413, body: { code: 40005, message: 'Request entity too large' } });
    const refused = await makesFor('draw too much', [png()], 'Then not.', { in: room });
    expect(refused.shown.content).toContain("-# Discord refused 1 file of this answer, so it's missing.");
  });

  it.each([
    ['lost', { status: 502 }],
    ['empty', { empty: true }],
  ])('are shown once when the answer of Discord is %s', async (how, answer) => {
    meanwhile = () => fault(answer);
    const asked = await makesFor(`draw what is ${how}`, [png()]);
    expect((await screen(asked)).map(names)).toEqual([['cat.png']]);
  });

  it('are in the export, and deleted with the answer, the conversation, or all data of the asker', async () => {
    const first = await makesFor('draw and delete', [png()]);
    const second = await makesFor('draw and clear', [png()]);
    await makesFor('draw and forget', [png()]);
    await bot.alice.runs('privacy');
    const shown = await bot.alice.sees((message) => buttons(message).some(({ label }) => label === 'Export'));
    await bot.alice.presses(shown, button(shown, 'Export'));
    const exported = await bot.alice.sees((message) => names(message).includes('familiar-export.json'));
    const text = await (await fetch(exported.attachments[0]?.url ?? '')).text();
    expect(text).toContain('"name": "cat.png"');
    expect(text).toContain('"kind": "answer"');
    const before = await stored();
    await bot.alice.deletes(first.question);
    await bot.idle();
    expect(await stored()).toBe(before - 1);
    await clears(bot.alice, {}, { in: second.question.channel_id });
    await expect.poll(stored).toBe(before - 2);
    await forgets(bot.alice);
    await expect.poll(() => tablesWith(bot, bot.alice.user.id), { timeout: timeoutMs }).toEqual([]);
  });
});
