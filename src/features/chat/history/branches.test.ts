import type { APIMessage } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { createAsking } from '../../../testing/asking.ts';
import type { Asked } from '../../../testing/asking.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { sentParts } from '../../../testing/sent.ts';
import { storedTurn } from '../../../testing/stored.ts';

const bot = sharedBot();
const { asks, presses, told, turns } = createAsking(() => bot);
const timeoutMs = 20_000;

/** Branches off from an answer and resolves to the thread. */
async function branch({ shown }: Asked): Promise<string> {
  await presses(bot.alice, await told(bot.alice, shown, '⋯'), 'Branch');
  const done = await bot.alice.sees(/Your branch: <#\d+>/, { timeoutMs });
  const id = /<#(\d+)>/.exec(done.content)?.[1] ?? '';
  await bot.alice.until('the thread', () => bot.alice.view.channels.get(id) ?? null);
  await bot.idle();
  return id;
}

/** What a model gets of the conversation before a question. */
async function historyIn(channel: string, words: string): Promise<string[]> {
  await asks(bot.alice, words, { text: `Answer to ${words}` }, { in: channel });
  const parts = sentParts(bot.providers.requests.at(-1)?.body);
  return parts.slice(0, -1).map(({ content }) => content);
}

async function twoBranches(words: string): Promise<{ asked: Asked; first: string; second: string }> {
  const asked = await asks(bot.alice, words, { text: `About ${words}` });
  const first = await branch(asked);
  const within = await asks(bot.alice, 'go on', { text: 'Going on.' }, { in: first });
  return { asked, first, second: await branch(within) };
}

it('an edited question is edited in branches and their branches', async () => {
  const { asked, first, second } = await twoBranches('old words');
  await bot.alice.edits(asked.question, `<@${bot.app.discord.self.userId}> new words`);
  await bot.idle();
  expect(await historyIn(first, 'one')).toEqual(['Alice: new words', 'About old words', 'Alice: go on', 'Going on.']);
  expect(await historyIn(second, 'two')).toEqual(['Alice: new words', 'About old words', 'Alice: go on', 'Going on.']);
}, 30_000);

it.each<[string, (asked: Asked) => Promise<unknown>, string[]]>([
  ['its message', ({ question }) => bot.alice.deletes(question), []],
  [
    'the button',
    async ({ shown }) => {
      const confirm = await turns(bot.alice, await told(bot.alice, shown, '⋯'), 'Delete', 'Delete this answer');
      return presses(bot.alice, confirm, 'Delete answer');
    },
    [],
  ],
  ['an answer', ({ shown }: { shown: APIMessage }) => bot.milo.deletes(shown), ['Alice: gone words']],
])(
  'an exchange deleted by %s leaves branches too',
  async (_, remove, left) => {
    const { asked, first, second } = await twoBranches('gone words');
    await remove(asked);
    await bot.idle();
    await expect.poll(async () => (await storedTurn(bot, asked.question))?.answers ?? []).toEqual([]);
    expect(await historyIn(first, 'one')).toEqual([...left, 'Alice: go on', 'Going on.']);
    expect(await historyIn(second, 'two')).toEqual([...left, 'Alice: go on', 'Going on.']);
  },
  30_000,
);
