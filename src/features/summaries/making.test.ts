import type { APIMessage } from 'discord-api-types/v10';
import { MessageFlags } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { uuidFromName } from '../../kernel/ids.ts';
import { formatMicros } from '../../kernel/money.ts';
import { button } from '../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../testing/shared-bot.ts';
import { jobCount } from '../../testing/stored.ts';
import { insertSummary } from './store.ts';
import { createTalk, isSummary, marked, said } from './testing/talk.ts';

/** A token costs 10 micro-dollars, one of output 20. */
const bot = sharedBot({
  paced: false,
  yaml: `
features: { chat: { historySent: 3 }, summaries: { maxTokens: 150 } }
prices:
  models:
    fake/test-model: { inputPerMillion: 10, outputPerMillion: 20 }
access:
  roles:
    member: { dailyFreeUsd: 5, requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`,
});
const billing = sharedBilling(bot);
const { asks, talks, nextSummary, materials, latestPrompt } = createTalk(bot);

/** What Bob, who asked for it, is told of an answer. */
async function explained(answer: APIMessage, room: string): Promise<string> {
  await bot.bob.runs('why', { message: answer.id }, { in: room });
  const isTold = ({ flags, embeds }: APIMessage) =>
    ((flags ?? 0) & MessageFlags.Ephemeral) !== 0 && (embeds[0]?.fields?.length ?? 0) > 0;
  const told = await bot.bob.sees(isTold, { in: room, timeoutMs: 20_000 });
  return (told.embeds[0]?.fields ?? []).map(({ value }) => value).join('\n');
}

const words = (...all: string[]) => all.map((word) => [bot.alice, word] as const);

describe('a long talk', () => {
  it('is summarised when its window is full, and the summary replaces what it covers in the prompt', async () => {
    const room = await bot.newChannel();
    nextSummary({ text: 'Alice likes one, Bob two.' });
    await asks(bot.alice, room, 'one');
    await asks(bot.bob, room, 'two');
    expect(materials()).toEqual([]);
    await asks(bot.alice, room, 'three');
    expect(materials()).toEqual([
      [said('Alice', 'one'), said('Familiar', 'A: one'), said('Bob', 'two'), said('Familiar', 'A: two')],
    ]);
    await asks(bot.bob, room, 'four');
    expect(latestPrompt()).toEqual([
      marked('Alice likes one, Bob two.'),
      'user: Alice: three',
      'assistant: A: three',
      'user: Bob: four',
    ]);
  });

  it('is summarised again from the last summary and what came after it', async () => {
    const room = await bot.newChannel();
    nextSummary({ text: 'First summary.' });
    nextSummary({ text: 'Second summary.' });
    const told = await talks(room, words('one', 'two', 'three', 'four', 'five'));
    expect(materials()[1]).toEqual([
      JSON.stringify({ summary: 'First summary.' }),
      said('Alice', 'three'),
      said('Familiar', 'A: three'),
      said('Alice', 'four'),
      said('Familiar', 'A: four'),
    ]);
    await asks(bot.alice, room, 'six');
    expect(latestPrompt()).toEqual([
      marked('Second summary.'),
      'user: Alice: five',
      'assistant: A: five',
      'user: Alice: six',
    ]);
    // An early question that is answered again is seen as it was.
    bot.providers.answer((request) => request.userText.endsWith('four'), { text: 'Again: four' });
    nextSummary({ text: 'Third summary.' });
    const id = told[3]?.answer.id;
    const shown = (await bot.alice.messages(room)).find((message) => message.id === id) as APIMessage;
    await bot.alice.presses(shown, button(shown, 'Regenerate'));
    await bot.alice.sees((message) => message.id === id && message.content === 'Again: four', { timeoutMs: 20_000 });
    await bot.idle();
    expect(latestPrompt()).toEqual([
      marked('First summary.'),
      'user: Alice: three',
      'assistant: A: three',
      'user: Alice: four',
    ]);
    expect(materials()[2]).toEqual([
      JSON.stringify({ summary: 'First summary.' }),
      ...['three', 'four', 'five'].flatMap((word) => [
        said('Alice', word),
        said('Familiar', `${word === 'four' ? 'Again' : 'A'}: ${word}`),
      ]),
    ]);
  });

  it('is summarised without other channels and direct messages', async () => {
    const [room, other] = [await bot.newChannel(), await bot.newChannel()];
    const direct = (await bot.alice.opensDirectMessages(bot.app.discord.self.userId)).id;
    await asks(bot.alice, other, 'elsewhere');
    await asks(bot.alice, direct, 'privately');
    nextSummary({ text: 'Of the room.' });
    await talks(room, words('one', 'two', 'three'));
    expect(materials().flat().join()).not.toMatch(/elsewhere|privately/);
    await asks(bot.alice, other, 'and here?');
    expect(latestPrompt().join()).not.toContain('Of the room.');
  });

  it('goes on with its summary after a restart', async () => {
    const room = await bot.newChannel();
    nextSummary({ text: 'What was before.' });
    await talks(room, words('one', 'two', 'three'));
    await bot.stop();
    await bot.start();
    await asks(bot.alice, room, 'four');
    expect(latestPrompt()[0]).toBe(marked('What was before.'));
  });
});

describe('a summary', () => {
  it('is paid by the server, under a request of its own, and is of bounded length', async () => {
    const room = await bot.newChannel();
    nextSummary({ text: 'Paid for.', usage: { inputTokens: 200, outputTokens: 10 } });
    await talks(room, words('one', 'two'));
    const before = await billing.paid(bot.bob);
    const { question, answer } = await asks(bot.bob, room, 'three');
    const calls = await billing.calls(question);
    expect(calls.map(({ step, state }) => [step, state])).toEqual([['answer', 'settled']]);
    const after = await billing.callsAfter(question, 'summary');
    expect(after).toMatchObject([
      {
        state: 'settled',
        charged: { micros: 200 * 10 + 10 * 20 },
        terms: { payerId: `guild-${bot.bob.channel(room).guildId}`, limits: [] },
      },
    ]);
    const answerMicros = calls[0]?.charged.micros ?? 0;
    expect((await billing.paid(bot.bob)).free - before.free).toBe(answerMicros);
    const why = await explained(answer, room);
    expect(why).toContain(`**${formatMicros(answerMicros + 2200)}**`);
    expect(why).toMatch(/summary · fake\/test-model · \S*0\.0022/);
    const request = bot.providers.requests.find(isSummary);
    expect(request?.body['max_tokens']).toBe(150);
    expect(JSON.stringify(request?.body)).toContain('at most 90 words');
  });

  it('is charged although the answer before it is lost', async () => {
    const room = await bot.newChannel();
    await talks(room, words('one', 'two'));
    nextSummary({ text: 'Still paid.', hold: true });
    const third = asks(bot.alice, room, 'three');
    await bot.providers.requested(isSummary);
    const id = (await bot.alice.messages(room)).find(({ content }) => content.endsWith('> three'))?.id ?? '';
    // As a worker does that takes over the job of an answer from one that died.
    expect(await billing.ledger.recover(`chat/answer/${uuidFromName(`chat/answer/${id}`)}/0`)).toBe(0);
    bot.providers.release();
    const { question } = await third;
    expect((await billing.callsAfter(question, 'summary')).map(({ state }) => state)).toEqual(['settled']);
  });

  it('is not charged when another one was stored while it was written', async () => {
    const room = await bot.newChannel();
    await talks(room, words('one', 'two'));
    nextSummary({ text: 'Too late.', hold: true });
    const third = asks(bot.alice, room, 'three');
    await bot.providers.requested(isSummary);
    // As a worker does that was given the same job because this one was silent for too long.
    const { id: channelId, guildId = null } = bot.alice.channel(room);
    const now = new Date();
    const other = {
      ...{ id: uuidFromName(room), channel_id: channelId, guild_id: guildId, ciphertext: Buffer.alloc(0) },
      ...{ author_ids: [], context_author_ids: [], message_ids: [], covers_from: now, covers_until: now, exchanges: 2 },
      ...{ model_id: 'fake/test-model', made_at: now },
    };
    await bot.database.postgres.transaction((tx) => insertSummary(tx, other));
    bot.providers.release();
    const { question } = await third;
    expect((await billing.callsAfter(question, 'summary')).map(({ state }) => state)).toEqual(['lost']);
  });

  it('that fails costs nothing, and is written after the next answer', async () => {
    const room = await bot.newChannel();
    nextSummary({ status: 400, text: 'Nothing for you.' });
    const told = await talks(room, words('one', 'two', 'three'));
    expect(await bot.alice.messages(room)).toHaveLength(6);
    const calls = await billing.callsAfter(told[2]?.question as APIMessage, 'summary');
    expect(calls.map(({ charged }) => charged.micros ?? 0)).toEqual([0]);
    nextSummary({ text: 'Late.' });
    await asks(bot.alice, room, 'four');
    expect(latestPrompt().slice(0, 2)).toEqual(['user: Alice: one', 'assistant: A: one']);
    expect(materials()[1]).toHaveLength(6);
    await asks(bot.alice, room, 'five');
    expect(latestPrompt()[0]).toBe(marked('Late.'));
  });

  it('without a word is not stored', async () => {
    const room = await bot.newChannel();
    nextSummary({ text: ' ' });
    await talks(room, words('one', 'two', 'three'));
    nextSummary({ text: 'Now.' });
    await asks(bot.alice, room, 'four');
    expect(latestPrompt()[0]).toBe('user: Alice: one');
  });

  it('is made once, also when the next answer ends while it is written', async () => {
    const room = await bot.newChannel();
    await talks(room, words('one', 'two'));
    nextSummary({ text: 'Once.', hold: true });
    const third = asks(bot.alice, room, 'three');
    await bot.providers.requested(isSummary);
    const fourth = asks(bot.bob, room, 'four');
    await bot.milo.sees((message) => message.content === 'A: four', { in: room, timeoutMs: 20_000 });
    // Its job waits for the other, and then finds nothing to do.
    const jobs = () => Promise.all([jobCount(bot, 'active'), jobCount(bot, 'waiting')]);
    await expect.poll(jobs, { timeout: 20_000 }).toEqual([1, 1]);
    bot.providers.release();
    await Promise.all([third, fourth]);
    expect(materials()).toHaveLength(1);
  });
});
