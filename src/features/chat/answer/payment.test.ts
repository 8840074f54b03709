import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { afterEach, describe, expect, it } from 'vitest';
import { button, buttons, hasEnded } from '../../../testing/components.ts';
import { longTests } from '../../../testing/long.ts';
import type { FakeAnswer } from '../../../testing/providers.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';
import { jobCount } from '../../../testing/stored.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Noon of the day, so that no test runs into midnight. */
const clock = createShiftedClock(Math.ceil(Date.now() / dayMs) * dayMs + dayMs / 2);

/** Micro-dollars: a token of input costs 10, one of output 20. */
const bot = sharedBot({
  clock,
  yaml: ({ olivia }) => `
instance: { administrators: [${olivia.user.id}] }
queue: { maxAttempts: 5 }
prices: { models: { fake/test-model: { inputPerMillion: 10, outputPerMillion: 20 } } }
budgets: { guild: { dayUsd: 0.3 } }
access:
  roles:
    member: { dailyFreeUsd: 0.2, requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`,
});
const billing = sharedBilling(bot, clock);
afterEach(async () => {
  await bot.idle();
  clock.jump(dayMs);
});

/** The first few stand for all, but in the long run. */
const sample = <T>(all: readonly T[], size: number): readonly T[] => (longTests() ? all : all.slice(0, size));

const mention = () => `<@${bot.app.discord.self.userId}>`;
const labels = (message: APIMessage) => buttons(message).map(({ label }) => label);
const isAnswerTo = (question: APIMessage) => (message: APIMessage) =>
  message.message_reference?.message_id === question.id;

async function asks(words: string, answer: FakeAnswer, person = bot.alice) {
  bot.providers.answer(words, answer);
  const question = await person.says(await bot.newChannel(), `${mention()} ${words}`);
  const ended = (message: APIMessage) => isAnswerTo(question)(message) && hasEnded(message) && message.content !== '';
  const shown = await person.sees(ended);
  await bot.idle();
  return { question, shown };
}

/** Asks, and resolves when the first words are on the screen and the rest is held back. */
async function growing(place?: string, rest = ' and its end.') {
  const room = place ?? (await bot.newChannel());
  bot.providers.answer('slowly', { chunks: ['The beginning', rest], hold: 1 });
  const question = await bot.alice.says(room, `${mention()} slowly`);
  const answer = await bot.alice.sees(isAnswerTo(question), { in: question.channel_id });
  expect(answer.content).toBe('The beginning');
  return { question, answer };
}

async function control(path: string, body: unknown): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  expect((await fetch(`${bot.emulator.origin}/_control/${path}`, init)).status).toBe(200);
}

const forbid = (channelId: string, right: bigint) =>
  bot.olivia.request('PUT', `/channels/${channelId}/permissions/${bot.app.discord.self.userId}`, {
    ...{ type: 1, allow: '0', deny: String(right) },
  });

/** An embed as one reads it. */
const read = ({ embeds }: APIMessage) => embeds.map(({ description }) => description).join('\n');

describe('a provider that uses more than was reserved', () => {
  const far = { inputTokens: 1000, outputTokens: 15_000, cachedInputTokens: 0 };

  it('closes the server’s budget after one answer, and the owner is told', async () => {
    const { question } = await asks('first', { text: 'Much.', usage: far });
    const [call] = await billing.calls(question);
    const held = call?.held.micros ?? 0;
    expect(held).toBeLessThan(200_000);
    expect(call).toMatchObject({
      state: 'settled',
      charged: { micros: held },
      onInstance: { micros: 310_000 - held },
    });
    expect(await billing.paid(bot.alice)).toEqual({ free: held, credits: 0 });
    await bot.olivia.sees(/fake\/test-model cost \$0\.31, more than the \$0\.\d+ that I had reserved/);

    const asked = bot.providers.requests.length;
    for (const person of [bot.alice, bot.bob]) {
      const second = await person.says(await bot.newChannel(), `${mention()} second`);
      const refused = await person.sees(isAnswerTo(second));
      expect(refused.content).toContain("This server's budget for today ($0.30) is used up");
    }
    expect(bot.providers.requests).toHaveLength(asked);
    await bot.bob.runs('budget');
    await bot.bob.sees((message) => read(message).includes('**$0.31** of $0.30 a day'));
    await bot.alice.runs('balance');
    await bot.alice.sees((message) => JSON.stringify(message.embeds).includes('more than reserved: not charged'));
  });

  it('leaves credits alone, which can be used again in the next period', async () => {
    await billing.grant(bot.bob, 10_000);
    await asks('first', { text: 'Much.', usage: { ...far, outputTokens: 12_000 } }, bot.bob);
    const second = await bot.bob.says(await bot.newChannel(), `${mention()} second`);
    expect((await bot.bob.sees(isAnswerTo(second))).content).toContain("You've used your");
    clock.jump(dayMs);
    await asks('third', { text: 'Again.', usage: { ...far, outputTokens: 100 } }, bot.bob);
    expect(await billing.paid(bot.bob)).toEqual({ free: 12_000, credits: 0 });
  });
});

describe('what was seen is paid for, though', () => {
  const ways: [string, () => Promise<APIMessage>][] = [
    [
      'the thread is deleted',
      async () => {
        const thread = await bot.alice.opensThread(await bot.alice.says(await bot.newChannel(), 'a topic'), 'A topic');
        await bot.alice.until('the thread', () => bot.alice.view.channels.get(thread.id) ?? null);
        const { question } = await growing(thread.id);
        await bot.olivia.request('DELETE', `/channels/${thread.id}`);
        return question;
      },
    ],
    [
      'the channel is hidden from the bot',
      async () => {
        const { question } = await growing();
        await forbid(question.channel_id, PermissionFlagsBits.ViewChannel);
        return question;
      },
    ],
    [
      'a moderator deletes the answer',
      async () => {
        const { question, answer } = await growing();
        await bot.milo.deletes(answer);
        return question;
      },
    ],
    [
      'the question is deleted',
      async () => {
        const { question } = await growing();
        await bot.alice.deletes(question);
        return question;
      },
    ],
    [
      'the channel is deleted',
      async () => {
        const { question } = await growing();
        await bot.olivia.request('DELETE', `/channels/${question.channel_id}`);
        return question;
      },
    ],
    [
      'the bot may write no more',
      async () => {
        const { question } = await growing(undefined, ` and more.\n\n${'word '.repeat(600)}`);
        await forbid(question.channel_id, PermissionFlagsBits.SendMessages);
        return question;
      },
    ],
    [
      'the asker blocks the bot',
      async () => {
        const { id } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
        const { question } = await growing(id, ` and more.\n\n${'word '.repeat(600)}`);
        await control('faults', {
          match: { method: 'POST', route: `/channels/${id}/messages` },
          times: 3,
          answer: { status: 403, body: { code: 50007, message: 'Cannot send messages to this user' } },
        });
        return question;
      },
    ],
  ];

  it.each(sample(ways, 3))('%s', async (_, begin) => {
    const question = await begin();
    bot.providers.release();
    await bot.idle();
    const [call, ...more] = await billing.calls(question);
    expect(more).toEqual([]);
    expect(call).toMatchObject({ state: 'settled', onInstance: {} });
    const [input, output] = [Number(call?.facts['inputTokens']), Number(call?.facts['outputTokens'])];
    expect(output).toBeGreaterThanOrEqual(2);
    expect(await billing.paid(bot.alice)).toEqual({ free: input * 10 + output * 20, credits: 0 });
  });
});

describe('what nobody saw costs the asker nothing, when before the first word', () => {
  const ways: [string, boolean, (question: APIMessage) => Promise<unknown>][] = [
    ['the question is deleted', true, (question) => bot.alice.deletes(question)],
    ['the channel is deleted', true, ({ channel_id: id }) => bot.olivia.request('DELETE', `/channels/${id}`)],
    ['the channel is hidden from the bot', false, ({ channel_id: id }) => forbid(id, PermissionFlagsBits.ViewChannel)],
  ];

  it.each(sample(ways, 1))('%s', async (_, isGone, hide) => {
    bot.providers.answer('silent', { text: 'Unseen.', hold: true });
    const question = await bot.alice.says(await bot.newChannel(), `${mention()} silent`);
    await bot.providers.requested('silent');
    await hide(question);
    if (isGone) await expect.poll(() => bot.providers.requests.at(-1)?.aborted).toBe(true);
    bot.providers.release();
    await bot.idle();
    const [call] = await billing.calls(question);
    expect(call).toMatchObject({ state: 'lost', charged: {} });
    expect(await billing.paid(bot.alice)).toEqual({ free: 0, credits: 0 });
    // The provider is paid all the same: it counts against the asker's cap.
    const allowance = { unit: 'micros', period: 'day', amount: 0, rule: 'test' } as const;
    const [balance] = await billing.ledger.balances(bot.alice.user.id, [allowance]);
    expect(call?.onInstance.micros).toBeGreaterThan(0);
    expect(balance?.overrun).toBe(call?.onInstance.micros);
  });
});

describe('a model that will not answer is asked once', () => {
  const ways: [string, FakeAnswer, string, string[], boolean][] = [
    ['that declines', { text: '', finishReason: 'content-filter' }, 'declined to answer', [], false],
    [
      'that thinks and then declines',
      { reasoning: ['No, no.'], chunks: [], finishReason: 'content-filter' },
      'declined to answer',
      ['Thoughts'],
      true,
    ],
    [
      'that only thinks',
      { reasoning: ['Well.'], chunks: [] },
      'thought about this but gave no answer',
      ['Thoughts'],
      true,
    ],
    [
      'that only thinks, at length',
      { reasoning: ['So…'], chunks: [], finishReason: 'length' },
      'thought until there was no room left for an answer',
      ['Thoughts'],
      true,
    ],
  ];

  it.each(sample(ways, 2))('%s', async (words, answer, text, offered, pays) => {
    const { question, shown } = await asks(words, answer);
    expect(shown.content).toContain(text);
    expect(labels(shown)).toEqual(['Retry', 'Another model', ...offered]);
    expect(bot.providers.requests).toHaveLength(1);
    const [call, ...more] = await billing.calls(question);
    expect(more).toEqual([]);
    expect(call?.state).toBe(pays ? 'settled' : 'lost');
    expect((await billing.paid(bot.alice)).free).toBe(call?.charged.micros ?? 0);
    if (!pays) return;
    await bot.bob.presses(shown, button(shown, 'Thoughts'));
    await bot.bob.sees((message) => message.content.includes(answer.reasoning?.[0] ?? ''));
  });

  it('that declines in the middle of its answer is paid for the beginning', async () => {
    const { question, shown } = await asks('half', { text: 'This much', finishReason: 'content-filter' });
    expect(shown.content).toBe('This much\n-# fake/test-model declined to say more.');
    expect(await billing.calls(question)).toMatchObject([{ state: 'settled' }]);
  });
});

describe('a provider that fails', () => {
  it('is asked three times for one question, whatever the queue allows', async () => {
    const dead = await jobCount(bot, 'dead');
    const runs = () => bot.providers.requests.filter(({ userText }) => userText.endsWith('down')).length;
    bot.providers.answer('down', { status: 503, times: 3 });
    const question = await bot.alice.says(await bot.newChannel(), `${mention()} down`);
    for (let run = 1; run < 3; run += 1) {
      await expect.poll(runs, { timeout: 5000, interval: 10 }).toBe(run);
      await expect.poll(() => jobCount(bot, 'waiting'), { timeout: 5000, interval: 10 }).toBe(1);
      clock.jump(minuteMs);
      // Another job wakes the worker, which finds that the next run is due.
      await asks('wake up', { text: 'Awake.' }, bot.bob);
    }
    const failed = await bot.alice.sees((message) => isAnswerTo(question)(message) && hasEnded(message));
    expect(failed.content).toContain('overloaded');
    await bot.idle();
    expect(runs()).toBe(3);
    expect(await jobCount(bot, 'dead')).toBe(dead + 1);
  });

  it('after more than two messages is not asked again; its text stays and is paid for', async () => {
    const text = 'word '.repeat(900);
    const { question } = await asks('long', { chunks: [text, 'never'], cutAfterChunks: 1 });
    await bot.alice.sees((message) => message.channel_id === question.channel_id && labels(message).includes('Retry'));
    expect(bot.providers.requests).toHaveLength(1);
    expect(await billing.calls(question)).toMatchObject([{ state: 'settled' }]);
  });
});

describe('the bot is removed from the server', () => {
  it('in the middle of an answer, which is paid for', async () => {
    const { question } = await growing();
    const [guild] = bot.emulator.core.world.guilds.values();
    const path = `/guilds/${String(guild?.id)}/members/${bot.app.discord.self.userId}`;
    await bot.olivia.request('DELETE', path);
    bot.providers.release();
    await bot.idle();
    expect(await billing.calls(question)).toMatchObject([{ state: 'settled', onInstance: {} }]);
  });
});
