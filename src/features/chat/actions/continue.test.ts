import type { APIMessage } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { createAsking } from '../../../testing/asking.ts';
import { buttons, hasEnded } from '../../../testing/components.ts';
import { sharedBot, sharedBilling } from '../../../testing/shared-bot.ts';

const bot = sharedBot({ paced: false, yaml: 'queue: { maxAttempts: 1 }\n' });
const billing = sharedBilling(bot);

const { asks, presses, told, screen } = createAsking(() => bot);
const labels = (message: APIMessage) => buttons(message).map(({ label }) => label);
const endsWith = (shown: APIMessage, text: string) =>
  bot.alice.sees(
    (message) => message.channel_id === shown.channel_id && message.content.includes(text) && hasEnded(message),
    { timeoutMs: 20_000 },
  );
/** The request that goes on: its last message is no question. */
const goesOn = (request: { userText: string }) => request.userText.startsWith('Your answer was cut off.');
const cut = (text: string) => ({ chunks: [text], finishReason: 'length' as const });

it('is not offered where the answer is whole', async () => {
  const { shown } = await asks(bot.alice, 'all of it', { text: 'All of it.' });
  expect(labels(shown)).toEqual(['Regenerate', '⋯']);
});

it('goes on where the answer was cut, twice, in the same message, until it is whole', async () => {
  const asked = await asks(bot.alice, 'count', cut('One, two,'));
  expect(labels(asked.shown)).toEqual(['Regenerate', 'Continue', '⋯']);
  expect(asked.shown.content).toContain('reached the longest length allowed');
  bot.providers.answer(goesOn, cut(' three, four,'));
  await presses(bot.alice, asked.shown, 'Continue');
  const second = await endsWith(asked.shown, 'One, two, three, four,\n');
  const sent = bot.providers.requests[1]?.body['messages'] as { role: string; content: string }[];
  expect(sent.at(-2)).toEqual({ role: 'assistant', content: 'One, two,' });
  await bot.idle();
  bot.providers.answer(goesOn, { chunks: [' five.'] });
  await presses(bot.alice, second, 'Continue');
  const whole = await endsWith(asked.shown, 'One, two, three, four, five.');
  expect(whole).toMatchObject({ id: asked.shown.id, content: 'One, two, three, four, five.' });
  expect(labels(whole)).toEqual(['Regenerate', '⋯']);
  await bot.idle();
  await asks(bot.alice, 'and then', { text: 'Six.' }, { in: asked.question.channel_id });
  const history = bot.providers.requests.at(-1)?.body['messages'] as { role: string; content: string }[];
  expect(history.some(({ content }) => content === 'One, two, three, four, five.')).toBe(true);
});

it('goes on where it was stopped, over the end of a message, and also after a restart', async () => {
  const start = `Beginning ${'b'.repeat(1800)}`;
  bot.providers.answer('long', { chunks: [start, ' more'], hold: 1 });
  const question = await bot.alice.says(await bot.newChannel(), `<@${bot.app.discord.self.userId}> long`);
  const growing = await bot.alice.sees((message) => message.content.startsWith('Beginning'));
  await presses(bot.alice, growing, 'Stop');
  const stopped = await endsWith(question, 'Stopped.');
  expect(labels(stopped)).toContain('Continue');
  await bot.idle();
  await bot.stop();
  await bot.start();
  bot.providers.answer(goesOn, { chunks: ['\n\n', `Ending ${'e'.repeat(1000)}`] });
  await presses(bot.milo, stopped, 'Continue');
  await endsWith(question, 'Ending');
  await bot.idle();
  const messages = await screen({ question });
  expect(messages.map(({ content }) => content)).toEqual([start, `Ending ${'e'.repeat(1000)}`]);
  expect(messages[0]?.id).toBe(stopped.id);
});

it('that fails keeps what was there; Retry goes on from there', async () => {
  const asked = await asks(bot.alice, 'fragile', cut('Part one,'));
  bot.providers.answer(goesOn, { status: 503 });
  await presses(bot.alice, asked.shown, 'Continue');
  const failed = await endsWith(asked.shown, 'overloaded');
  expect(failed.content).toMatch(/^Part one,/);
  expect(labels(failed)).toEqual(['Retry', 'Another model']);
  await bot.idle();
  bot.providers.answer(goesOn, { chunks: [' part two.'] });
  await presses(bot.alice, failed, 'Retry');
  expect((await endsWith(asked.shown, 'Part one, part two.')).content).toBe('Part one, part two.');
});

it('that is stopped before its first word changes nothing and costs nothing', async () => {
  const asked = await asks(bot.alice, 'patience', cut('Wait'));
  bot.providers.answer(goesOn, { chunks: [' for it.'], hold: true });
  await presses(bot.alice, asked.shown, 'Continue');
  await bot.providers.requested(goesOn);
  const waiting = await bot.alice.sees((message) => message.id === asked.shown.id && !hasEnded(message));
  expect(waiting.content).toBe('Wait');
  await presses(bot.alice, waiting, 'Stop');
  const stopped = await endsWith(asked.shown, 'Stopped.');
  expect(stopped.content).toMatch(/^Wait\n/);
  await bot.idle();
  const [second] = await billing.calls(asked.question, 1);
  expect(second?.charged.tokens ?? 0).toBe(0);
});

it('is for the asker and moderators; others are told', async () => {
  const asked = await asks(bot.alice, 'hers', cut('Hers,'));
  expect((await told(bot.bob, asked.shown, 'Continue')).content).toContain('Only');
  await bot.idle();
  expect(bot.providers.requests).toHaveLength(1);
});
