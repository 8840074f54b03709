import type { APIChannel } from 'discord-api-types/v10';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../kernel/clock.ts';
import { openSettings } from '../../../services/settings/index.ts';
import { createAsking } from '../../../testing/asking.ts';
import { startTestBot } from '../../../testing/bot.ts';
import type { TestBot } from '../../../testing/bot.ts';
import { hasEnded } from '../../../testing/components.ts';
import { openBilling } from '../../../testing/billing.ts';
import type { TestBilling } from '../../../testing/billing.ts';

const timeoutMs = 20_000;

const yaml = `
models: { default: fake/thinker, findOllama: false }
providers:
  fake:
    type: openai-compatible
    baseUrl: BASE
    apiKeys: [test-key]
    models: [{ name: thinker, contextTokens: 16000, maxOutputTokens: 4000, reasoning: true }]
prices: { models: { fake/thinker: { inputPerMillion: 10, outputPerMillion: 20 } } }
features: { chat: { answerEverythingIn: [general] } }
`;

let bot: TestBot;
let billing: TestBilling;
beforeAll(async () => {
  bot = await startTestBot({ yaml: (_people, _emulator, { openaiBaseUrl }) => yaml.replace('BASE', openaiBaseUrl) });
  billing = openBilling(bot, systemClock);
});
afterEach(async () => {
  await bot.idle();
  bot.emulator.core.faults.clear();
  expect(bot.providers.unused()).toEqual([]);
  bot.providers.reset();
  await billing.balances();
});
afterAll(async () => {
  await billing.close();
  await bot.close();
});

const { asks, presses, told } = createAsking(() => bot);
const isTitling = ({ body }: { body: Record<string, unknown> }) => JSON.stringify(body).includes('Write a title');
const answered = (text: string) =>
  bot.alice.sees((message) => message.content === text && hasEnded(message), { timeoutMs });
const nameOf = async (channelId: string) =>
  (await bot.alice.request<APIChannel>('GET', `/channels/${channelId}`)).name ?? '';
/** How the titles that were asked for were paid, in order. */
const titles = async () =>
  (await billing.callsOf(bot.alice)).filter(({ step }) => step === 'title').map(({ state }) => state);

/** Asks and resolves to the thread, when the answer is whole and the title is chosen. */
async function thread(prompt: string, answer: string): Promise<string> {
  const room = await bot.newChannel();
  bot.providers.answer((request) => request.userText.includes(prompt) && !isTitling(request), { text: answer });
  await bot.alice.runs('ask', { prompt }, { in: room });
  const { channel_id: id } = await answered(answer);
  await bot.idle();
  return id;
}

describe('the title of a thread, by a model that thinks first', () => {
  it('has room for its thoughts', async () => {
    bot.providers.answer(isTitling, { reasoning: ['Let me see …'], text: 'A title with thought' });
    expect(await nameOf(await thread('what is a title?', 'A name.'))).toBe('A title with thought');
    expect(bot.providers.requests.find(isTitling)?.body['max_tokens']).toBeGreaterThan(500);
  });

  it('is the beginning of the question, and costs nothing, when all its room went for thoughts', async () => {
    const before = await titles();
    const usage = { inputTokens: 100, outputTokens: 100 };
    bot.providers.answer(isTitling, { reasoning: ['Hm.'], text: '', finishReason: 'length', usage });
    expect(await nameOf(await thread('what is a thought?', 'An idea.'))).toBe('what is a thought?');
    expect(await titles()).toEqual([...before, 'lost']);
  });

  it('costs nothing when Discord does not take it', async () => {
    const before = await titles();
    const answer = { status: 403, body: { code: 50013, message: 'Missing Permissions' } };
    bot.emulator.core.faults.add({ match: { method: 'PATCH', route: '/channels/{channel_id}' }, times: 1, answer });
    bot.providers.answer(isTitling, { text: 'Nobody sees this' });
    expect(await nameOf(await thread('what is a name?', 'Smoke.'))).toBe('what is a name?');
    expect(await titles()).toEqual([...before, 'lost']);
  });
});

describe('a thread that was opened to talk with the bot', () => {
  it('is answered whatever the server’s setting, unless /listen says otherwise in it', async () => {
    bot.providers.answer(isTitling, { text: 'Talking' });
    const id = await thread('shall we talk?', 'Let us.');
    const guildId = bot.alice.channel(id).guildId ?? '';
    const settings = await openSettings(bot.database.postgres);
    await settings.set('chat', 'guild', guildId, 'answerEverything', false);
    try {
      bot.providers.answer('are you there', { text: 'I am.' });
      await bot.alice.says(id, 'are you there still?');
      await answered('I am.');
      await bot.alice.says('general', 'nobody is asked here any more');
      await bot.olivia.runs('listen', { everything: false }, { in: id });
      await bot.idle();
      await bot.alice.says(id, 'and now?');
      await bot.idle();
      expect(bot.providers.requests).toHaveLength(3);
    } finally {
      await settings.set('chat', 'guild', guildId, 'answerEverything', undefined);
      await settings.close();
    }
  });
});

describe('a question that fails before it is stored', () => {
  it('is answered with an error number', async () => {
    const { db } = bot.database.postgres;
    const room = await bot.newChannel();
    await db.schema.alterTable('chat_question').renameTo('chat_question_gone').execute();
    try {
      const question = await bot.alice.says(room, `<@${bot.app.discord.self.userId}> hello?`);
      const answer = await bot.alice.sees((message) => message.message_reference?.message_id === question.id);
      expect(answer.content).toMatch(/^Something went wrong on my side.*`[0-9a-f]{8}`/);
    } finally {
      await db.schema.alterTable('chat_question_gone').renameTo('chat_question').execute();
    }
  });
});

describe('a branch without the message content intent', () => {
  it('asks to be mentioned', async () => {
    await bot.stop();
    const applications = [...bot.emulator.core.world.applications.values()];
    for (const { privilegedIntents } of applications) privilegedIntents.messageContent = false;
    try {
      await bot.start();
      const { shown } = await asks(bot.alice, 'where from?', { text: 'From here.' });
      await presses(bot.alice, await told(bot.alice, shown, '⋯'), 'Branch');
      await bot.alice.sees(/let's go on here.*\n-# To go on, mention me or reply to me/, { timeoutMs });
    } finally {
      await bot.stop();
      for (const { privilegedIntents } of applications) privilegedIntents.messageContent = true;
      await bot.start();
    }
  });
});
