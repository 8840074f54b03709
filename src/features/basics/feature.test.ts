import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestBot } from '../../testing/bot.ts';
import type { TestBot } from '../../testing/bot.ts';

let bot: TestBot;
beforeAll(async () => {
  bot = await startTestBot();
});
afterAll(() => bot.close());

describe('the help', () => {
  it('lists what the caller may use here', async () => {
    await bot.alice.runs('help');
    const help = await bot.alice.sees((message) => /What Familiar can do/.test(message.embeds[0]?.title ?? ''));
    expect(help.flags).toBe(64);
    expect(help.embeds[0]?.description).toContain('`/model`');
    expect(help.embeds[0]?.description).not.toContain('`/listen`');
    await bot.olivia.runs('help');
    await bot.olivia.sees((message) => message.embeds[0]?.description?.includes('`/listen`') ?? false);
  });

  it('works as !h and !help, and tells about one command', async () => {
    const question = await bot.alice.says('#general', '!h');
    await bot.bob.sees(
      (message) => message.message_reference?.message_id === question.id && message.embeds.length === 1,
    );
    await bot.alice.says('#general', '!help listen');
    await bot.alice.sees(/There is no command `listen`/);
    await bot.olivia.says('#general', '!help listen');
    const detail = await bot.olivia.sees((message) => message.embeds[0]?.title === '/listen');
    expect(detail.embeds[0]?.description).toContain('!listen <everything>');
  });

  it('says what is wrong with a prefix command', async () => {
    // Where the tests before it have written, the refusal may wait for the end of the channel's window.
    await bot.olivia.says(await bot.newChannel(), '!listen perhaps');
    await bot.olivia.sees(/`everything` should be yes or no, but I got `perhaps`.*`!listen <everything>`/);
  });
});

describe('ping', () => {
  it('shows that gateway and database answer', async () => {
    await bot.alice.runs('ping');
    await bot.alice.sees(/Pong! Your message reached me in \d+ ms, and my database answered in \d+ ms\./);
  });
});

describe('a new server', () => {
  it('is greeted once, without a restart and not again after one', async () => {
    const response = await fetch(`${bot.emulator.origin}/_control/guilds`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Second home' }),
    });
    const guild = (await response.json()) as { channels: { id: string; name: string }[] };
    const room = guild.channels.find(({ name }) => name === 'general')?.id ?? '';
    const greeting = await bot.olivia.sees("Hello! I'm **Familiar**.", { in: room });
    expect(greeting.content).toContain('`/help` or `!h`');
    await bot.idle();
    await bot.stop();
    await bot.start();
    await bot.idle();
    expect(await bot.olivia.messages(room)).toHaveLength(1);
  });
});
