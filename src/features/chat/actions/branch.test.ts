import { expect, it } from 'vitest';
import { createAsking } from '../../../testing/asking.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const bot = sharedBot({
  paced: false,
  yaml: 'features: { chat: { historySent: 2 }, summaries: { enabled: false } }\n',
});
const { asks, told, turns } = createAsking(() => bot);

it('a branch promises as many exchanges as the model then gets, and says where the older ones are', async () => {
  const room = await bot.newChannel();
  await asks(bot.alice, 'one', { text: 'First.' }, { in: room });
  await asks(bot.alice, 'two', { text: 'Second.' }, { in: room });
  await asks(bot.alice, 'three', { text: 'Third.' }, { in: room });
  const last = await asks(bot.alice, 'four', { text: 'Fourth.' }, { in: room });
  const done = await turns(bot.alice, await told(bot.alice, last.shown, '⋯'), 'Branch', 'Your branch');
  const thread = /<#(\d+)>/.exec(done.content)?.[1] ?? '';
  const note = await bot.alice.sees("let's go on here", { in: thread });
  expect(note.content).toContain('I remember the last 2 questions and answers');
  expect(note.content).toContain('2 older questions stay in `/history`');
  await asks(bot.alice, 'what was said?', { text: 'Third and fourth.' }, { in: thread });
  const sent = bot.providers.requests.at(-1)?.body['messages'] as { content: string }[];
  expect(sent.slice(1).map(({ content }) => content)).toEqual([
    'Alice: three',
    'Third.',
    'Alice: four',
    'Fourth.',
    'Alice: what was said?',
  ]);
});
