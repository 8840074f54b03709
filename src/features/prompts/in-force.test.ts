import { MessageFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import type { OptionInput, Person } from '../../../emulator/testing/person.ts';
import { createAsking } from '../../testing/asking.ts';
import { hasEnded } from '../../testing/components.ts';
import { recorded } from '../../testing/audit.ts';
import { sharedBot, sharedBilling } from '../../testing/shared-bot.ts';
import { exportedBy } from '../../testing/stored.ts';

// Without rate limits, which this test isn't about.
const bot = sharedBot({
  paced: false,
  otherModels: ['other-model'],
  yaml: `
queue: { maxAttempts: 1 }
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
features:
  chat:
    systemPrompt: I am the instance.
  prompts:
    library:
      pirate: { text: I am a pirate. }
      host: { text: '{{name}} welcomes {{user}} in #{{channel}} of {{guild}} on {{date}}, not {{secret}}.' }
`,
});
sharedBilling(bot);
const { asks, presses } = createAsking(() => bot);
const timeoutMs = 20_000;
/** A slow bot defers its answer first, which then is empty. */
const isAnswer = ({ flags, content, embeds, attachments }: APIMessage) =>
  ((flags ?? 0) & MessageFlags.Ephemeral) !== 0 && (content !== '' || embeds.length > 0 || attachments.length > 0);

/** Runs a command and resolves with its ephemeral answer. */
async function told(
  person: Person,
  room: string,
  command: string,
  options: Record<string, OptionInput> = {},
): Promise<APIMessage> {
  await person.runs(command, options, { in: room });
  return person.sees(isAnswer, { in: room, timeoutMs });
}

/** `/system` with its answer. */
const system = async (person: Person, room: string, text: string, scope?: string) =>
  (await told(person, room, 'system', { text, ...(scope === undefined ? {} : { scope }) })).content;

/** The system prompt that the model gets for a question in a room. */
async function toldToModel(person: Person, room: string): Promise<string | undefined> {
  const words = `what are you, ${bot.providers.requests.length}?`;
  await asks(person, words, { text: `I am number ${bot.providers.requests.length}.` }, { in: room });
  return systemWith(words);
}

/** The system prompt that the model got with a question. */
const systemWith = (words: string) =>
  (
    bot.providers.requests.find(({ userText }) => userText.endsWith(words))?.body['messages'] as { content: string }[]
  )[0]?.content;

const isTitling = ({ body }: { body: Record<string, unknown> }) => JSON.stringify(body).includes('Write a title');

/** Uses `/ask`; resolves with the thread and the system prompt that the model got. */
async function asksInThread(person: Person, room: string, options: Record<string, string> = {}) {
  const number = bot.providers.requests.length;
  const [prompt, answer] = [`a question, ${number}`, `Answered ${number}.`];
  bot.providers.answer((request) => request.userText.endsWith(prompt) && !isTitling(request), { text: answer });
  bot.providers.answer(isTitling, { text: 'A thread' });
  await person.runs('ask', { prompt, ...options }, { in: room });
  const shown = await person.sees((message) => message.content === answer && hasEnded(message), { timeoutMs });
  await bot.idle();
  await person.sees((message) => isAnswer(message) && message.content.includes(shown.channel_id), { timeoutMs });
  return { thread: shown.channel_id, shown, prompt: systemWith(prompt) };
}

const lineWith = (shown: APIMessage, words: string) =>
  shown.embeds[0]?.description?.split('\n').find((line) => line.includes(words));

describe('of all chosen prompts', () => {
  it('the nearest applies: request, conversation, channel, person, server, instance', async () => {
    const room = await bot.newChannel();
    const prompt = () => toldToModel(bot.alice, room);
    expect(await prompt()).toBe('I am the instance.');
    expect(await system(bot.milo, room, 'I am the server.', 'server')).toBe(
      '“I am the server.” now applies to this server.',
    );
    expect(await prompt()).toBe('I am the server.');
    await system(bot.alice, room, 'I am Alice’s.', 'me');
    expect(await prompt()).toBe('I am Alice’s.');
    expect(await toldToModel(bot.bob, room)).toBe('I am the server.');
    await system(bot.milo, room, 'I am the channel.', 'channel');
    expect(await prompt()).toBe('I am the channel.');
    expect(await system(bot.milo, room, 'pirate')).toBe('**pirate** now applies to this conversation.');
    expect(await prompt()).toBe('I am a pirate.');

    const shown = await told(bot.alice, room, 'system');
    expect(shown.content).toBe(
      'The system prompt that applies to you here: **pirate** (this conversation).\n-# It overrides: ' +
        '“I am the channel.” (this channel), “I am Alice’s.” (you), “I am the server.” (this server), the default (my default)' +
        '\n```\nI am a pirate.\n```',
    );
    const settings = await told(bot.alice, room, 'settings');
    expect(lineWith(settings, 'System prompt')).toBe('System prompt: **pirate** (this conversation)');
    expect(lineWith(settings, 'It overrides')).toContain('“I am Alice’s.” (you)');

    expect(await system(bot.milo, room, 'reset')).toContain(
      'For you here, “I am the channel.” (this channel) applies.',
    );
    expect(await system(bot.milo, room, 'reset', 'channel')).toContain('I am the server.');
    expect(await system(bot.alice, room, 'Reset', 'me')).toContain(
      'For you here, “I am the server.” (this server) applies.',
    );
    expect(await system(bot.milo, room, 'reset', 'server')).toContain(
      'For you here, the default (my default) applies.',
    );
    expect(await prompt()).toBe('I am the instance.');
    for (const person of [bot.alice, bot.milo]) {
      expect(await exportedBy(bot, 'prompts', person)).toEqual({ prompts: [], chosenPrompt: [] });
    }
  }, 60_000);

  it('a choice says when a nearer prompt overrides it', async () => {
    const room = await bot.newChannel();
    await system(bot.milo, room, 'pirate', 'channel');
    expect(await system(bot.alice, room, 'Mine.', 'me')).toBe(
      '“Mine.” now applies to you. For you here, **pirate** (this channel) overrides it.',
    );
    await system(bot.alice, room, 'reset', 'me');
  });

  it("a channel's prompt applies in its threads, and nowhere else", async () => {
    const room = await bot.newChannel();
    await system(bot.milo, room, 'pirate', 'channel');
    const { thread, prompt } = await asksInThread(bot.alice, room);
    expect(prompt).toBe('I am a pirate.');
    expect(await system(bot.milo, thread, 'Ahoy.', 'channel')).toContain('this channel');
    expect(await toldToModel(bot.bob, room)).toBe('Ahoy.');
    expect(await toldToModel(bot.bob, await bot.newChannel())).toBe('I am the instance.');
  });

  it('a choice survives a restart', async () => {
    const room = await bot.newChannel();
    await system(bot.milo, room, 'I stay.');
    await bot.stop();
    await bot.start();
    expect(await toldToModel(bot.alice, room)).toBe('I stay.');
  });
});

describe('/ask with a prompt', () => {
  it('applies it in the whole thread, for everyone', async () => {
    const room = await bot.newChannel();
    const { thread, shown, prompt } = await asksInThread(bot.alice, room, { system: 'Pirate' });
    expect(prompt).toBe('I am a pirate.');
    expect(await toldToModel(bot.bob, thread)).toBe('I am a pirate.');
    expect(await system(bot.alice, thread, 'Now a poet.')).toContain('now applies to this conversation');
    expect(await toldToModel(bot.bob, thread)).toBe('Now a poet.');
    await presses(bot.alice, shown, 'Regenerate');
    await bot.idle();
    const again = bot.providers.requests.filter(({ userText }) => userText.includes('a question, ')).at(-1);
    expect(JSON.stringify(again?.body)).toContain('Now a poet.');
  });

  it('applies it to that question only in an existing conversation', async () => {
    const { id: direct } = await bot.alice.opensDirectMessages(bot.app.discord.self.userId);
    bot.providers.answer('in passing', { text: 'In passing.' });
    await bot.alice.runs('ask', { prompt: 'in passing', system: 'pirate' }, { in: direct });
    await bot.alice.sees((message) => message.content === 'In passing.' && hasEnded(message), { timeoutMs });
    await bot.idle();
    expect(systemWith('in passing')).toBe('I am a pirate.');
    expect(await toldToModel(bot.alice, direct)).toBe('I am the instance.');
  });

  it('asks nothing with an unknown prompt', async () => {
    const room = await bot.newChannel();
    const refused = await told(bot.alice, room, 'ask', { prompt: 'hello', system: 'no`such' });
    expect(refused.content).toContain("You have no prompt `no'such` here.");
    expect(bot.providers.requests).toEqual([]);
  });
});

describe('members without the right', () => {
  it('are refused, and nothing changes', async () => {
    const room = await bot.newChannel();
    const { thread } = await asksInThread(bot.alice, room);
    expect(await system(bot.bob, thread, 'Bob was here.')).toContain('Only moderators and the member who opened');
    expect(await system(bot.alice, room, 'Alice was here.')).toContain('Only moderators and the member who opened');
    expect(await system(bot.alice, room, 'Alice was here.', 'channel')).toContain('Only moderators can choose');
    expect(await system(bot.alice, room, 'reset', 'server')).toContain('of the whole server');
    expect(await system(bot.alice, thread, 'Mine.')).toContain('now applies to');
    expect(await toldToModel(bot.bob, thread)).toBe('Mine.');
    expect(await toldToModel(bot.bob, room)).toBe('I am the instance.');
  });

  it('have every right in their own direct messages, which have no channel or server prompts', async () => {
    const { id: direct } = await bot.bob.opensDirectMessages(bot.app.discord.self.userId);
    expect(await system(bot.bob, direct, 'Between us.')).toContain('“Between us.” now applies to');
    expect(await system(bot.bob, direct, 'Between us.', 'server')).toContain('This only works in a server');
    expect(await toldToModel(bot.bob, direct)).toBe('Between us.');
    await system(bot.bob, direct, 'reset');
  });
});

describe('an unknown name', () => {
  it('is taken as a text, and the reply says so', async () => {
    const room = await bot.newChannel();
    expect(await system(bot.alice, room, 'pirat', 'me')).toContain(
      '“pirat” now applies to you.\n-# You have no prompt with that name',
    );
    expect(await system(bot.alice, room, 'A pirate.', 'me')).toBe('“A pirate.” now applies to you.');
    await system(bot.alice, room, 'reset', 'me');
  });
});

describe('a choice for others', () => {
  it("is recorded with its ids, without its text; one's own isn't recorded", async () => {
    const room = await bot.newChannel();
    const channelId = bot.alice.channel(room).id;
    await system(bot.milo, room, 'Recorded nowhere.', 'channel');
    await system(bot.milo, room, 'pirate', 'channel');
    await system(bot.milo, room, 'reset', 'channel');
    await system(bot.milo, room, 'Only mine.', 'me');
    await system(bot.milo, room, 'reset', 'me');
    const entries = await recorded(bot, { action: 'set-system-prompt' });
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
    expect(entries.filter((entry) => entry.channelId === channelId)).toMatchObject(
      [{ id }, { configured: 'pirate' }, null].map((prompt) => ({
        actorId: bot.milo.user.id,
        targetId: channelId,
        details: { scope: 'channel', prompt },
      })),
    );
  });
});

describe('a prompt', () => {
  it('is filled in where its placeholders are known', async () => {
    const room = await bot.newChannel();
    const [guild] = bot.emulator.core.world.guilds.values();
    await bot.bob.request('PATCH', `/guilds/${guild?.id ?? ''}/members/@me`, { nick: '{{date}} {{name}}' });
    await system(bot.milo, room, 'host');
    const self = bot.app.discord.self.username;
    const today = new Date().toISOString().slice(0, 10);
    expect(await toldToModel(bot.bob, room)).toBe(
      `${self} welcomes {{date}} {{name}} in #${room} of Playground on ${today}, not {{secret}}.`,
    );
    const { thread } = await asksInThread(bot.alice, room, { system: 'host' });
    expect(await toldToModel(bot.alice, thread)).toContain(`welcomes Alice in #${room} of Playground`);
    await bot.bob.request('PATCH', `/guilds/${guild?.id ?? ''}/members/@me`, { nick: null });
  });

  it('that is removed while in use gives way to the next; a new text applies at once', async () => {
    const room = await bot.newChannel();
    const saved = { name: 'oracle', library: 'server' };
    await told(bot.milo, room, 'save-prompt', { ...saved, text: 'I foresee.' });
    await system(bot.milo, room, 'pirate', 'channel');
    await system(bot.milo, room, 'Oracle');
    await system(bot.alice, room, 'oracle', 'me');
    expect(await toldToModel(bot.alice, room)).toBe('I foresee.');
    await told(bot.olivia, room, 'save-prompt', { ...saved, text: 'I foresaw.' });
    expect(await toldToModel(bot.alice, room)).toBe('I foresaw.');
    const removed = await told(bot.milo, room, 'remove-prompt', saved);
    expect(removed.content).toContain('In 2 places that used it');
    expect(await toldToModel(bot.alice, room)).toBe('I am a pirate.');
  });

  it('is copied to a branch', async () => {
    const room = await bot.newChannel();
    await system(bot.milo, room, 'I branch.');
    const { shown } = await asks(bot.alice, 'branch here', { text: 'Here.' }, { in: room });
    const menu = await createAsking(() => bot).told(bot.alice, shown, '⋯');
    await presses(bot.alice, menu, 'Branch');
    const done = await bot.alice.sees((one) => one.id === menu.id && one.content.includes('Your branch'), {
      timeoutMs,
    });
    const thread = /<#(\d+)>/.exec(done.content)?.[1] ?? '';
    await bot.alice.until('the thread', () => bot.alice.view.channels.get(thread) ?? null);
    expect(await toldToModel(bot.alice, thread)).toBe('I branch.');
    await system(bot.milo, room, 'reset');
    expect(await toldToModel(bot.alice, thread)).toBe('I branch.');
  });

  it("is deleted with its channel and the channel's threads", async () => {
    const room = await bot.newChannel();
    const { thread } = await asksInThread(bot.alice, room);
    await system(bot.milo, room, 'Of the channel.', 'channel');
    await system(bot.milo, room, 'Of the conversation.');
    await system(bot.alice, thread, 'Of the thread.');
    await bot.olivia.request('DELETE', `/channels/${bot.alice.channel(room).id}`);
    const left = async () =>
      JSON.stringify([await exportedBy(bot, 'prompts', bot.alice), await exportedBy(bot, 'prompts', bot.milo)]);
    await expect.poll(left, { timeout: timeoutMs }).not.toContain('Of the thread.');
    await bot.idle();
    expect(await left()).not.toMatch(/Of the (channel|conversation)/);
  });
});
