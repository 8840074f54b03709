import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { TestBot } from '../../testing/bot.ts';
import { sharedBot, sharedBilling } from '../../testing/shared-bot.ts';
import { createTalk, isSummary, marked, said } from './testing/talk.ts';

/** A day has 10,000 micro-dollars for free; a token of `dear` costs 100. Nobody but administrators may use `secret`. */
const yaml = (chat: string, summaries: string, baseUrl: string) => `
features: { chat: { ${chat} }, summaries: { paidBy: asker, ${summaries} } }
models: { default: fake/plain, findOllama: false }
providers:
  fake:
    type: openai-compatible
    baseUrl: ${baseUrl}
    apiKeys: [test-key]
    models:
      - { name: plain, contextTokens: 3000, maxOutputTokens: 600 }
      - { name: dear, contextTokens: 16000, maxOutputTokens: 1000 }
      - { name: secret, contextTokens: 16000, maxOutputTokens: 1000 }
prices:
  models:
    fake/plain: { inputPerMillion: 0.1, outputPerMillion: 0.1 }
    fake/dear: { inputPerMillion: 100, outputPerMillion: 100 }
    fake/secret: { inputPerMillion: 1, outputPerMillion: 1 }
access:
  roles:
    member:
      models: [fake/plain, fake/dear]
      dailyFreeUsd: 0.01
      requestsPerMinute: null
      requestsPerHour: null
      tokensPerWeek: null
`;
const botWith = (chat: string, summaries: string): TestBot =>
  sharedBot({ paced: false, yaml: (_people, _emulator, { openaiBaseUrl }) => yaml(chat, summaries, openaiBaseUrl) });
const words = (bot: TestBot, ...all: string[]) => all.map((word) => [bot.alice, word] as const);

describe('a summary by an expensive model', () => {
  const bot = botWith('historySent: 2', 'model: fake/dear');
  const billing = sharedBilling(bot);
  const { asks, talks, nextSummary, materials } = createTalk(bot);

  it('is not made where the money is not enough, without an error', async () => {
    const room = await bot.newChannel();
    const told = await talks(room, words(bot, 'one', 'two'));
    expect(materials()).toEqual([]);
    expect(await billing.refusal(told[1]?.question as APIMessage, 'refused.own.micros')).toBeDefined();
    const bots = (await bot.alice.messages(room)).filter(({ author }) => author.bot === true);
    expect(bots.map(({ content }) => content).sort()).toEqual(['A: one', 'A: two']);
    await billing.grant(bot.alice, 5_000_000);
    nextSummary({ text: 'Now there is money.' });
    await asks(bot.alice, room, 'three');
    expect(bot.providers.requests.find(isSummary)?.model).toBe('dear');
  });
});

describe('a summary by a model that the payer may not use', () => {
  const bot = botWith('historySent: 2', 'model: fake/secret');
  const { talks, nextSummary } = createTalk(bot);

  it('is written by the model that answers', async () => {
    nextSummary({ text: 'Written.' });
    await talks(await bot.newChannel(), words(bot, 'one', 'two'));
    expect(bot.providers.requests.find(isSummary)?.model).toBe('plain');
  });
});

describe('a talk of few but long messages', () => {
  const bot = botWith('historySent: 50', 'maxTokens: 100');
  const { asks, talks, nextSummary, materials, latestPrompt } = createTalk(bot);

  it('is summarised when it fills the window of the model', async () => {
    const room = await bot.newChannel();
    const long = (word: string) => `${'all work and no play '.repeat(85)}${word}`;
    nextSummary({ text: 'Of work.' });
    await talks(room, words(bot, long('one'), long('two')));
    expect(materials()[0]?.[0]).toBe(said('Alice', long('one')));
    await asks(bot.alice, room, 'three');
    expect(latestPrompt()[0]).toBe(marked('Of work.'));
  });
});

describe('summaries that are off', () => {
  const bot = botWith('historySent: 2', 'enabled: false');
  const { talks, materials, latestPrompt } = createTalk(bot);

  it('are not made', async () => {
    await talks(await bot.newChannel(), words(bot, 'one', 'two', 'three'));
    expect(materials()).toEqual([]);
    expect(latestPrompt()[0]).toBe('user: Alice: one');
  });
});
