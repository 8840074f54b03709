import { expect, it } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { createShiftedClock } from '../../testing/shifted-clock.ts';
import { sharedBilling, sharedBot } from '../../testing/shared-bot.ts';

const clock = createShiftedClock(systemClock.now());
const bot = sharedBot({
  clock,
  yaml: ({ milo }) => `
instance: { administrators: [${milo.user.id}] }
models: { default: demo/familiar, findOllama: false }
`,
});
const billing = sharedBilling(bot, clock);

it('a price by command makes the built-in model cost money, and it goes on to answer', async () => {
  const asks = async (sum: string, result: string) => {
    const question = await bot.alice.says(await bot.newChannel(), `<@${bot.app.discord.self.userId}> ${sum}`);
    await bot.alice.sees(
      ({ content, message_reference: of }) => of?.message_id === question.id && content.includes(result),
    );
    await bot.idle();
    return (await billing.calls(question)).map(({ charged }) => charged.micros ?? 0);
  };
  const footer = async () => {
    await bot.alice.runs('usage');
    const { embeds } = await bot.alice.sees(({ embeds }) => embeds[0]?.title === 'What you used');
    return embeds[0]?.footer?.text;
  };
  expect(await asks('what is 6*7?', '42')).toEqual([0]);
  expect(await footer()).toBe("The built-in demo model is free and doesn't count here.");
  await bot.milo.runs('set-price', { name: 'demo/familiar', price: '1/5' });
  await bot.milo.sees(({ embeds }) => embeds[0]?.title === 'demo/familiar');
  const [cost] = await asks('what is 8*7?', '56');
  expect(cost).toBeGreaterThan(0);
  expect((await billing.paid(bot.alice)).free).toBe(cost);
  expect(await footer()).toBeUndefined();
  await bot.milo.runs('set-price', { name: 'demo/familiar', price: 'default' });
  await bot.milo.sees(({ embeds }) => embeds[0]?.description?.includes('costs nothing\nBefore') === true);
  expect(await asks('what is 9*7?', '63')).toEqual([0]);
});
