import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { createAsking } from '../../../testing/asking.ts';
import { buttons, hasEnded } from '../../../testing/components.ts';
import { forgets } from '../../../testing/forgets.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';
import { tablesWith } from '../../../testing/stored.ts';

const yaml = `
queue: { maxAttempts: 1, concurrency: { text: 4 } }
prices:
  models:
    fake/test-model: { inputPerMillion: 10, outputPerMillion: 20 }
    fake/other-model: { inputPerMillion: 10, outputPerMillion: 20 }
access:
  roles:
    member: { models: [fake/test-model, fake/other-model], dailyFreeUsd: 1, requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`;

const bot = sharedBot({ paced: false, yaml, otherModels: ['other-model', 'secret-model'] });
const billing = sharedBilling(bot);

const { asks, presses, told, screen } = createAsking(() => bot);
const labels = (message: APIMessage) => buttons(message).map(({ label }) => label);
const timeoutMs = 20_000;

/** Waits for a form of one of these messages that has ended with this text. */
const endsWith = (person: Person, { channel_id: channelId }: APIMessage, text: string) =>
  person.sees((message) => message.channel_id === channelId && message.content.includes(text) && hasEnded(message), {
    timeoutMs,
  });

const paragraphs = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${word} ${index} ${'x'.repeat(1200)}`).join('\n\n');

describe('the buttons below an answer', () => {
  it('are Stop alone while it is written', async () => {
    bot.providers.answer('slowly', { text: 'One two three.', hold: 1 });
    await bot.alice.says(await bot.newChannel(), `<@${bot.app.discord.self.userId}> slowly`);
    const growing = await bot.alice.sees((message) => message.content.startsWith('One'), { timeoutMs });
    expect(labels(growing)).toEqual(['Stop']);
    bot.providers.release();
    const done = await bot.alice.sees('One two three.', { timeoutMs });
    expect(labels(await endsWith(bot.bob, done, 'One two three.'))).toEqual(['Regenerate', '⋯']);
  });
});

describe('Regenerate', () => {
  it('writes another version into the same message, which can be paged through, also after a restart', async () => {
    const asked = await asks(bot.alice, 'a number', { text: 'Four.' });
    bot.providers.answer('a number', { text: 'Seven.' });
    await presses(bot.alice, asked.shown, 'Regenerate');
    const second = await endsWith(bot.alice, asked.shown, 'Seven.');
    expect(second.id).toBe(asked.shown.id);
    expect(labels(second)).toEqual(['Regenerate', '◀', '2/2 ▶', '⋯']);
    await bot.idle();
    await bot.stop();
    await bot.start();
    await presses(bot.alice, second, '◀');
    const first = await endsWith(bot.alice, asked.shown, 'Four.');
    expect(labels(first)).toEqual(['Regenerate', '◀', '1/2 ▶', '⋯']);
    await presses(bot.alice, first, '1/2 ▶');
    await endsWith(bot.alice, asked.shown, 'Seven.');
    expect(await screen(asked)).toHaveLength(1);
  });

  it('sends the same prompt, without the earlier answer', async () => {
    const asked = await asks(bot.alice, 'say it', { text: 'First.' });
    bot.providers.answer('say it', { text: 'Second.' });
    await presses(bot.alice, asked.shown, 'Regenerate');
    await endsWith(bot.alice, asked.shown, 'Second.');
    const [before, again] = bot.providers.requests.map(({ body }) => body['messages']);
    expect(again).toEqual(before);
  });

  it('keeps versions of different length, and pages between them in the same messages', async () => {
    const long = paragraphs('long', 4);
    const asked = await asks(bot.alice, 'a lot', { chunks: [long] });
    const contents = async () => (await screen(asked)).map(({ content }) => content.slice(0, 6));
    const before = await screen(asked);
    expect(before).toHaveLength(4);
    bot.providers.answer('a lot', { text: 'Briefly.' });
    await presses(bot.alice, asked.shown, 'Regenerate');
    const brief = await endsWith(bot.alice, asked.shown, 'Briefly.');
    await bot.idle();
    expect(brief.id).toBe(before[0]?.id);
    expect(await contents()).toEqual(['Briefl']);
    await presses(bot.alice, brief, '◀');
    const last = await endsWith(bot.alice, asked.shown, 'long 3');
    expect(await contents()).toEqual(['long 0', 'long 1', 'long 2', 'long 3']);
    expect(labels(last)).toEqual(['Regenerate', '◀', '1/2 ▶', '⋯']);
    await presses(bot.alice, last, '1/2 ▶');
    await endsWith(bot.alice, asked.shown, 'Briefly.');
    await bot.idle();
    expect(await contents()).toEqual(['Briefl']);
  }, 60_000);

  it('is paid by the member who presses', async () => {
    const asked = await asks(bot.alice, 'whose', { text: 'Hers.', usage: { inputTokens: 10, outputTokens: 10 } });
    const paidBefore = { alice: await billing.paid(bot.alice), milo: await billing.paid(bot.milo) };
    bot.providers.answer('whose', { text: 'His.', usage: { inputTokens: 100, outputTokens: 100 } });
    await presses(bot.milo, asked.shown, 'Regenerate');
    await endsWith(bot.milo, asked.shown, 'His.');
    await bot.idle();
    expect(await billing.paid(bot.alice)).toEqual(paidBefore.alice);
    expect((await billing.paid(bot.milo)).free - paidBefore.milo.free).toBe(3000);
    const chatKnowsMilo = async () =>
      (await tablesWith(bot, bot.milo.user.id)).filter((table) => table.startsWith('chat_'));
    expect(await chatKnowsMilo()).not.toEqual([]);
    await forgets(bot.milo);
    expect(await chatKnowsMilo()).toEqual([]);
  });

  it('by two people at once runs once, and the other is told', async () => {
    const asked = await asks(bot.alice, 'both', { text: 'Once.' });
    bot.providers.answer('both', { text: 'Twice it is.', hold: 1 });
    await Promise.all([presses(bot.alice, asked.shown, 'Regenerate'), presses(bot.milo, asked.shown, 'Regenerate')]);
    const isTold = (message: APIMessage) => message.content.startsWith("I'm already writing");
    await Promise.any([bot.alice.sees(isTold), bot.milo.sees(isTold)]);
    await bot.alice.sees((message) => message.content.startsWith('Twice'), { timeoutMs });
    bot.providers.release();
    expect(labels(await endsWith(bot.alice, asked.shown, 'Twice it is.'))).toContain('2/2 ▶');
    await bot.idle();
    expect(bot.providers.requests).toHaveLength(2);
  });

  it('is for the asker and moderators; others are told', async () => {
    const asked = await asks(bot.alice, 'mine', { text: 'Yours.' });
    const refused = await told(bot.bob, asked.shown, 'Regenerate');
    expect(refused.content).toContain(`Only <@${bot.alice.user.id}> and moderators`);
    await bot.idle();
    expect((await screen(asked)).map(({ content }) => content)).toEqual(['Yours.']);
  });

  it('that fails says so, with Retry and the way back', async () => {
    const asked = await asks(bot.alice, 'luck', { text: 'Lucky.' });
    bot.providers.answer('luck', { status: 503 });
    await presses(bot.alice, asked.shown, 'Regenerate');
    const failed = await endsWith(bot.alice, asked.shown, 'overloaded');
    expect(labels(failed)).toEqual(['Retry', 'Another model', '◀', '2/2 ▶']);
    await presses(bot.alice, failed, '◀');
    const back = await endsWith(bot.alice, asked.shown, 'Lucky.');
    await presses(bot.alice, back, '1/2 ▶');
    const again = await endsWith(bot.alice, asked.shown, 'overloaded');
    bot.providers.answer('luck', { text: 'Lucky again.' });
    await presses(bot.alice, again, 'Retry');
    expect(labels(await endsWith(bot.alice, asked.shown, 'Lucky again.'))).toContain('2/2 ▶');
  });

  it('that is stopped keeps what is there, and leaves no message of the longer version', async () => {
    const asked = await asks(bot.alice, 'much', { chunks: [paragraphs('much', 3)] });
    bot.providers.answer('much', { chunks: ['Some words', ' and more'], hold: 1 });
    await presses(bot.alice, asked.shown, 'Regenerate');
    const growing = await bot.alice.sees((message) => message.content === 'Some words', { timeoutMs });
    await presses(bot.alice, growing, 'Stop');
    const stopped = await endsWith(bot.alice, asked.shown, 'Stopped.');
    expect(labels(stopped)).toEqual(['Regenerate', 'Continue', '◀', '2/2 ▶', '⋯']);
    await bot.idle();
    expect(await screen(asked)).toHaveLength(1);
    await presses(bot.alice, stopped, '◀');
    await endsWith(bot.alice, asked.shown, 'much 2');
    expect(await screen(asked)).toHaveLength(3);
  }, 60_000);
});

describe('Retry with another model', () => {
  it('offers what the presser may use, and asks that one', async () => {
    const asked = await asks(bot.alice, 'hello', { status: 503 });
    const offer = await told(bot.alice, asked.shown, 'Another model');
    const [row] = offer.components as { components: { custom_id: string; options: { value: string }[] }[] }[];
    const [select] = row?.components ?? [];
    expect(select?.options.map(({ value }) => value)).toEqual(['fake/other-model']);
    bot.providers.answer((request) => request.model === 'other-model', { text: 'Hello from the other.' });
    await bot.alice.selects(offer, select?.custom_id ?? '', ['fake/other-model']);
    expect((await bot.alice.sees('Trying **fake/other-model** …')).id).toBe(offer.id);
    expect((await endsWith(bot.alice, asked.shown, 'Hello from the other.')).id).toBe(asked.shown.id);
  });
});
