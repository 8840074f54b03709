import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { createAsking } from '../../../testing/asking.ts';
import { hasEnded } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';

const yaml = `
queue: { maxAttempts: 1 }
models: { default: fake/test-model, fallback: [fake/other-model], findOllama: false }
prices:
  models:
    fake/test-model: { inputPerMillion: 10, outputPerMillion: 20 }
    fake/other-model: { inputPerMillion: 10, outputPerMillion: 20 }
access:
  roles:
    member: { dailyFreeUsd: 0.01, requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`;

const bot = sharedBot({ yaml, otherModels: ['other-model'] });
const billing = sharedBilling(bot);
const { asks, presses, screen } = createAsking(() => bot);

const endsWith = ({ channel_id: channelId }: APIMessage, text: string) =>
  bot.alice.sees((message) => message.channel_id === channelId && message.content.includes(text) && hasEnded(message), {
    timeoutMs: 20_000,
  });
const paragraphs = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${word} ${index} ${'x'.repeat(1200)}`).join('\n\n');

describe('a version that is paged back to', () => {
  it('says below what it said first: who answered instead, and what was left of the money', async () => {
    bot.providers.answer((request) => request.model === 'test-model', { status: 400, errorCode: 'model_not_found' });
    const usage = { inputTokens: 100, outputTokens: 400 };
    const asked = await asks(bot.alice, 'who are you?', { text: 'The other one.', usage });
    expect(asked.shown.content).toMatch(/^The other one\.\n-# fake\/test-model isn't available right now/);
    expect(asked.shown.content).toMatch(/\n-# You have used \d+ % of your money/);
    await billing.grant(bot.alice, 1_000_000);
    bot.providers.answer('who are you?', { text: 'The right one.', usage: { inputTokens: 1, outputTokens: 1 } });
    await presses(bot.alice, asked.shown, 'Regenerate');
    const second = await endsWith(asked.shown, 'The right one.');
    await bot.idle();
    await bot.stop();
    await bot.start();
    await presses(bot.alice, second, '◀');
    expect((await endsWith(asked.shown, 'The other one.')).content).toBe(asked.shown.content);
  });

  it('stays where it is when others have written below: what does not fit is in the file', async () => {
    await billing.grant(bot.milo, 1_000_000);
    const long = paragraphs('long', 3);
    const asked = await asks(bot.milo, 'a lot', { chunks: [long] });
    bot.providers.answer('a lot', { text: 'Briefly.' });
    await presses(bot.milo, asked.shown, 'Regenerate');
    const brief = await endsWith(asked.shown, 'Briefly.');
    await bot.idle();
    const between = await bot.bob.says(brief.channel_id, 'something else');
    await presses(bot.milo, brief, '◀');
    const back = await endsWith(asked.shown, 'The file has the whole answer');
    expect(back.id).toBe(brief.id);
    expect(back.content).toMatch(/^long 0 x/);
    const [file] = back.attachments;
    expect(await (await fetch(file?.url ?? '')).text()).toBe(long);
    expect(BigInt((await screen(asked)).at(-1)?.id ?? 0)).toBeLessThan(BigInt(between.id));
    await presses(bot.milo, back, '1/2 ▶');
    expect((await endsWith(asked.shown, 'Briefly.')).attachments).toEqual([]);
  }, 40_000);

  it('is written again in its place, too, when others have written below', async () => {
    await billing.grant(bot.olivia, 1_000_000);
    const asked = await asks(bot.olivia, 'a word', { text: 'One.' });
    await bot.bob.says(asked.shown.channel_id, 'something else');
    bot.providers.answer('a word', { chunks: [paragraphs('many', 3)] });
    await presses(bot.olivia, asked.shown, 'Regenerate');
    const many = await endsWith(asked.shown, 'The file has the whole answer');
    expect(many).toMatchObject({ id: asked.shown.id, attachments: [{ filename: 'answer.md' }] });
    await bot.idle();
    expect(await screen(asked)).toHaveLength(1);
  });
});
