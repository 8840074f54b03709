import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestBot } from '../../testing/bot.ts';
import type { TestBot } from '../../testing/bot.ts';

let bot: TestBot;
/** Milo is the bot's owner, Olivia owns the server. */
beforeAll(async () => {
  bot = await startTestBot({
    yaml: ({ milo }) => `
instance: { administrators: [${milo.user.id}] }
budgets: { breaker: { guildCalls: 2 } }
`,
  });
});
afterAll(() => bot.close());

const asks = async (room: string, question: string) =>
  bot.alice.says(room, `<@${bot.app.discord.self.userId}> ${question}`);

describe('runaway use', () => {
  it("pauses the server, notifies the bot's owner once, and continues when resumed", async () => {
    const room = await bot.newChannel();
    for (const question of ['one', 'two', 'three']) {
      bot.providers.answer(question, { text: `The answer to ${question}` });
      await asks(room, question);
      await bot.alice.sees(`The answer to ${question}`);
    }
    // The breaker checks every five seconds.
    await bot.milo.sees(/I have paused in server `\d+`: 3 calls were made in 5 minutes/);
    await asks(room, 'four');
    await bot.alice.sees(/because 3 calls were made in 5 minutes/);
    await bot.alice.runs('budget');
    await bot.alice.sees(({ embeds }) => embeds[0]?.description?.includes('Paused in this server') ?? false);

    await bot.olivia.runs('resume');
    await bot.olivia.sees(/The pause of this server is over/);
    bot.providers.answer('five', { text: 'The answer to five' });
    await asks(room, 'five');
    await bot.alice.sees('The answer to five');
    const told = [...bot.milo.view.dispatches].filter(({ d }) => JSON.stringify(d).includes('I have paused in server'));
    expect(told).toHaveLength(1);
  }, 20_000);
});
