import type { APIMessage } from 'discord-api-types/v10';
import { beforeEach, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { button, buttons } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

// Deaf, so that what is quoted is known from the chain alone.
const bot = sharedBot({
  otherModels: [{ name: 'seeing', contextTokens: 16000, maxOutputTokens: 4000, vision: true }],
  yaml: `
features: { chat: { heardKept: 0, historySent: 1 }, summaries: { enabled: false } }
`,
});
beforeEach(() => {
  bot.providers.answerByDefault({ text: 'Noted.' });
});

const mention = () => `<@${bot.app.discord.self.userId}>`;

/** What the model gets as the question. */
async function asks(person: Person, room: string, text: string, replyTo: APIMessage): Promise<string> {
  const question = await person.says(room, `${mention()} ${text}`, { replyTo });
  await person.sees(
    (message) => message.message_reference?.message_id === question.id && message.content.startsWith('Noted.'),
    { timeoutMs: 20_000 },
  );
  await bot.idle();
  return bot.providers.requests.at(-1)?.userText ?? '';
}

it('the message that a question replies to is quoted, with those that it replies to', async () => {
  const room = await bot.newChannel();
  const first = await bot.bob.says(room, 'the bus is late');
  const second = await bot.milo.says(room, 'take the train\nit is faster', { replyTo: first });
  expect(await asks(bot.alice, room, 'is that right?', second)).toBe(
    'Alice: is that right?\n\n[In reply to:]\n> Bob: the bus is late\n> Milo: take the train\n> it is faster',
  );
});

it('a chain is followed five messages back', async () => {
  const room = await bot.newChannel();
  let last = await bot.bob.says(room, 'link 1');
  for (const n of [2, 3, 4, 5, 6, 7]) last = await bot.milo.says(room, `link ${String(n)}`, { replyTo: last });
  const sent = await asks(bot.alice, room, 'and?', last);
  expect(sent.match(/link \d/g)).toEqual(['link 3', 'link 4', 'link 5', 'link 6', 'link 7']);
});

it('what the model gets anyway is not quoted, an older answer is', async () => {
  const room = await bot.newChannel();
  const start = await bot.bob.says(room, 'start');
  await asks(bot.alice, room, 'one', start);
  const [answer] = (await bot.alice.messages(room)).filter((message) => message.author.bot);
  expect(await asks(bot.alice, room, 'two', answer as APIMessage)).toBe('Alice: two');
  expect(await asks(bot.alice, room, 'three', answer as APIMessage)).toContain('> Familiar: Noted.');
});

it('pictures in it are named, or seen by a model that can', async () => {
  const room = await bot.newChannel();
  const files = [{ name: 'cat.png', data: picture(), type: 'image/png' }];
  const shown = await bot.bob.says(room, 'look at this', { files });
  expect(await asks(bot.alice, room, 'what is it?', shown)).toContain('> Bob: look at this [cat.png]');
  expect(bot.providers.requests.at(-1)?.images).toBe(0);
  await bot.milo.runs('model', { name: 'fake/seeing' }, { in: room });
  expect(await asks(bot.milo, room, 'and what is it now?', shown)).toContain('> Bob: look at this [cat.png]');
  expect(bot.providers.requests.at(-1)?.images).toBe(1);
});

it('who does not want to be read is not quoted', async () => {
  const room = await bot.newChannel();
  const said = await bot.olivia.says(room, 'not for machines');
  await bot.olivia.runs('privacy', {}, { in: room });
  const overview = await bot.olivia.sees((message) => message.embeds.length > 0 && buttons(message).length > 0);
  await bot.olivia.presses(overview, button(overview, "Don't read me"));
  const sent = await asks(bot.alice, room, 'what does she say?', said);
  expect(sent).not.toContain('machines');
  expect(sent).toContain('does not want to be read');
});

/** One white pixel. */
function picture(): Buffer {
  return Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=',
    'base64',
  );
}
