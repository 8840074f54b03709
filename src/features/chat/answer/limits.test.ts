import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { button, buttons } from '../../../testing/components.ts';
import { startTestBot } from '../../../testing/bot.ts';
import type { People, TestBot, TestBotOptions } from '../../../testing/bot.ts';
import type { FakeAnswer, FakeProviders } from '../../../testing/providers.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';
import { openBilling } from '../../../testing/billing.ts';
import type { TestBilling } from '../../../testing/billing.ts';

const dayMs = 24 * 60 * 60 * 1000;
const weekMs = 7 * dayMs;
/** Noon of a Monday, 1970 having begun on a Thursday. */
const mondayNoon = Math.ceil((Date.now() + 3 * dayMs) / weekMs) * weekMs - 3 * dayMs + dayMs / 2;
const at = (unixMs: number) => `<t:${unixMs / 1000}:R>`;

/** Micro-dollars: a token costs 10 of input and 20 of output, of the cheaper models 1 and 2. */
const models = (providers: FakeProviders) => `
models: { default: fake/dear, findOllama: false, fallback: [fake/cheap] }
providers:
  fake:
    type: openai-compatible
    baseUrl: ${providers.openaiBaseUrl}
    apiKeys: [test-key]
    models:
      - { name: dear, contextTokens: 16000, maxOutputTokens: 1000 }
      - { name: cheap, contextTokens: 16000, maxOutputTokens: 1000 }
      - { name: vast, contextTokens: 1000000, maxOutputTokens: 100000 }
  elsewhere:
    type: openai-compatible
    baseUrl: https://models.invalid/v1
    apiKeys: [test-key]
    models: [{ name: mystery }]
prices:
  models:
    fake/dear: { inputPerMillion: 10, outputPerMillion: 20 }
    fake/cheap: { inputPerMillion: 1, outputPerMillion: 2 }
    fake/vast: { inputPerMillion: 10, outputPerMillion: 20 }
`;
const administrators = ({ olivia }: People) => `instance: { administrators: ["${olivia.user.id}"] }\n`;

let bot: TestBot;
let billing: TestBilling;
const newClock = () => createShiftedClock(mondayNoon);
let clock = newClock();

async function start(own: string, options: Omit<TestBotOptions, 'yaml'> = {}): Promise<void> {
  clock = newClock();
  const yaml: TestBotOptions['yaml'] = (people, _, providers) =>
    `queue: { maxAttempts: 1 }\n${models(providers)}${administrators(people)}${own}`;
  bot = await startTestBot({ clock, yaml, ...options });
  billing = openBilling(bot, clock);
}

async function settled(): Promise<void> {
  await bot.idle();
  expect(bot.providers.unused()).toEqual([]);
  bot.providers.reset();
  await billing.balances();
}

async function close(): Promise<void> {
  await billing.close();
  await bot.close();
}

const mention = () => `<@${bot.app.discord.self.userId}>`;
const isAnswerTo = (question: APIMessage) => (message: APIMessage) =>
  message.message_reference?.message_id === question.id;
const ended = (question: APIMessage, text: string) => (message: APIMessage) =>
  isAnswerTo(question)(message) &&
  message.content.includes(text) &&
  !buttons(message).some(({ label }) => label === 'Stop');
/** The usage of an answer that costs so much by the dear model. */
const costing = (micros: number): FakeAnswer => ({
  text: 'An answer.',
  // Less input than a prompt has would not be believed.
  usage: { inputTokens: micros / 10 - 2, outputTokens: 1 },
});

const asks = async (person: Person, words: string, room?: string) =>
  person.says(room ?? (await bot.newChannel()), `${mention()} ${words}`);

/** Asks and waits until it is answered so. */
async function isAnswered(
  person: Person,
  words: string,
  answer: FakeAnswer,
  { text = answer.text ?? '', room }: { text?: string; room?: string } = {},
): Promise<{ question: APIMessage; shown: APIMessage }> {
  bot.providers.answer(words, answer);
  const question = await asks(person, words, room);
  const shown = await person.sees(ended(question, text));
  await bot.idle();
  return { question, shown };
}

/** Asks, reads the refusal, and finds it in the audit; no model was asked and nothing held. */
async function isRefused(person: Person, reason: string, room?: string): Promise<APIMessage> {
  const asked = bot.providers.requests.length;
  const question = await asks(person, 'anything', room);
  const refused = await person.sees(isAnswerTo(question), { timeoutMs: 20_000 });
  await bot.idle();
  expect(bot.providers.requests).toHaveLength(asked);
  expect(await billing.calls(question)).toEqual([]);
  await billing.refusal(question, reason);
  return refused;
}

describe('pools and caps', () => {
  beforeAll(() =>
    start(`
access:
  roles:
    member: { dailyFreeUsd: unlimited, requestsPerMinute: unlimited, requestsPerHour: unlimited, tokensPerWeek: unlimited }
`),
  );
  // A new month each time, so that no test meets what another spent.
  afterEach(async () => {
    await settled();
    clock.jump(5 * weekMs);
  });
  afterAll(close);

  const setBudget = (person: Person, amount: string, options: Record<string, string>, room: string) =>
    person.runs('set-budget', { amount, ...options }, { in: room });

  it.each([
    ['channel', 'channel', "This channel's"],
    ['guild', 'server', "This server's"],
    ['instance', 'everywhere', "The bot's"],
  ])('have a budget by day, week and month: the %s', async (kind, scope, whose) => {
    for (const period of ['day', 'week', 'month']) {
      const room = await bot.newChannel();
      await setBudget(bot.olivia, '0.01', { period, scope }, room);
      await isAnswered(bot.alice, 'first', costing(10_000), { room });
      const refused = await isRefused(bot.bob, `refused.pool.${kind}`, room);
      expect(refused.content).toContain(
        `${whose} budget for ${period === 'day' ? 'today' : `this ${period}`} ($0.01) is used up`,
      );
      expect(refused.content).toMatch(period === 'day' ? /<t:\d+:R>/ : /<t:\d+:f>/);
      await setBudget(bot.olivia, 'off', { period, scope }, room);
      clock.jump(5 * weekMs);
    }
  });

  it('a channel that is used up leaves the others alone', async () => {
    const room = await bot.newChannel();
    await setBudget(bot.olivia, '0.01', { period: 'day', scope: 'channel' }, room);
    await isAnswered(bot.alice, 'first', costing(10_000), { room });
    await isRefused(bot.alice, 'refused.pool.channel', room);
    await isAnswered(bot.alice, 'elsewhere', costing(10_000));
    clock.jump(dayMs);
    await isAnswered(bot.alice, 'tomorrow', costing(1000), { room });
  });

  it('people cap themselves', async () => {
    await setBudget(bot.alice, '0.01', { period: 'day', scope: 'me' }, 'general');
    await isAnswered(bot.alice, 'first', costing(10_000));
    const refused = await isRefused(bot.alice, 'refused.personal');
    expect(refused.content).toContain("You've reached the cap of $0.01 that you set yourself for today");
    expect(refused.content).toContain(at(Math.ceil(clock.now() / dayMs) * dayMs));
    await isAnswered(bot.bob, 'bob', costing(1000));
    await setBudget(bot.alice, 'off', { period: 'day', scope: 'me' }, 'general');
  });
});

describe('models', () => {
  beforeAll(() =>
    start(`
features: { chat: { maxAnswerTokens: 100000 } }
access:
  roles:
    member: { tokensPerWeek: unlimited, models: ["fake/*", "elsewhere/*"], requestsPerMinute: unlimited, requestsPerHour: unlimited }
    plain: { models: ["fake/cheap"] }
`),
  );
  afterEach(settled);
  afterAll(close);

  it('that answer instead of others are charged by their own price, and what was held covers the dearest', async () => {
    const fails = (model: string) => (request: { model: string; userText: string }) =>
      request.model === model && request.userText.includes('hello');
    bot.providers.answer(fails('dear'), { status: 503 });
    const usage = { inputTokens: 100, outputTokens: 50 };
    bot.providers.answer(fails('cheap'), { text: 'From the other.', usage });
    const question = await asks(bot.alice, 'hello');
    await bot.alice.sees(ended(question, "isn't available right now, so fake/cheap answered."));
    await bot.idle();
    const [call] = await billing.calls(question);
    expect(call).toMatchObject({ charged: { micros: 200 }, onInstance: {}, facts: { model: 'fake/cheap' } });
    expect(call?.held.micros).toBeGreaterThan(1000 * 20);
    expect(await billing.paid(bot.alice)).toEqual({ free: 200, credits: 0 });
  });

  it('with a vast window refuse no small question: their longest answer is what can be paid', async () => {
    await bot.milo.runs('model', { name: 'fake/vast' });
    const { question } = await isAnswered(bot.milo, 'small', {
      text: 'A small answer.',
      usage: { inputTokens: 150, outputTokens: 10 },
    });
    const { max_tokens: outputTokens } = bot.providers.requests[0]?.body as { max_tokens: number };
    expect(outputTokens).toBeGreaterThan(20_000);
    expect(outputTokens).toBeLessThan(25_000);
    const [call] = await billing.calls(question);
    expect(call).toMatchObject({ held: { micros: 500_000 }, charged: { micros: 1700 } });
  });

  it('without a price are refused with the lines that give them one', async () => {
    await bot.bob.runs('model', { name: 'elsewhere/mystery' });
    const refused = await isRefused(bot.bob, 'refused.unpriced');
    expect(refused.content).toContain('elsewhere/mystery');
    expect(refused.content).toMatch(/```yaml\n[^]*inputPerMillion[^]*```/);
    await bot.bob.runs('model', { name: 'default' });
  });
});

describe('a model that no role opens', () => {
  beforeAll(() => start('access: { roles: { member: { models: ["fake/cheap"] } } }\n'));
  afterEach(settled);
  afterAll(close);

  it('is refused by name, and one that is opened answers', async () => {
    const refused = await isRefused(bot.alice, 'refused.policy.models');
    expect(refused.content).toContain("Your roles don't allow **fake/dear** here.");
    await bot.alice.runs('model', { name: 'fake/cheap' });
    await isAnswered(bot.alice, 'hello', { text: 'From the cheap one.' });
  });

  it('does not stand in for one that fails either', async () => {
    await bot.bob.runs('model', { name: 'fake/cheap' });
    await isAnswered(bot.bob, 'hello', { status: 503 }, { text: 'overloaded' });
    expect(bot.providers.requests.map(({ model }) => model)).toEqual(['cheap']);
  });
});

describe('rates and tokens', () => {
  beforeAll(() =>
    start(`
access:
  roles:
    member: { dailyFreeUsd: unlimited, requestsPerMinute: 2, requestsPerHour: 4, tokensPerWeek: 1000 }
`),
  );
  afterEach(async () => {
    await settled();
    clock.jump(weekMs);
  });
  afterAll(close);

  it('refuse what is too quick, say when the next one goes, and it does', async () => {
    await isAnswered(bot.alice, 'first', costing(100));
    const began = clock.now();
    await isAnswered(bot.alice, 'second', costing(100));
    const refused = await isRefused(bot.alice, 'refused.rate.minute');
    expect(refused.content).toContain('your limit is 2 a minute (role member)');
    const nextMs = Number(/<t:(\d+):T>/.exec(refused.content)?.[1]) * 1000;
    expect(nextMs).toBeGreaterThan(began);
    expect(nextMs).toBeLessThanOrEqual(clock.now() + 61_000);
    await isAnswered(bot.bob, 'bob', costing(100));
    clock.jump(nextMs - clock.now());
    await isAnswered(bot.alice, 'third', costing(100));
    clock.jump(60_000);
    await isAnswered(bot.alice, 'fourth', costing(100));
    clock.jump(60_000);
    expect((await isRefused(bot.alice, 'refused.rate.hour')).content).toContain('4 an hour');
  });

  it('refuse when the tokens of the week are used up, until Monday', async () => {
    const usage = { inputTokens: 200, outputTokens: 800 };
    await isAnswered(bot.alice, 'first', { text: 'Long.', usage });
    const refused = await isRefused(bot.alice, 'refused.own.tokens');
    expect(refused.content).toContain("You've used your 1,000 tokens for this week.");
    expect(refused.content).toContain(`<t:${(Math.floor(clock.now() / dayMs) * dayMs + weekMs) / 1000}:f>`);
    clock.jump(6 * dayMs);
    await isRefused(bot.alice, 'refused.own.tokens');
    clock.jump(dayMs);
    await isAnswered(bot.alice, 'second', costing(100));
  });

  it('let administrators pass', async () => {
    for (const words of ['one', 'two', 'three']) await isAnswered(bot.olivia, words, costing(100));
  });
});

describe('money that runs low', () => {
  beforeAll(() =>
    start(`
budgets:
  guild: { dayUsd: 0.1 }
  warnAt: [0.5, 0.8]
  downgrade: { at: 0.9, model: fake/cheap }
access:
  roles:
    member: { dailyFreeUsd: 0.05, requestsPerMinute: unlimited, requestsPerHour: unlimited, tokensPerWeek: unlimited }
`),
  );
  afterEach(async () => {
    await settled();
    clock.jump(dayMs);
  });
  afterAll(close);

  it('is told below the answer that passes a share, once for each', async () => {
    await isAnswered(bot.alice, 'first', costing(20_000));
    const warned = await isAnswered(bot.alice, 'second', costing(10_000));
    expect(warned.shown.content).toBe(
      `An answer.\n-# You have used 50 % of your money for today ($0.05). It resets ${at(Math.ceil(clock.now() / dayMs) * dayMs)}.`,
    );
    expect((await isAnswered(bot.alice, 'third', costing(2000))).shown.content).toBe('An answer.');
    expect((await isAnswered(bot.alice, 'fourth', costing(8000))).shown.content).toContain('You have used 80 %');
  });

  it('is told of a pool to those who run the bot, by direct message', async () => {
    await isAnswered(bot.alice, 'first', costing(20_000));
    await isAnswered(bot.alice, 'second', costing(20_000));
    const crossing = await isAnswered(bot.bob, 'third', costing(20_000));
    expect(crossing.shown.content).toBe('An answer.');
    const told = await bot.olivia.sees(/50 % of the budget of server/);
    expect(told.content).toContain('$0.10');
  });

  it('of a pool has the cheaper model answer', async () => {
    const people = [bot.alice, bot.bob, bot.milo];
    for (const person of people.slice(0, 2)) {
      await isAnswered(person, 'first', costing(20_000));
      await isAnswered(person, 'second', costing(20_000));
    }
    await isAnswered(bot.milo, 'dear', costing(12_000));
    expect(bot.providers.requests.at(-1)?.model).toBe('dear');
    await isAnswered(bot.milo, 'cheap', { text: 'Cheaply.' });
    expect(bot.providers.requests.at(-1)?.model).toBe('cheap');
  });
});

describe('spending that runs away', () => {
  beforeAll(() => start('budgets: { breaker: { guildUsd: 0.02 } }\n'));
  afterEach(settled);
  afterAll(close);

  it('pauses the server, tells those who run the bot, and goes on when they say so', async () => {
    await isAnswered(bot.alice, 'much', costing(16_000));
    await isAnswered(bot.alice, 'more', costing(4020));
    const told = await bot.olivia.sees(/I have paused in server/);
    expect(told.content).toContain('$0.02 were spent in 5 minutes');
    const refused = await isRefused(bot.alice, 'refused.paused.guild');
    expect(refused.content).toContain('$0.02 were spent in 5 minutes');
    await bot.olivia.runs('resume');
    await isAnswered(bot.alice, 'again', costing(100));
  });
});

describe('two questions at once with money for one', () => {
  const oneWorthOf = (micros: number) =>
    start(`access: { roles: { member: { dailyFreeUsd: ${micros / 1_000_000} } } }\n`, {
      roles: { gateway: true, api: false, queues: [] },
    });
  afterEach(async () => {
    await billing.balances();
    await close();
  });

  async function bothAsked(first: FakeAnswer): Promise<[APIMessage, APIMessage, () => Promise<void>]> {
    bot.providers.answer('one of two', { ...first, hold: true });
    const one = await asks(bot.alice, 'one of two');
    await bot.idle();
    const worker = await bot.another({ gateway: false, api: false, queues: ['text'] });
    await bot.providers.requested('one of two');
    const two = await asks(bot.alice, 'two of two');
    await bot.idle();
    return [one, two, () => worker.stop()];
  }

  it('the second waits for what the first holds, and is answered from what it leaves', async () => {
    await oneWorthOf(10_000);
    bot.providers.answer('two of two', costing(2000));
    const [one, two, stop] = await bothAsked(costing(2000));
    expect(bot.providers.requests).toHaveLength(1);
    bot.providers.release();
    await bot.alice.sees(ended(one, 'An answer.'));
    await bot.alice.sees(ended(two, 'An answer.'));
    await stop();
    expect(await billing.paid(bot.alice)).toEqual({ free: 4000, credits: 0 });
  });

  it('the second is refused when the first leaves nothing', async () => {
    await oneWorthOf(10_000);
    const [one, two, stop] = await bothAsked(costing(10_000));
    bot.providers.release();
    await bot.alice.sees(ended(one, 'An answer.'));
    const refused = await bot.alice.sees(ended(two, "You've used your $0.01 for today"));
    expect(button(refused, 'Retry')).toBeTruthy();
    await stop();
    expect(bot.providers.requests).toHaveLength(1);
    expect(await billing.paid(bot.alice)).toEqual({ free: 10_000, credits: 0 });
    await billing.refusal(two, 'refused.own.micros');
  });
});
