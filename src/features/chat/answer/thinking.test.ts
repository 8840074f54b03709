import { ButtonStyle, ComponentType, MessageFlags } from 'discord-api-types/v10';
import type { APIButtonComponentWithCustomId, APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { customId } from '../../../sdk/index.ts';
import { clears } from '../../../testing/clears.ts';
import { createAsking } from '../../../testing/asking.ts';
import { button, buttons, hasEnded } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';
import { createShiftedClock } from '../../../testing/shifted-clock.ts';
import { exportedBy, tablesWith } from '../../../testing/stored.ts';

const timeoutMs = 20_000;
const clock = createShiftedClock(Date.now());
const bot = sharedBot({ clock, yaml: 'queue: { maxAttempts: 1 }\n' });
const { asks, presses, told } = createAsking(() => bot);

const mention = () => `<@${bot.app.discord.self.userId}>`;
const labels = (message: APIMessage) => buttons(message).map(({ label }) => label);
const thinking = /^-# 💭 Thinking… \(began <t:\d{10}:R>\)$/;
const endsWith = (shown: APIMessage, text: RegExp | string) =>
  bot.alice.sees(
    (message) =>
      message.channel_id === shown.channel_id &&
      hasEnded(message) &&
      (typeof text === 'string' ? message.content.includes(text) : text.test(message.content)),
    { timeoutMs },
  );

/** Asks, and resolves when the screen says that the model thinks. */
async function asksForThoughts(words: string, reasoning: readonly string[]) {
  bot.providers.answer(words, { reasoning, text: 'Forty-two.', hold: true });
  const question = await bot.alice.says(await bot.newChannel(), `${mention()} ${words}`);
  const shown = await bot.alice.sees(
    (message) => message.channel_id === question.channel_id && thinking.test(message.content),
    { timeoutMs },
  );
  return { question, shown };
}

/** After this a person may have another text of an answer. */
const cooldownMs = 2000;

/** What the presser alone gets behind ⋯ and Thoughts. */
async function thoughts(shown: APIMessage, person = bot.alice): Promise<APIMessage> {
  clock.jump(cooldownMs);
  const menu = await told(person, shown, '⋯');
  await presses(person, menu, 'Thoughts');
  return person.sees(
    (message) =>
      ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0 &&
      message.channel_id === shown.channel_id &&
      message.id !== menu.id,
    { timeoutMs },
  );
}

async function textOf(message: APIMessage): Promise<string> {
  const [file] = message.attachments;
  return file ? (await fetch(file.url)).text() : message.content;
}

async function exportedOf(person: Person): Promise<string> {
  await person.says(await bot.newChannel(), '!privacy');
  const isOverview = (message: APIMessage) => buttons(message).some(({ label }) => label === 'Export');
  const overview = await person.sees(isOverview, { timeoutMs });
  await presses(person, overview, 'Export');
  const { channel_id: channelId } = overview;
  return textOf(await person.sees((message) => message.attachments.length === 1 && message.channel_id === channelId));
}

describe('a model that thinks', () => {
  it('whose thoughts are marked only at their end shows the answer alone', async () => {
    const chunks = ['They want a colour. ', 'Blue is safe.\n</think>\n', '\nBlue it is.'];
    bot.providers.answer('which colour', { chunks, hold: 2 });
    const question = await bot.alice.says(await bot.newChannel(), `${mention()} which colour?`);
    const shown = await bot.alice.sees(
      (message) => message.channel_id === question.channel_id && message.content.includes('They want a colour.'),
      { timeoutMs },
    );
    bot.providers.release();
    const answer = await endsWith(shown, 'Blue it is.');
    expect(answer.content).not.toMatch(/They want|safe|think>/);
    expect(await textOf(await thoughts(answer))).toContain('Blue is safe.');
  });

  it('shows “Thinking…” with Stop, then the answer with how long it thought', async () => {
    const { shown } = await asksForThoughts('the question', ['Hmm, ', 'well.']);
    expect(labels(shown)).toEqual(['Stop']);
    bot.providers.release();
    const answer = await endsWith(shown, /^Forty-two\.\n-# 💭 Thought for \d+ s\.$/);
    expect(answer.id).toBe(shown.id);
  });

  it('that answers quickly shows its answer alone; its thoughts can be opened', async () => {
    const { shown } = await asks(bot.alice, 'soon', {
      reasoning: ['Easy: [see](https://evil.example/a).'],
      text: 'Yes.',
    });
    expect(shown.content).toBe('Yes.');
    expect((await thoughts(shown)).content).toBe(
      '-# 💭 What **fake/test-model** thought before it answered:\nEasy: [see](https://evil.example/a) (evil.example).',
    );
  });

  it('lets everybody who may read the answer read its thoughts, long ones as a file', async () => {
    const long = 'I turn it over and over. '.repeat(200);
    const { shown } = await asks(bot.alice, 'deep', { reasoning: [long], text: 'Deep.' });
    const forBob = await thoughts(shown, bot.bob);
    expect(forBob.attachments.map(({ filename }) => filename)).toEqual(['thoughts.md']);
    expect(await textOf(forBob)).toBe(long.trim());
  });

  it('is stopped while it thinks, and says so', async () => {
    const { shown } = await asksForThoughts('endless', ['On and on']);
    await presses(bot.alice, shown, 'Stop');
    const stopped = await endsWith(shown, 'Stopped before I said anything.');
    expect(stopped.content).toContain('Thought for');
  });

  it('has its own thoughts in each version, and sends none to a model', async () => {
    const { question, shown } = await asks(bot.alice, 'twice', { reasoning: ['A first idea.'], text: 'One.' });
    bot.providers.answer('twice', { reasoning: ['A second idea.'], text: 'Two.' });
    await presses(bot.alice, shown, 'Regenerate');
    const second = await endsWith(shown, 'Two.');
    await bot.idle();
    expect((await thoughts(second)).content).toContain('A second idea.');
    await presses(bot.alice, second, '◀');
    const first = await endsWith(shown, 'One.');
    await bot.idle();
    expect((await thoughts(first)).content).toContain('A first idea.');
    await asks(bot.alice, 'and then', { text: 'Then this.' }, { in: question.channel_id });
    const sent = JSON.stringify(bot.providers.requests.at(-1)?.body);
    expect(sent).toContain('One.');
    expect(sent).not.toContain('idea');
  });

  it('goes on with its thoughts when its answer is continued', async () => {
    const { shown } = await asks(bot.alice, 'cut', { reasoning: ['Begin.'], text: 'Half', finishReason: 'length' });
    bot.providers.answer(({ userText }) => userText.startsWith('Your answer was cut off'), {
      ...{ reasoning: ['Go on.'], text: ' and half.' },
    });
    await presses(bot.alice, shown, 'Continue');
    const whole = await endsWith(shown, 'Half and half.');
    expect((await thoughts(whole)).content).toContain('Begin.\n\nGo on.');
  });

  it('writes its thoughts in tags, where a local server passes them on, also in pieces', async () => {
    const chunks = ['<thi', 'nk>\nLet me ', 'see.</th', 'ink>\n\n', 'I see.'];
    const { shown } = await asks(bot.alice, 'tags', { chunks });
    expect(shown.content).toBe('I see.');
    expect((await thoughts(shown)).content).toContain('Let me see.');
  });

  it('that thinks until it has no tokens left is not asked again, and says so', async () => {
    const { shown } = await asks(bot.alice, 'too deep', { reasoning: ['So…'], chunks: [], finishReason: 'length' });
    expect(shown.content).toContain('thought until there was no room left for an answer');
    expect(labels(shown)).toContain('Retry');
    expect(bot.providers.requests).toHaveLength(1);
  });

  it('has no Thoughts button without thoughts, and an old one says that they are deleted', async () => {
    const { shown } = await asks(bot.alice, 'thoughtless', { text: 'None.' });
    expect(labels(await told(bot.alice, shown, '⋯'))).not.toContain('Thoughts');
    const id = /chat\/regenerate\/([^@]+)@/.exec(button(shown, 'Regenerate'))?.[1] ?? '';
    const old = customId('chat', 'thoughts', id);
    const thoughtsButton = {
      type: ComponentType.Button,
      style: ButtonStyle.Secondary,
      label: 'Thoughts',
      custom_id: old,
    };
    const message = await bot.app.discord.actions.send(shown.channel_id, {
      content: 'An old menu',
      components: [{ type: ComponentType.ActionRow, components: [thoughtsButton as APIButtonComponentWithCustomId] }],
    });
    clock.jump(cooldownMs);
    await bot.alice.presses(message, old);
    await bot.alice.sees('The thoughts behind that answer are deleted.', { timeoutMs });
  });

  it('has encrypted thoughts that are deleted with the conversation, and says so', async () => {
    const { question, shown } = await asks(bot.alice, 'secret', { reasoning: ['A secret idea.'], text: 'Hush.' });
    const menu = await told(bot.alice, shown, '⋯');
    expect(await tablesWith(bot, 'A secret idea.')).toEqual([]);
    await clears(bot.milo, { everyone: true }, { in: question.channel_id });
    clock.jump(cooldownMs);
    await presses(bot.alice, menu, 'Thoughts');
    await bot.alice.sees('That answer was cleared; ask me again.', { timeoutMs });
  });
});

it('the export includes thoughts', async () => {
  await asks(bot.bob, 'mine', { reasoning: ['An idea for Bob.'], text: 'Yours.' });
  expect(await exportedOf(bot.bob)).toContain('An idea for Bob.');
});

describe('where thoughts are not shown', () => {
  const quiet = sharedBot({ yaml: 'queue: { maxAttempts: 1 }\nfeatures: { chat: { showReasoning: off } }\n' });
  const asking = createAsking(() => quiet);

  it('none are stored', async () => {
    const { shown } = await asking.asks(quiet.alice, 'quiet', { reasoning: ['Not for you.'], text: 'Hush.' });
    expect(labels(await asking.told(quiet.alice, shown, '⋯'))).not.toContain('Thoughts');
    const exported = JSON.stringify(await exportedBy(quiet, 'chat', quiet.alice));
    expect(exported).toContain('Hush.');
    expect(exported).not.toContain('Not for you.');
  });
});
