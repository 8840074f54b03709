import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { hasEnded } from '../../../testing/components.ts';
import type { FakeAnswer } from '../../../testing/providers.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';

/** Micro-dollars: a token of input costs 10, one of cached input 1, one of output 20. */
const bot = sharedBot({
  yaml: (_people, _emulator, { geminiBaseUrl }) => `
models: { default: gemini/gemini-3.5-flash-lite, findOllama: false }
providers:
  gemini: { type: gemini, baseUrl: '${geminiBaseUrl}', apiKeys: [test-key] }
prices:
  models:
    gemini/gemini-3.5-flash-lite: { inputPerMillion: 10, cachedInputPerMillion: 1, outputPerMillion: 20 }
  images: { models: { gemini/gemini-3.1-flash-image: { default: 0.04 } } }
access:
  roles:
    member: { dailyFreeUsd: 5, requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`,
});
const billing = sharedBilling(bot);

async function asks(words: string, answer: FakeAnswer) {
  bot.providers.answer(words, answer);
  const paidBefore = (await billing.paid(bot.alice)).free;
  const question = await bot.alice.says(await bot.newChannel(), `<@${bot.app.discord.self.userId}> ${words}`);
  const isShown = (message: APIMessage) =>
    message.message_reference?.message_id === question.id && hasEnded(message) && message.content !== '';
  const shown = await bot.alice.sees(isShown);
  await bot.idle();
  const [call] = await billing.calls(question);
  return { said: shown.content, paid: (await billing.paid(bot.alice)).free - paidBefore, call };
}

describe('Gemini', () => {
  it('answers without its thoughts, and charges cached input and thinking at their prices', async () => {
    const { said, paid } = await asks('the weather', {
      reasoning: ['They want the weather.'],
      chunks: ['It is ', 'sunny.'],
      usage: { inputTokens: 1000, cachedInputTokens: 400, outputTokens: 100, reasoningTokens: 60 },
    });
    expect(said).toContain('It is sunny.');
    expect(said).not.toContain('They want');
    expect(paid).toBe(600 * 10 + 400 * 1 + 100 * 20);
    expect(bot.providers.requests[0]).toMatchObject({ api: 'generate', apiKey: 'test-key' });
    expect(JSON.stringify(bot.providers.requests[0]?.body)).toContain('"includeThoughts":true');
  });

  it('says that it declined, which costs the owner what it read, and the member nothing', async () => {
    const usage = { inputTokens: 1000, outputTokens: 0 };
    const { said, paid, call } = await asks('a secret', { text: '', finishReason: 'content-filter', usage });
    expect(said).toContain('gemini/gemini-3.5-flash-lite declined to answer this.');
    expect(paid).toBe(0);
    expect(call).toMatchObject({ onInstance: { micros: 1000 * 10 } });
  });

  it('charges nothing for a key that is refused, and the owner hears of it', async () => {
    const news: unknown[] = [];
    bot.app.models.onNews((one) => void news.push(one));
    const { said, paid } = await asks('hello', {
      status: 400,
      text: 'API key not valid. Please pass a valid API key.',
      errorCode: 'API_KEY_INVALID',
    });
    expect(said).toContain("its provider doesn't accept my key");
    expect(paid).toBe(0);
    expect(news).toMatchObject([{ kind: 'failing', provider: 'gemini', fault: 'bad-key' }]);
  });
});
