import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTestBot } from '../testing/bot.ts';
import type { TestBot } from '../testing/bot.ts';
import { testDatabase } from '../testing/postgres.ts';
import { startSilentProxy } from '../testing/silent-proxy.ts';
import type { SilentProxy } from '../testing/silent-proxy.ts';

let bot: TestBot;
let proxy: SilentProxy;
beforeAll(async () => {
  bot = await startTestBot({
    database: async (options) => {
      const database = await testDatabase(options);
      proxy = await startSilentProxy(database.url);
      const close = async () => {
        await proxy.close();
        await database.close();
      };
      return { ...database, url: proxy.url, close };
    },
  });
});
afterAll(() => bot.close());

async function health(): Promise<unknown> {
  return (await fetch(`http://127.0.0.1:${bot.app.port}/health`)).json();
}

it('answers within seconds when all connections to the database go silent, and reports it until they are replaced', async () => {
  const { alice } = bot;
  const room = await bot.newChannel();
  const ask = async (text: string) => {
    await alice.says(room, `<@${bot.app.discord.self.userId}> ${text}`);
    await alice.sees(new RegExp(`^You said: .*${text}`), { in: room, timeoutMs: 20_000 });
  };
  await ask('before');
  expect(await health()).toEqual({ status: 'ok' });
  expect(proxy.silence()).toBeGreaterThan(0);
  const degraded = { status: 'degraded', reason: expect.stringMatching(/database/i) as string };
  const reported = vi.waitFor(async () => expect(await health()).toMatchObject(degraded), { timeout: 20_000 });
  await Promise.all([ask('during'), reported]);
  await vi.waitFor(async () => expect(await health()).toEqual({ status: 'ok' }), { timeout: 20_000, interval: 250 });
  await ask('after');
}, 90_000);
