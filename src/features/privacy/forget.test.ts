import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { APIMessage } from 'discord-api-types/v10';
import { ButtonStyle, ComponentType } from 'discord-api-types/v10';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../platform/telemetry/index.ts';
import { customId } from '../../sdk/index.ts';
import { startTestBot } from '../../testing/bot.ts';
import type { TestBot } from '../../testing/bot.ts';
import { button, buttons } from '../../testing/components.ts';
import { wholeDatabase } from '../../testing/stored.ts';

const log: string[] = [];
let bot: TestBot;
beforeAll(async () => {
  const logger = createLogger({ level: 'debug', pretty: false, write: (line) => log.push(line) });
  bot = await startTestBot({ logger });
});
afterAll(() => bot.close());

/** Unique words, by the way that each was planted. */
const planted = new Map<string, string>();
function plant(way: string): string {
  const word = `zq${(planted.size + 1).toString().padStart(2, '0')}${way.replaceAll(/[^a-z]/g, '')}qz`;
  planted.set(way, word);
  return word;
}

const mention = () => `<@${bot.app.discord.self.userId}>`;
const embeds = (match: RegExp) => (message: APIMessage) => match.test(JSON.stringify(message.embeds));
const answering = (question: APIMessage, match: RegExp) => (message: APIMessage) =>
  message.message_reference?.message_id === question.id && match.test(message.content);

/** Alice asks in a new room; resolves with the room, the question and the answer, which repeats the question. */
async function asks(text: string, options: Parameters<TestBot['alice']['says']>[2] = {}, room?: string) {
  const place = room ?? (await bot.newChannel());
  const question = await bot.alice.says(place, `${mention()} ${text}`, options);
  const answered = answering(question, /^(You said|⚠️|Half)/);
  const ended = (message: APIMessage) => buttons(message).every(({ label }) => label !== 'Stop');
  const answer = await bot.alice.sees((message) => answered(message) && ended(message));
  await bot.idle();
  return { place, question, answer };
}

/** A command with Alice's text that fails or is refused. */
async function says(text: string): Promise<void> {
  const message = await bot.alice.says(await bot.newChannel(), text);
  await bot.alice.sees(answering(message, /./));
  await bot.idle();
}

/** A message without an answer; a later one in the same room shows that it was handled. */
async function saysUnanswered(text: string): Promise<APIMessage> {
  const room = await bot.newChannel();
  const message = await bot.alice.says(room, text);
  const ping = await bot.alice.says(room, '!ping');
  await bot.alice.sees(answering(ping, /Pong/));
  return message;
}

async function runs(command: string, options: Record<string, string>): Promise<void> {
  await bot.alice.runs(command, options);
  await bot.idle();
}

async function plantNames(): Promise<void> {
  const [guild] = bot.emulator.core.world.guilds.values();
  await bot.alice.request('PATCH', '/users/@me', { global_name: plant('display name') });
  const direct = (await bot.alice.opensDirectMessages(bot.app.discord.self.userId)).id;
  await bot.alice.says(direct, plant('direct message'));
  await bot.alice.sees(/You said/, { in: direct });
  await bot.alice.request('PATCH', `/guilds/${guild?.id ?? ''}/members/@me`, { nick: plant('nickname') });
}

async function plantQuestions(): Promise<void> {
  const { answer, place } = await asks(plant('mention'));
  const reply = await bot.alice.says(place, plant('reply'), { replyTo: answer });
  await bot.alice.sees(answering(reply, /You said/));
  const everything = await bot.newChannel();
  await bot.olivia.runs('listen', { everything: true }, { in: everything });
  await bot.alice.says(everything, plant('channel where everything is answered'));
  await bot.alice.sees(/You said/, { in: everything });
  const unread = await saysUnanswered(plant('message to others'));
  await bot.alice.edits(unread, plant('edited message'));
  const { question } = await asks(`${plant('question before its edit')}`);
  await bot.alice.edits(question, `${mention()} ${plant('edited question')}`);
  const { question: deleted } = await asks(plant('deleted question'));
  await bot.alice.deletes(deleted);
  const carrier = await bot.alice.says(await bot.newChannel(), 'A thread grows here.');
  const thread = await bot.alice.opensThread(carrier, plant('thread name'));
  await bot.alice.until('the thread', () => bot.alice.view.channels.get(thread.id) ?? null);
  await asks(plant('question in a thread'), {}, thread.id);
  const aside = await bot.alice.says(await bot.newChannel(), plant('message that another replies to'));
  await bot.bob.says(aside.channel_id, `${mention()} what does she mean?`, { replyTo: aside });
  await bot.bob.sees(/You said/, { in: aside.channel_id });
}

async function plantFiles(): Promise<void> {
  await asks('look', {
    files: [
      { name: `${plant('name of a picture')}.png`, data: new Uint8Array([0x89, 0x50]), type: 'image/png' },
      { name: `${plant('name of a text file')}.txt`, data: plant('text file'), type: 'text/plain' },
      { name: `${plant('name of an unreadable file')}.bin`, data: 'x', type: 'application/zip' },
    ],
  });
  const large = `${plant('name of a large file')}.txt`;
  await asks('read', { files: [{ name: large, data: plant('large file').repeat(20_000), type: 'text/plain' }] });
}

async function plantFailures(): Promise<void> {
  const refusals = [
    ['quoted by a refusal of the provider', { status: 400, errorCode: 'content_filter' }],
    ['quoted by a faulty provider', { status: 500 }],
    ['quoted as too long', { status: 413 }],
    ['quoted in a wrong request', { status: 400, errorCode: 'invalid_request_error' }],
  ] as const;
  for (const [way, failure] of refusals) {
    const word = plant(way);
    bot.providers.answer(word, { ...failure, text: `I do not like "${word}".`, times: 5 });
    await asks(word);
  }
  const fragile = plant('answer that breaks off');
  bot.providers.answer(fragile, { chunks: [`Half of ${fragile}`, ' and'], cutAfterChunks: 1, times: 5 });
  const broken = await bot.alice.says(await bot.newChannel(), `${mention()} ${fragile}`);
  const retry = (message: APIMessage) => buttons(message).some(({ label }) => label === 'Retry');
  const failed = await bot.alice.sees((message) => answering(broken, /./)(message) && retry(message));
  await bot.alice.presses(failed, button(failed, 'Retry'));
  await bot.idle();
  const endless = plant('answer that is stopped');
  bot.providers.answer(endless, { chunks: [`Half of ${endless}`, ' and'], hold: 1 });
  const asked = await bot.alice.says(await bot.newChannel(), `${mention()} ${endless}`);
  const growing = await bot.alice.sees(answering(asked, /^Half/));
  await bot.alice.presses(growing, button(growing, 'Stop'));
  await bot.idle();
  await pressForged();
}

/** Presses a button with a forged id. */
async function pressForged(): Promise<void> {
  const channelId = bot.alice.channel(await bot.newChannel()).id;
  const custom_id = customId('chat', 'retry', plant('id of a button'));
  const forged = { type: ComponentType.Button, custom_id, label: 'Odd', style: ButtonStyle.Primary } as const;
  const components = [{ type: ComponentType.ActionRow as const, components: [forged] }];
  const { id } = await bot.app.discord.actions.send(channelId, { content: 'Odd', components });
  const seen = await bot.alice.sees((message) => message.id === id);
  await bot.alice.presses(seen, custom_id);
  await bot.idle();
}

/** A summary that a model writes of a conversation. */
async function plantSummary(): Promise<void> {
  const word = plant('summary of a talk');
  const isSummary = ({ body }: { body: Record<string, unknown> }) => JSON.stringify(body).includes('Write a summary');
  bot.providers.answer(isSummary, { text: `She spoke of ${word}.` });
  const { place } = await asks('the first of two');
  await asks('the second of two', {}, place);
  await bot.alice.runs('summary', { action: 'make' }, { in: place });
  await bot.alice.sees(embeds(new RegExp(word)));
  await bot.idle();
}

async function plantCommands(): Promise<void> {
  await saysUnanswered(`!${plant('unknown command')}`);
  await says(`!model ${plant('model by prefix')}`);
  await says(`!clear ${plant('wrong argument')}`);
  await says(`!listen ${plant('argument of a refused command')}`);
  await says(`!set_budget ${plant('budget by prefix')}`);
  await says(`!help ${plant('help about')}`);
  await says(`!why ${plant('message by prefix')}`);
  await says(`!privacy ${plant('too many words')}`);
  await runs('model', { name: plant('model') });
  await runs('set-budget', { amount: plant('budget').slice(0, 20) });
  await runs('why', { message: plant('message') });
  await runs('help', { command: plant('command') }).catch(() => undefined);
  await bot.alice.completes('model', { name: plant('typed text') }, 'name');
  await runs('model', { name: 'fake/test-model' });
  const message = await bot.alice.says(await bot.newChannel(), plant('message with a menu'));
  await bot.alice.picks('Why this answer?', message);
  await bot.idle();
}

async function plantPrompts(): Promise<void> {
  const name = plant('name of a prompt');
  await runs('save-prompt', { name, text: plant('prompt') });
  await runs('save-prompt', { name, text: plant('prompt with another text') });
  const file = {
    name: `${plant('name of a file with a prompt')}.txt`,
    data: plant('file with a prompt'),
    type: 'text/plain',
  };
  await bot.alice.runs('save-prompt', { name: 'filed', file });
  const { modal } = await bot.alice.runs('save-prompt', { name: 'written' });
  if (!modal) throw new Error('There is no form for a prompt.');
  await bot.alice.submits(modal, { name: plant('name in a form'), text: plant('form for a prompt') });
  await runs('system', { text: plant('own system prompt'), scope: 'me' });
  const direct = (await bot.alice.opensDirectMessages(bot.app.discord.self.userId)).id;
  await bot.alice.runs('system', { text: plant('system prompt of a conversation') }, { in: direct });
  await says(`!system ${plant('refused system prompt')}`);
  for (const command of ['prompts', 'remove-prompt'])
    await runs(command, { name: plant(`unknown prompt of ${command}`) });
  await bot.alice.completes('system', { text: plant('typed system prompt') }, 'text');
  const room = await bot.newChannel();
  await bot.alice.runs('ask', { prompt: plant('question with a prompt'), system: name }, { in: room });
  await bot.idle();
  await bot.alice.runs('system', { text: 'filed', scope: 'me' }, { in: room });
  await bot.idle();
}

async function forgetAlice(): Promise<void> {
  await bot.alice.runs('privacy');
  const shown = await bot.alice.sees(embeds(/What I store about you/));
  await bot.alice.presses(shown, button(shown, 'Export'));
  const exported = await bot.alice.sees((message) => message.attachments[0]?.filename === 'familiar-export.json');
  const text = await (await fetch(exported.attachments[0]?.url ?? '')).text();
  // The planted texts must have arrived, otherwise their absence proves nothing.
  const prompts = ['name of a prompt', 'prompt with another text', 'file with a prompt', 'form for a prompt'];
  for (const way of [
    'mention',
    'reply',
    'direct message',
    'question in a thread',
    'summary of a talk',
    'answer that breaks off',
    ...prompts,
  ]) {
    expect(text, way).toContain(planted.get(way));
  }
  await bot.alice.presses(shown, button(shown, 'Forget me'));
  const sure = await bot.alice.sees((message) => buttons(message).some(({ label }) => label === 'Forget me for good'));
  await bot.alice.presses(sure, button(sure, 'Forget me for good'));
  await bot.alice.sees(embeds(/I've deleted your data/));
  await bot.idle();
}

/** The database's files of this test, with deleted but not yet overwritten rows, and its journal. */
async function databaseFiles(): Promise<string[]> {
  const { db } = bot.database.postgres;
  await sql`CHECKPOINT`.execute(db);
  const { rows } = await sql<{ folder: string; oid: string }>`
    SELECT current_setting('data_directory') AS folder, oid::text FROM pg_database WHERE datname = current_database()
  `.execute(db);
  const { folder = '', oid = '' } = rows[0] ?? {};
  return [join(folder, 'base', oid), join(folder, 'pg_wal')];
}

async function filesWith(folder: string, words: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const content = await readFile(join(entry.parentPath, entry.name)).catch(() => Buffer.alloc(0));
    for (const word of words) if (content.includes(word)) found.push(`${entry.name}: ${word}`);
  }
  return found;
}

it('leaves no planted text in the database, its files, the data folder or the log', async () => {
  await plantNames();
  await plantQuestions();
  await plantFiles();
  await plantFailures();
  await plantSummary();
  await plantCommands();
  await plantPrompts();
  const words = [...planted.values()];
  expect(words.length).toBeGreaterThanOrEqual(30);
  expect(new Set(words).size).toBe(words.length);
  await forgetAlice();

  const tables = await wholeDatabase(bot);
  expect(tables.size).toBeGreaterThan(20);
  const hidden = (word: string) => [word, Buffer.from(word).toString('hex'), Buffer.from(word).toString('base64')];
  for (const [table, text] of tables) {
    const left = words.filter((word) => hidden(word).some((form) => text.includes(form)));
    expect(left, `left in ${table}`).toEqual([]);
    expect(text.includes(bot.alice.user.id), `the id in ${table}`).toBe(false);
  }
  for (const folder of [bot.dataDir, ...(await databaseFiles())]) {
    expect(await filesWith(folder, words), folder).toEqual([]);
  }
  expect(log.length).toBeGreaterThan(0);
  expect(log.filter((line) => words.some((word) => line.includes(word)))).toEqual([]);
}, 60_000);
