import type { APIMessage } from 'discord-api-types/v10';
import { afterEach, describe, expect, it } from 'vitest';
import type { FakeAnswer } from '../../../testing/providers.ts';
import { button, buttons } from '../../../testing/components.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Noon of the day, so that no test runs into midnight. */
const clock = createShiftedClock(Math.ceil(Date.now() / dayMs) * dayMs + dayMs / 2);
const tomorrow = () => `<t:${Math.ceil(clock.now() / dayMs) * (dayMs / 1000)}:R>`;

/** Micro-dollars: a token of input costs 10, one from the cache 1, one of output 20. A day has 20,000 for free. */
const yaml = `
queue: { maxAttempts: 2 }
prices:
  models:
    fake/test-model: { inputPerMillion: 10, cachedInputPerMillion: 1, outputPerMillion: 20 }

access:
  roles:
    member: { dailyFreeUsd: 0.02, requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`;

const bot = sharedBot({ yaml, clock });
const billing = sharedBilling(bot, clock);
afterEach(async () => {
  await bot.idle();
  clock.jump(dayMs);
});

const mention = () => `<@${bot.app.discord.self.userId}>`;
const isAnswerTo = (question: APIMessage) => (message: APIMessage) =>
  message.message_reference?.message_id === question.id;
const ended = (question: APIMessage, text: string) => (message: APIMessage) =>
  isAnswerTo(question)(message) &&
  message.content.includes(text) &&
  !buttons(message).some(({ label }) => label === 'Stop');

/** The fields of an embed as one reads them. */
const read = ({ embeds }: APIMessage) =>
  embeds.flatMap(({ fields = [] }) => fields.map(({ name, value }) => `${name}\n${value}`)).join('\n');

/** Asks in a room of its own, waits until the answer has ended with this text, and resolves to both. */
async function asks(words: string, answer: FakeAnswer, text = answer.text ?? '', person = bot.alice) {
  bot.providers.answer(words, answer);
  const question = await person.says(await bot.newChannel(), `${mention()} ${words}`);
  const shown = await person.sees(ended(question, text));
  await bot.idle();
  return { question, shown };
}

const usage = { inputTokens: 120, outputTokens: 37, cachedInputTokens: 20 };
const costs = (micros: number) => ({ inputTokens: micros / 10 - 2, outputTokens: 1 });
const usedUp = "You've used your $0.02 for today";

describe('an answer', () => {
  it('costs what the provider reports, at the price of each kind of token', async () => {
    const { question } = await asks('how much', { text: 'This much.', usage });
    expect(await billing.paid(bot.alice)).toEqual({ free: 100 * 10 + 20 * 1 + 37 * 20, credits: 0 });
    const [call, ...more] = await billing.calls(question);
    expect(more).toEqual([]);
    expect(call).toMatchObject({
      state: 'settled',
      charged: { micros: 1760, tokens: 157 },
      onInstance: {},
      facts: { model: 'fake/test-model', inputTokens: 120, cachedInputTokens: 20, outputTokens: 37, estimated: false },
      terms: { payerId: bot.alice.user.id, channelId: question.channel_id },
    });
  });

  it('costs an estimate where the provider reports nothing, and the books say so', async () => {
    const { question } = await asks('unreported', { text: 'Five words or so, maybe.', usage: null });
    const [call] = await billing.calls(question);
    const { inputTokens, outputTokens, estimated } = call?.facts as Record<string, number>;
    expect(estimated).toBe(true);
    expect(inputTokens).toBeGreaterThan(20);
    expect(outputTokens).toBeGreaterThan(4);
    expect(call?.charged.micros).toBe((inputTokens ?? 0) * 10 + (outputTokens ?? 0) * 20);
  });

  it('costs no more than was held; what the provider counts beyond is charged to the instance', async () => {
    const { question } = await asks('greedy', { text: 'Much.', usage: costs(25_000) });
    const [call] = await billing.calls(question);
    expect(call?.held.micros).toBeLessThanOrEqual(20_000);
    expect(await billing.paid(bot.alice)).toEqual({ free: call?.held.micros, credits: 0 });
    expect(call?.onInstance.micros).toBe(25_000 - (call?.held.micros ?? 0));
  });

  it('is paid by the free money of the day first, then by credits', async () => {
    await billing.grant(bot.bob, 5000);
    await asks('first', { text: 'One.', usage: costs(19_000) }, 'One.', bot.bob);
    expect(await billing.paid(bot.bob)).toEqual({ free: 19_000, credits: 0 });
    await asks('second', { text: 'Two.', usage: costs(3000) }, 'Two.', bot.bob);
    expect(await billing.paid(bot.bob)).toEqual({ free: 20_000, credits: 2000 });
  });
});

describe('money that is used up', () => {
  it('refuses before any model is asked, says when there is more, and there is at midnight by itself', async () => {
    await asks('first', { text: 'One.', usage: costs(20_000) });
    const asked = bot.providers.requests.length;
    const question = await bot.alice.says(await bot.newChannel(), `${mention()} second`);
    const refused = await bot.alice.sees(isAnswerTo(question));
    expect(refused.content).toContain(usedUp);
    expect(refused.content).toContain(tomorrow());
    expect(bot.providers.requests).toHaveLength(asked);
    expect(await billing.refusal(question, 'refused.own.micros')).toMatchObject({
      details: { cap: '$0.02', period: 'day' },
    });
    expect(await billing.calls(question)).toEqual([]);
    await asks('bob', { text: 'Yes, Bob.' }, 'Yes, Bob.', bot.bob);

    clock.jump(dayMs);
    await asks('third', { text: 'Three.', usage: costs(1000) });
    expect(await billing.paid(bot.alice)).toMatchObject({ free: 1000 });
  });

  it('says what is left where it is too little, and what the answer could cost', async () => {
    await asks('first', { text: 'One.', usage: costs(19_900) });
    const question = await bot.alice.says(await bot.newChannel(), `${mention()} ${'second '.repeat(20)}`);
    const refused = await bot.alice.sees(isAnswerTo(question));
    const costs64Tokens = 64 * 20;
    const [, left, cost] =
      /You have \$(\S+) left of \$0\.02 for today, and this could cost \$(\S+)\./.exec(refused.content) ?? [];
    expect(left).toBe('0.0001');
    expect(Number(cost) * 1_000_000).toBeGreaterThan(costs64Tokens);
  });

  it('refuses an admitted question once its whole prompt is known, and /why tells the reason', async () => {
    await asks('first', { text: 'One.', usage: costs(17_800) });
    const asked = bot.providers.requests.length;
    const question = await bot.alice.says(await bot.newChannel(), `${mention()} second`);
    const shown = await bot.alice.sees(ended(question, 'and this could cost'));
    await bot.idle();
    expect(bot.providers.requests).toHaveLength(asked);
    await billing.refusal(question, 'refused.own.micros');
    await bot.alice.runs('why', { message: shown.id }, { in: question.channel_id });
    const why = await bot.alice.sees((message) => read(message).includes('Refused'));
    expect(read(why)).toMatch(/You have \$0\.0022 left of \$0\.02 for today, and this could cost \$0\.\d+/);
    expect(read(why)).toContain('No model was asked, and nothing was charged.');
  });

  it('that would pay for asking again pays for Regenerate', async () => {
    const words = 'tell me more '.repeat(80).trim();
    const { shown } = await asks(words, { text: 'Once.', usage: costs(9000) });
    bot.providers.answer(words, { text: 'Twice.', usage: costs(4000) });
    await bot.alice.presses(shown, button(shown, 'Regenerate'));
    await bot.alice.sees((message) => message.id === shown.id && message.content.includes('Twice.'));
    await bot.idle();
    expect(await billing.paid(bot.alice)).toEqual({ free: 13_000, credits: 0 });
  });

  it('shortens the longest answer before it refuses one', async () => {
    await asks('first', { text: 'One.', usage: costs(14_000) });
    const { question } = await asks('second', { text: 'Two.', usage: costs(1000) });
    const [call] = await billing.calls(question);
    const { max_tokens: outputTokens } = bot.providers.requests.at(-1)?.body as { max_tokens: number };
    expect(outputTokens).toBeGreaterThanOrEqual(64);
    expect(outputTokens).toBeLessThan(300);
    expect(call?.held.micros).toBeLessThanOrEqual(6000);
    expect(call?.state).toBe('settled');
  });
});

describe('an answer that was stopped', () => {
  it('costs what came', async () => {
    bot.providers.answer('slowly', { chunks: ['The beginning', ' and its end.'], hold: 1 });
    const question = await bot.alice.says(await bot.newChannel(), `${mention()} slowly`);
    const growing = await bot.alice.sees(isAnswerTo(question));
    await bot.alice.presses(growing, button(growing, 'Stop'));
    await bot.alice.sees(ended(question, 'Stopped.'));
    await bot.idle();
    const [call] = await billing.calls(question);
    expect(call).toMatchObject({ state: 'settled', facts: { estimated: true } });
    const [inputTokens = 0, outputTokens = 0] = [call?.facts['inputTokens'], call?.facts['outputTokens']].map(Number);
    // Two words, counted or estimated on the high side, and none of the rest.
    expect(outputTokens).toBeGreaterThanOrEqual(2);
    expect(outputTokens).toBeLessThanOrEqual(7);
    expect(await billing.paid(bot.alice)).toEqual({ free: inputTokens * 10 + outputTokens * 20, credits: 0 });
  });

  it('costs nothing before it has begun', async () => {
    bot.providers.answer('slowly', { chunks: ['The beginning', ' and its end.'], hold: 1, cutAfterChunks: 1 });
    bot.providers.answer('slowly', { text: 'Again from the beginning.', hold: true });
    const question = await bot.alice.says(await bot.newChannel(), `${mention()} slowly`);
    const growing = await bot.alice.sees(isAnswerTo(question));
    bot.providers.release();
    await bot.alice.until('the second run', () => (bot.providers.requests.length === 2 ? true : null)).catch(() => {});
    await bot.alice.presses(growing, button(growing, 'Stop'));
    await bot.alice.sees(ended(question, 'Stopped before'));
    await bot.idle();
    expect(await billing.paid(bot.alice)).toEqual({ free: 0, credits: 0 });
    expect((await billing.calls(question)).map(({ state }) => state)).toEqual(['lost', 'lost']);
  });
});

describe('an answer that failed', () => {
  it('costs nobody anything when the provider turns the question away', async () => {
    const { question } = await asks('no', { status: 400 }, 'Something went wrong');
    expect(await billing.paid(bot.alice)).toEqual({ free: 0, credits: 0 });
    expect(await billing.calls(question)).toMatchObject([{ state: 'lost', charged: {}, onInstance: {} }]);
  });

  it('costs the asker what stays on the screen when it breaks off; a Retry is paid by its presser', async () => {
    bot.providers.answer('break', { chunks: ['Half', ' of it.'], cutAfterChunks: 1, times: 2 });
    const question = await bot.alice.says(await bot.newChannel(), `${mention()} break`);
    const failed = await bot.milo.sees(
      (message) => isAnswerTo(question)(message) && buttons(message).some(({ label }) => label === 'Retry'),
      { timeoutMs: 10_000 },
    );
    await bot.idle();
    const calls = await billing.calls(question);
    expect(calls).toMatchObject([
      { state: 'lost', charged: {} },
      { state: 'settled', onInstance: {} },
    ]);
    expect(calls[0]?.onInstance.micros).toBeGreaterThan(0);
    const half = { free: calls[1]?.charged.micros, credits: 0 };
    expect(await billing.paid(bot.alice)).toEqual(half);

    bot.providers.answer('break', { text: 'All of it.', usage });
    await bot.milo.presses(failed, button(failed, 'Retry'));
    await bot.alice.sees(ended(question, 'All of it.'));
    await bot.idle();
    expect(await billing.calls(question, 1)).toMatchObject([
      { state: 'settled', charged: { micros: 1760 }, terms: { payerId: bot.milo.user.id } },
    ]);
    expect(await billing.paid(bot.milo)).toEqual({ free: 1760, credits: 0 });
    expect(await billing.paid(bot.alice)).toEqual(half);
  });

  it('costs the asker what was seen when Discord takes it no more', async () => {
    bot.providers.answer('slowly', { chunks: ['The beginning', ' and its end.'], hold: 1 });
    const question = await bot.alice.says(await bot.newChannel(), `${mention()} slowly`);
    await bot.alice.sees(isAnswerTo(question));
    await bot.olivia.request('DELETE', `/channels/${question.channel_id}`);
    bot.providers.release();
    await bot.idle();
    const [call] = await billing.calls(question);
    expect(call).toMatchObject({ state: 'settled', onInstance: {} });
    expect(await billing.paid(bot.alice)).toEqual({ free: call?.charged.micros, credits: 0 });
    expect(call?.charged.micros).toBeGreaterThan(0);
  });
});
