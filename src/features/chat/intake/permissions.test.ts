import { PermissionFlagsBits } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { startTestBot } from '../../../testing/bot.ts';
import type { TestBot } from '../../../testing/bot.ts';

/** A channel in which the bot lacks these permissions. */
async function channelWithout(bot: TestBot, name: string, denied: bigint): Promise<void> {
  const [guild] = bot.emulator.core.world.guilds.values();
  const overwrite = { id: bot.app.discord.self.userId, type: 1, allow: '0', deny: String(denied) };
  await fetch(`${bot.emulator.origin}/_control/channels`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ guildId: guild?.id, name, overwrites: [overwrite] }),
  });
  await bot.alice.until(
    `#${name}`,
    () => [...bot.alice.view.channels.values()].find((one) => one.name === name) ?? null,
  );
}

it('a question is answered, without pointing at it, where the bot may not read the history', async () => {
  const bot = await startTestBot();
  try {
    await channelWithout(bot, 'forgetful', PermissionFlagsBits.ReadMessageHistory | PermissionFlagsBits.EmbedLinks);
    bot.providers.answer('hello', { text: 'Hello, whoever asked.' });
    await bot.alice.says('#forgetful', `<@${bot.app.discord.self.userId}> hello`);
    const answer = await bot.alice.sees('Hello, whoever asked.');
    expect(answer.message_reference).toBeUndefined();
    await bot.idle();
    expect((await bot.alice.messages('#forgetful')).filter((message) => message.author.bot)).toHaveLength(1);
  } finally {
    await bot.close();
  }
});
