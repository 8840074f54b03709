import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestBot } from '../../testing/bot.ts';
import type { TestBot } from '../../testing/bot.ts';
import { everyPage, nextPage } from '../../testing/help.ts';

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
    const all = await everyPage(bot.alice, help);
    expect(all).toContain('`/model`');
    expect(all).not.toContain('`/listen`');
    await bot.olivia.runs('help');
    const more = await bot.olivia.sees((message) => /What Familiar can do/.test(message.embeds[0]?.title ?? ''));
    expect(more.embeds[0]?.footer?.text).toMatch(/^Page 1 of \d · Every command/);
    expect(await everyPage(bot.olivia, more)).toContain('`/listen`');
  });

  it('groups commands by feature, on pages with their number', async () => {
    await bot.bob.runs('help');
    const help = await bot.bob.sees((message) => /What Familiar can do/.test(message.embeds[0]?.title ?? ''));
    expect(help.embeds[0]?.description).toMatch(/\*\*First steps\*\*\n`\/ping` · Check/);
    expect(help.embeds[0]?.description?.length).toBeLessThan(1600);
    const all = await everyPage(bot.bob, help);
    for (const title of ['First steps', 'Talking with me', 'Money and limits', 'Your data']) {
      expect(all).toContain(`**${title}**`);
    }
  });

  it('shows a page only to the member who turned to it in a public message', async () => {
    const room = await bot.newChannel();
    await bot.olivia.says(room, '!help');
    const shown = await bot.alice.sees(({ embeds, components }) => embeds.length === 1 && components?.length === 1, {
      in: room,
    });
    await bot.alice.presses(shown, nextPage(shown) ?? '');
    const own = await bot.alice.sees(({ flags, embeds }) => flags === 64 && embeds.length === 1, { in: room });
    expect(own.embeds[0]?.description).not.toContain('`/listen`');
  });

  it('works as !h and !help, and describes one command', async () => {
    const question = await bot.alice.says('#general', '!h');
    await bot.bob.sees(
      (message) => message.message_reference?.message_id === question.id && message.embeds.length === 1,
    );
    await bot.alice.says('#general', '!help listen');
    await bot.alice.sees(/You can't use a command `listen` here/);
    await bot.olivia.says('#general', '!help listen');
    const detail = await bot.olivia.sees((message) => message.embeds[0]?.title === '/listen');
    expect(detail.embeds[0]?.description).toContain('!listen <everything>');
    expect(detail.embeds[0]?.fields).toMatchObject([
      { name: 'everything *' },
      { name: 'Who may use it', value: 'people who can manage this server' },
      { name: 'Where', value: 'in servers' },
    ]);
    await bot.bob.says('#general', '!help set_budget');
    const budget = await bot.bob.sees((message) => message.embeds[0]?.title === '/set-budget');
    expect(JSON.stringify(budget.embeds[0]?.fields)).toContain('One of `day`, `week`, `month`.');
    expect(budget.embeds[0]?.fields?.slice(-2)).toMatchObject([
      { name: 'Who may use it', value: 'everyone' },
      { name: 'Also known as', value: '`!set_budget`' },
    ]);
  });

  it('explains a mistake in a prefix command', async () => {
    // In the rooms of the tests before, the refusal may wait for the end of the channel's window.
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
