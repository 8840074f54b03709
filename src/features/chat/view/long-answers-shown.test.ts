import { MessageFlags, PermissionFlagsBits } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { createAsking } from '../../../testing/asking.ts';
import { buttons, hasEnded } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const timeoutMs = 30_000;
const bot = sharedBot({
  paced: false,
  yaml: 'queue: { maxAttempts: 2 }\nfeatures: { chat: { longAnswers: file, fileAbove: 2 } }\n',
});
const { asks, presses, told, screen } = createAsking(() => bot);

const mention = () => `<@${bot.app.discord.self.userId}>`;
const paragraphs = (word: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${word} ${index} ${'and on '.repeat(80).trim()}.`).join('\n\n');
const endsWith = (shown: APIMessage, text: string) =>
  bot.alice.sees(
    (message) => message.channel_id === shown.channel_id && message.content.includes(text) && hasEnded(message),
    { timeoutMs },
  );

/** The names of the files under the messages of an answer, message by message. */
const files = (messages: readonly APIMessage[]) =>
  messages.map(({ attachments }) => attachments.map(({ filename }) => filename));

async function fileOf(message: APIMessage | undefined): Promise<string> {
  const [file] = message?.attachments ?? [];
  if (!file) throw new Error('There is no file.');
  return (await fetch(file.url)).text();
}

/** How many messages the bot has ever had in a channel at the same time. */
const posted = (channelId: string) =>
  bot.olivia.view.dispatches.filter(({ t, d }) => {
    const { channel_id: at, author, flags } = d as Partial<APIMessage>;
    return t === 'MESSAGE_CREATE' && at === channelId && author?.bot === true && flags !== MessageFlags.Ephemeral;
  }).length;

describe('an answer that is longer than the settings allow', () => {
  it('is shown in its beginning, and given whole as a file; no message comes that goes again', async () => {
    const text = paragraphs('tale', 20);
    const asked = await asks(bot.alice, 'a tale', { chunks: text.match(/[\s\S]{1,900}/g) ?? [], delayMs: 40 });
    const shown = await screen(asked);
    expect(shown).toHaveLength(2);
    expect(posted(asked.question.channel_id)).toBe(2);
    expect(files(shown)).toEqual([[], ['answer.md']]);
    expect(shown[1]?.content.endsWith('.\n-# 📄 … The file has the whole answer.')).toBe(true);
    expect(await fileOf(shown[1])).toBe(text);
    expect(buttons(asked.shown).map(({ label }) => label)).toEqual(['Regenerate', '⋯']);
    const menu = await told(bot.alice, asked.shown, '⋯');
    await presses(bot.alice, menu, 'Copy');
    const copied = await bot.alice.sees((message) => message.attachments.length > 0 && message.id !== shown[1]?.id);
    expect(await fileOf(copied)).toBe(text);
  });

  it('says while it grows that it goes on in a file', async () => {
    const text = paragraphs('growing', 12);
    bot.providers.answer('grow', { chunks: [text, ' The end.'], hold: 1 });
    const question = await bot.alice.says(await bot.newChannel(), `${mention()} grow`);
    const goesOn = /The rest comes as a file when the answer is complete/;
    const growing = await bot.alice.sees(goesOn, { in: question.channel_id, timeoutMs });
    expect(buttons(growing).map(({ label }) => label)).toEqual(['Stop']);
    await presses(bot.alice, growing, 'Stop');
    const stopped = await endsWith(growing, 'Stopped.');
    expect(await fileOf(stopped)).toBe(text);
  });

  it('that is one block of code comes as a file of that code', async () => {
    const code = Array.from({ length: 300 }, (_, index) => `print("line ${index}")`).join('\n');
    const asked = await asks(bot.alice, 'code', { chunks: [`\`\`\`python\n${code}\n\`\`\``] });
    const shown = await screen(asked);
    expect(files(shown)).toEqual([[], ['answer.py']]);
    expect(shown[1]?.content).toMatch(/\n```\n-# 📄 /);
    expect(await fileOf(shown[1])).toBe(`${code}\n`);
  });

  it('loses its file to a shorter version, and has it again when people page back', async () => {
    const text = paragraphs('long', 12);
    const asked = await asks(bot.alice, 'versions', { chunks: [text] });
    bot.providers.answer('versions', { text: 'Briefly.' });
    await presses(bot.alice, asked.shown, 'Regenerate');
    const short = await endsWith(asked.shown, 'Briefly.');
    await bot.idle();
    expect(files(await screen(asked))).toEqual([[]]);
    await presses(bot.alice, short, '◀');
    await endsWith(asked.shown, 'The file has the whole answer');
    await bot.idle();
    const again = await screen(asked);
    expect(files(again)).toEqual([[], ['answer.md']]);
    expect(await fileOf(again[1])).toBe(text);
  });

  it('that is continued comes as one file', async () => {
    const text = paragraphs('first', 12);
    const asked = await asks(bot.alice, 'two halves', { chunks: [text], finishReason: 'length' });
    bot.providers.answer(({ userText }) => userText.startsWith('Your answer was cut off'), {
      text: ' The second half.',
    });
    await presses(bot.alice, asked.shown, 'Continue');
    await bot.idle();
    const whole = await screen(asked);
    expect(files(whole)).toEqual([[], ['answer.md']]);
    expect(await fileOf(whole[1])).toBe(`${text} The second half.`);
  });

  it('comes once when the bot was stopped in between', async () => {
    const text = paragraphs('reborn', 12);
    bot.providers.answer('mortal', { chunks: [text, ' never'], hold: 1 });
    const question = await bot.alice.says(await bot.newChannel(), `${mention()} mortal`);
    await bot.olivia.sees((message) => message.channel_id === question.channel_id && !hasEnded(message), { timeoutMs });
    await bot.stop();
    bot.providers.reset();
    bot.providers.answer('mortal', { chunks: [text] });
    await bot.start();
    await bot.alice.sees((message) => message.channel_id === question.channel_id && message.attachments.length > 0, {
      timeoutMs,
    });
    await bot.idle();
    const shown = await screen({ question });
    expect(files(shown)).toEqual([[], ['answer.md']]);
    expect(await fileOf(shown[1])).toBe(text);
  }, 60_000);

  it('comes in messages where the bot may not attach files', async () => {
    const [guild] = bot.emulator.core.world.guilds.values();
    const denied = String(PermissionFlagsBits.AttachFiles);
    const overwrites = [{ id: bot.app.discord.self.userId, type: 1, allow: '0', deny: denied }];
    const made = await fetch(`${bot.emulator.origin}/_control/channels`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ guildId: guild?.id, name: 'without-files', overwrites }),
    });
    const { id } = (await made.json()) as { id: string };
    for (const person of [bot.alice, bot.olivia]) {
      await person.until('the channel', () => person.view.channels.get(id) ?? null);
    }
    const asked = await asks(bot.alice, 'no file', { chunks: [paragraphs('plain', 12)] }, { in: 'without-files' });
    const shown = await screen(asked);
    expect(shown.length).toBeGreaterThan(2);
    expect(shown.at(-1)?.content).toContain('plain 11');
  });

  it('comes in messages where Discord refuses the file all the same', async () => {
    bot.providers.answer('refused file', { chunks: [paragraphs('refused', 12), ' End.'], hold: 1 });
    const question = await bot.alice.says(await bot.newChannel(), `${mention()} refused file`);
    await bot.alice.sees(/The rest comes as a file/, { in: question.channel_id, timeoutMs });
    bot.emulator.core.faults.add({
      match: { method: 'PATCH', route: '/channels/*/messages/*' },
      times: 1,
      answer: { status: 403, body: { code: 50013, message: 'Missing Permissions' } },
    });
    bot.providers.release();
    await bot.alice.sees((message) => message.content.endsWith('End.') && hasEnded(message), { timeoutMs });
    await bot.idle();
    expect(files(await screen({ question })).flat()).toEqual([]);
  });
});

describe('a shorter answer', () => {
  it('is as it always is', async () => {
    const asked = await asks(bot.alice, 'short', { chunks: [paragraphs('short', 6)] });
    const shown = await screen(asked);
    expect(shown).toHaveLength(2);
    expect(files(shown)).toEqual([[], []]);
    expect(shown[1]?.content).toContain('short 5');
  });
});
