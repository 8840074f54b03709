import { MessageFlags } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { hasEnded } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const bot = sharedBot();
const suppressed = ({ flags }: { flags?: number }) => ((flags ?? 0) & MessageFlags.SuppressEmbeds) !== 0;

it.each(['a channel', 'direct messages'])(
  'a link in an answer in %s never unfolds, while it grows or later',
  async (place) => {
    const self = bot.app.discord.self.userId;
    const room = place === 'a channel' ? await bot.newChannel() : (await bot.alice.opensDirectMessages(self)).id;
    bot.providers.answer('where', { chunks: ['See https://example.org/', ' and https://example.com/'], hold: 1 });
    await bot.alice.says(room, `<@${self}> where`);
    const growing = await bot.alice.sees((message) => message.content.endsWith('example.org/'), { in: room });
    expect(suppressed(growing)).toBe(true);
    bot.providers.release();
    const done = await bot.alice.sees((message) => message.content.endsWith('example.com/') && hasEnded(message));
    expect(suppressed(done)).toBe(true);
    expect(done.id).toBe(growing.id);
  },
);
