import { expect, it } from 'vitest';
import { startTestBot } from '../../../testing/bot.ts';
import { button, buttons } from '../../../testing/components.ts';

it('answers have no buttons where the settings want none, but can be stopped and retried', async () => {
  const bot = await startTestBot({
    yaml: 'queue: { maxAttempts: 1 }\nfeatures: { chat: { answerButtons: none } }\n',
  });
  try {
    const mention = `<@${bot.app.discord.self.userId}>`;
    bot.providers.answer('once', { text: 'Once more.', hold: 1 });
    await bot.alice.says('#general', `${mention} once`);
    const growing = await bot.alice.sees((message) => message.content.startsWith('Once'));
    expect(buttons(growing).map(({ label }) => label)).toEqual(['Stop']);
    bot.providers.release();
    await bot.alice.sees((message) => message.content === 'Once more.' && buttons(message).length === 0);
    bot.providers.answer('twice', { status: 503 });
    await bot.alice.says('#general', `${mention} twice`);
    const failed = await bot.alice.sees('overloaded');
    bot.providers.answer('twice', { text: 'Twice.' });
    await bot.alice.presses(failed, button(failed, 'Retry'));
    await bot.alice.sees((message) => message.content === 'Twice.' && buttons(message).length === 0);
  } finally {
    await bot.close();
  }
});
