import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkDiscord } from '../platform/discord/index.ts';
import { startTestBot } from '../testing/bot.ts';
import type { TestBot } from '../testing/bot.ts';

let bot: TestBot;
beforeAll(async () => {
  bot = await startTestBot({ start: false });
});
afterAll(() => bot.close());

const put = { method: 'PUT', route: '/applications/{application_id}/commands' };
const check = async () => {
  const { token = '' } = [...bot.emulator.core.world.users.values()].find((user) => user.bot) ?? {};
  const { db } = bot.database.postgres;
  const findings = await checkDiscord({ token, apiBase: `${bot.emulator.origin}/api`, intents: 0, db });
  return findings.find(({ title }) => title === 'Slash commands');
};

it('a bot whose commands Discord does not take starts, answers, and has the doctor say so', async () => {
  expect(await check()).toBeUndefined();
  for (const answer of [
    { status: 400, body: { code: 30034, message: 'Max number of daily application command creates', retry_after: 60 } },
    { status: 404, body: { code: 10002, message: 'Unknown Application' } },
  ]) {
    bot.emulator.core.faults.add({ match: put, times: 1, answer });
    await bot.start();
    await bot.alice.says(await bot.newChannel(), '!ping');
    await bot.alice.sees(/Pong!/);
    expect(await check()).toMatchObject({
      ok: false,
      detail: expect.stringContaining(answer.body.message) as string,
      fix: expect.stringMatching(/tries again at/) as string,
    });
    await bot.stop();
  }
  await bot.start();
  expect(await check()).toMatchObject({
    ok: true,
    detail: expect.stringMatching(/^registered \(\d+ commands\)/) as string,
  });
  await bot.alice.runs('ping');
  await bot.alice.sees(/Pong!/);
});
