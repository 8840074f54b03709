import type { APIMessage } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { button, buttons } from '../../../testing/components.ts';
import { withOffer } from './edits.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { sentParts } from '../../../testing/sent.ts';
import { storedTurn } from '../../../testing/stored.ts';

const bot = sharedBot({ yaml: 'queue: { concurrency: { text: 1 } }\n' });

const offer = 'Answer the edited question';
const mention = () => `<@${bot.app.discord.self.userId}>`;
const labels = (message: APIMessage) => buttons(message).map(({ label }) => label);
const answers = (question: APIMessage, text: string) => (message: APIMessage) =>
  message.message_reference?.message_id === question.id &&
  message.content === text &&
  !labels(message).includes('Stop');
const offers = (question: APIMessage) => (message: APIMessage) =>
  message.message_reference?.message_id === question.id && labels(message).includes(offer);

/** Waits until the bot has stored an edit. */
const editStored = (edited: APIMessage) =>
  expect.poll(async () => (await storedTurn(bot, edited))?.editedAt).toBeDefined();

function prompt(): string[] {
  return sentParts(bot.providers.requests.at(-1)?.body).map(({ role, content }) => `${role}: ${content}`);
}

it('the offer replaces Regenerate, or is added below the other buttons', () => {
  const regenerate = { type: 2, style: 2, custom_id: 'chat/regenerate/7@1', label: 'Regenerate' } as const;
  const retry = { type: 2, style: 2, custom_id: 'chat/retry/7@1', label: 'Retry' } as const;
  const rowsOf = (rows: ReturnType<typeof withOffer>) => rows.map((row) => labels({ components: [row] } as APIMessage));
  expect(rowsOf(withOffer([{ type: 1, components: [regenerate, retry] }], '7', 'Offer'))).toEqual([['Offer', 'Retry']]);
  expect(rowsOf(withOffer([{ type: 1, components: [retry] }], '7', 'Offer'))).toEqual([['Retry'], ['Offer']]);
  const twice = withOffer(withOffer([], '7', 'Offer'), '7', 'Offer');
  expect(rowsOf(twice)).toEqual([['Offer']]);
});

it('an edited question can be answered again, and its new text is in the history', async () => {
  const room = await bot.newChannel();
  bot.providers.answer('capital of Austria', { text: 'Vienna.' });
  const question = await bot.alice.says(room, `${mention()} capital of Austria?`);
  await bot.alice.sees(answers(question, 'Vienna.'));
  await bot.idle();
  await bot.alice.edits(question, `${mention()} capital of Australia?`);
  const offered = await bot.alice.sees(offers(question));
  expect(labels(offered).filter((label) => label === 'Regenerate')).toEqual([]);
  bot.providers.answer('capital of Australia', { text: 'Canberra.' });
  await bot.alice.presses(offered, button(offered, offer));
  const again = await bot.alice.sees(answers(question, 'Canberra.'));
  expect(again.id).toBe(offered.id);
  await bot.idle();
  expect(labels(again)).not.toContain(offer);
  bot.providers.answer('and of Spain', { text: 'Madrid.' });
  const next = await bot.alice.says(room, `${mention()} and of Spain?`);
  await bot.alice.sees(answers(next, 'Madrid.'));
  expect(prompt()).toEqual([
    'user: Alice: capital of Australia?',
    'assistant: Canberra.',
    'user: Alice: and of Spain?',
  ]);
});

it('a question edited during its answer gets that answer, then the offer', async () => {
  const room = await bot.newChannel();
  bot.providers.answer('how tall', { chunks: ['Quite ', 'tall.'], hold: 1 });
  const question = await bot.alice.says(room, `${mention()} how tall?`);
  await bot.alice.sees(/Quite/, { in: room });
  await editStored(await bot.alice.edits(question, `${mention()} how wide?`));
  bot.providers.release();
  const offered = await bot.alice.sees(offers(question));
  expect(offered.content).toBe('Quite tall.');
});

it('a question edited while it waits is answered as edited', async () => {
  const [room, other] = [await bot.newChannel(), await bot.newChannel()];
  bot.providers.answer('busy', { text: 'Done.', hold: true });
  await bot.bob.says(room, `${mention()} busy`);
  await bot.providers.requested('busy');
  const question = await bot.alice.says(other, `${mention()} how tall?`);
  await expect.poll(() => storedTurn(bot, question)).toBeDefined();
  await editStored(await bot.alice.edits(question, `${mention()} how wide?`));
  bot.providers.answer('how wide', { text: 'Quite wide.' });
  bot.providers.release();
  await bot.alice.sees(answers(question, 'Quite wide.'));
  await bot.idle();
  const [answer] = (await bot.alice.messages(other)).filter((message) => message.author.bot);
  expect(labels(answer as APIMessage)).not.toContain(offer);
});

it('an edit that changes no word offers nothing', async () => {
  const room = await bot.newChannel();
  bot.providers.answer('same words', { text: 'Indeed.' });
  const question = await bot.alice.says(room, `${mention()} same words`);
  await bot.alice.sees(answers(question, 'Indeed.'));
  await bot.idle();
  await bot.alice.edits(question, `${mention()}   same words`);
  await bot.idle();
  const [answer] = (await bot.alice.messages(room)).filter((message) => message.author.bot);
  expect(labels(answer as APIMessage)).not.toContain(offer);
});
