import { ButtonStyle, ComponentType, MessageFlags } from 'discord-api-types/v10';
import { expect, it } from 'vitest';
import { button } from '../../../testing/components.ts';
import { sharedBot } from '../../../testing/shared-bot.ts';

const bot = sharedBot();

async function secondServer(): Promise<string> {
  const response = await fetch(`${bot.emulator.origin}/_control/guilds`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Elsewhere' }),
  });
  const { channels } = (await response.json()) as { channels: { id: string }[] };
  const id = channels[0]?.id ?? '';
  await bot.olivia.until('the channel of the second server', () => bot.olivia.view.channels.get(id) ?? null);
  return id;
}

it('a button does not reach an answer in another server', async () => {
  bot.providers.answer('hello', { text: 'Hello, Olivia.', hold: 1 });
  await bot.olivia.says('#general', `<@${bot.app.discord.self.userId}> hello`);
  const shown = await bot.olivia.sees('Hello,');
  const stop = button(shown, 'Stop');
  bot.providers.release();
  await bot.olivia.sees('Hello, Olivia.');
  await bot.idle();
  const press = async (channelId: string, words: RegExp) => {
    const message = await bot.app.discord.actions.send(channelId, {
      content: 'Press here',
      components: [
        {
          type: ComponentType.ActionRow,
          components: [{ type: ComponentType.Button, style: ButtonStyle.Secondary, label: 'Stop', custom_id: stop }],
        },
      ],
    });
    await bot.olivia.presses(message, stop);
    const answer = await bot.olivia.sees(words, { in: channelId });
    expect((answer.flags ?? 0) & MessageFlags.Ephemeral).not.toBe(0);
  };
  await press(shown.channel_id, /That answer has already ended/);
  await press(await secondServer(), /That answer was cleared/);
});
