import type { APIMessage } from 'discord-api-types/v10';
import { MessageFlags, PermissionFlagsBits } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { button, buttons } from '../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../testing/shared-bot.ts';
import { createTalk, isSummary, marked, said } from './testing/talk.ts';

const bot = sharedBot({
  paced: false,
  yaml: 'features: { chat: { historySent: 3 }, summaries: { maxTokens: 2000 } }\n',
});
const billing = sharedBilling(bot);
const { asks, talks, nextSummary, materials, latestPrompt } = createTalk(bot);
const words = (...all: string[]) => all.map((word) => [bot.alice, word] as const);
const timeoutMs = 20_000;

const isEphemeral = (message: APIMessage) => ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
const description = (message: APIMessage) => message.embeds[0]?.description ?? '';

/** Runs a command in a channel and resolves to what its caller is told. */
async function runs(person: typeof bot.alice, command: string, room: string, options = {}): Promise<APIMessage> {
  await person.runs(command, options, { in: room });
  const told = (message: APIMessage) => isEphemeral(message) && message.content + description(message) !== '';
  return person.sees(told, { in: room, timeoutMs });
}

async function fileOf(message: APIMessage): Promise<string> {
  return (await fetch(message.attachments[0]?.url ?? '')).text();
}

describe('/summary', () => {
  it('shows its text, what it covers and when it was made, to the caller alone', async () => {
    const room = await bot.newChannel();
    expect((await runs(bot.bob, 'summary', room)).content).toContain('There is no summary here');
    nextSummary({ text: 'They counted, as [a bank](https://evil.example/a) does.' });
    await talks(room, words('one', 'two', 'three'));
    const shown = await runs(bot.bob, 'summary', room);
    expect(description(shown)).toBe('They counted, as [a bank](https://evil.example/a) (evil.example) does.');
    expect(shown.content).toMatch(/Covers 2 questions and their answers, asked <t:\d+:R> to <t:\d+:R>/);
    expect(shown.content).toMatch(/Written <t:\d+:R> by fake\/test-model/);
    const other = await bot.newChannel();
    expect((await runs(bot.bob, 'summary', other)).content).toContain('There is no summary here');
  });

  it('gives a long one as a file', async () => {
    const room = await bot.newChannel();
    const text = `${'It goes on and on. '.repeat(250)}The end.`;
    nextSummary({ text });
    await talks(room, words('one', 'two', 'three'));
    expect(await fileOf(await runs(bot.alice, 'summary', room))).toBe(text);
  });

  it('is written now for a member who wants it and pays', async () => {
    const room = await bot.newChannel();
    await asks(bot.alice, room, 'one');
    expect((await runs(bot.bob, 'summary', room, { action: 'make' })).content).toContain('nothing to summarise');
    await asks(bot.alice, room, 'two');
    nextSummary({ text: 'One, in short.' });
    expect(description(await runs(bot.bob, 'summary', room, { action: 'make' }))).toBe('One, in short.');
    await bot.idle();
    expect(materials()).toEqual([[said('Alice', 'one'), said('Familiar', 'A: one')]]);
    expect(await billing.callsOf(bot.bob)).toMatchObject([{ step: 'summary', state: 'settled' }]);
    await asks(bot.alice, room, 'three');
    expect(latestPrompt()).toEqual([
      marked('One, in short.'),
      'user: Alice: two',
      'assistant: A: two',
      'user: Alice: three',
    ]);
  });

  it('is dropped by moderators', async () => {
    const room = await bot.newChannel();
    nextSummary({ text: 'To be dropped.' });
    await talks(room, words('one', 'two', 'three'));
    expect((await runs(bot.alice, 'summary', room, { action: 'drop' })).content).toContain('Only moderators');
    expect((await runs(bot.milo, 'summary', room, { action: 'drop' })).content).toMatch(/^Deleted\./);
    expect((await runs(bot.milo, 'summary', room, { action: 'drop' })).content).toContain('no summary to delete');
    nextSummary({ text: 'Made anew.' });
    await asks(bot.alice, room, 'four');
    expect(latestPrompt()[0]).toBe('user: Alice: one');
  });

  it('and /context are for members who may read older messages', async () => {
    const room = await bot.newChannel();
    const channel = bot.bob.channel(room);
    const deny = String(PermissionFlagsBits.ReadMessageHistory);
    await bot.olivia.request('PUT', `/channels/${channel.id}/permissions/${bot.bob.user.id}`, {
      type: 1,
      allow: '0',
      deny,
    });
    for (const command of ['summary', 'context']) {
      expect((await runs(bot.bob, command, room)).content).toContain("You can't read older messages here");
    }
  });
});

describe('/context', () => {
  it('shows the prompt, and what is left out of it and why', async () => {
    const room = await bot.newChannel();
    nextSummary({ text: 'They counted.' });
    await talks(room, words('one', 'two', 'three'));
    await bot.bob.says(room, 'what a day');
    const shown = await runs(bot.milo, 'context', room);
    expect(isEphemeral(shown)).toBe(true);
    expect(shown.embeds[0]?.title).toBe('What fake/test-model gets with your next question');
    const told = description(shown);
    expect(told).toMatch(/▰▱+ \*\*\d %\*\*\n\d+ of 16000 tokens, and up to 4000 more for the answer/);
    expect(told).toMatch(/\*\*System prompt\*\*, from my default: \d+ tokens/);
    expect(told).toMatch(/\*\*Summary\*\* of 2 questions, up to <t:\d+:R>: \d+ tokens/);
    expect(told).toMatch(/\*\*Questions with answers\*\*: the latest one: \d+ tokens/);
    expect(told).toMatch(/\*\*Other messages here\*\*: the latest one: \d+ tokens/);
    expect(told).toContain("this model can't see pictures");
    const [inAll = 0, , ...parts] = [...told.matchAll(/(\d+) (?:of 16000 )?tokens|up to (\d+) more/g)].map(
      ([, count]) => Number(count ?? 0),
    );
    expect(parts).toHaveLength(5);
    expect(parts.reduce((total, count) => total + count, 0)).toBe(inAll);
    const file = await fileOf(shown);
    expect(file).toContain('> They counted.');
    expect(file).toContain('Alice: three');
    expect(file).toContain('Bob: what a day');
    expect(file).not.toContain('Alice: one');
    expect(bot.providers.requests.filter(isSummary)).toHaveLength(1);
  });

  it('says what the settings and the window leave out', async () => {
    const room = await bot.newChannel();
    nextSummary({ status: 400, times: 9 });
    const long = (word: string) => [bot.alice, `${'第'.repeat(1800)}${word}`] as const;
    await talks(room, [...words('one'), long('two'), long('three'), long('four')]);
    const told = description(await runs(bot.alice, 'context', room));
    expect(told).toMatch(/left out: (one|\d) older, because the window is full/);
    expect(told).toContain('left out: one older, because I send at most 3');
    expect(told).not.toContain('**Summary**');
  });
});

it('the payments for summaries balance', async () => {
  expect(await billing.ledger.verify()).toEqual([]);
});

it('a branch goes on with the summary of what was said before it', async () => {
  const room = await bot.newChannel();
  nextSummary({ text: 'They counted.' });
  const [, , three] = await talks(room, words('one', 'two', 'three'));
  const shown = (await bot.alice.messages(room)).find(({ id }) => id === three?.answer.id) as APIMessage;
  await bot.alice.presses(shown, button(shown, '⋯'));
  const menu = await bot.alice.sees((message) => isEphemeral(message) && buttons(message).length > 2, { timeoutMs });
  await bot.alice.presses(menu, button(menu, 'Branch'));
  const done = await bot.alice.sees((message) => message.content.startsWith('Your branch'), { timeoutMs });
  const threadId = /<#(\d+)>/.exec(done.content)?.[1] ?? '';
  await asks(bot.alice, threadId, 'four');
  expect(latestPrompt()).toEqual([
    marked('They counted.'),
    'user: Alice: three',
    'assistant: A: three',
    'user: Alice: four',
  ]);
});
