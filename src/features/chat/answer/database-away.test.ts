import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Person } from '../../../../emulator/testing/person.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { hasEnded } from '../../../testing/components.ts';
import { startTestBot } from '../../../testing/bot.ts';
import type { TestBot } from '../../../testing/bot.ts';
import { HEARTBEAT_MS, LEASE_MS, TICK_MS } from '../../../platform/queue/rules.ts';
import { longTests, tellCases } from '../../../testing/long.ts';
import { startOwnServer } from '../../../testing/own-server.ts';
import type { OwnServer } from '../../../testing/own-server.ts';
import { openBilling } from '../../../testing/billing.ts';
import type { TestBilling } from '../../../testing/billing.ts';

const awayMs = longTests() ? 30_000 : 3000;
/** The longest that somebody waits for a word; a silent server has to be told from a slow one first, on a busy machine. */
const wordWithinMs = 15_000;

/** A worker without its database holds its jobs at least so long: its lease, less the time since it was last renewed. */
const HELD_MS = LEASE_MS - HEARTBEAT_MS - TICK_MS;

let server: OwnServer;
let bot: TestBot;
let billing: TestBilling;
beforeAll(async () => {
  server = await startOwnServer();
  const yaml = `
prices: { models: { fake/test-model: { inputPerMillion: 1, outputPerMillion: 1 } } }
instance: { administrators: ["100000000000000001"] }
`;
  bot = await startTestBot({ yaml, database: (options) => server.database(options) });
  billing = openBilling(bot, systemClock);
});
afterEach(() => {
  bot.providers.reset();
  tellCases('faults', 1);
});
afterAll(async () => {
  await billing.close();
  await bot.close();
  await server.close();
});

const mention = () => `<@${bot.app.discord.self.userId}>`;
const isAnswerTo = (question: APIMessage) => (message: APIMessage) =>
  message.message_reference?.message_id === question.id;
const isAnswered = (question: APIMessage) => (message: APIMessage) =>
  isAnswerTo(question)(message) && /^You said/.test(message.content) && hasEnded(message);
const away = /^I can't reach my database right now/;

interface Told {
  question: APIMessage;
  text: string;
  waitedMs: number;
}

/** Asks again and again whatever they are told, until the signal comes; in new rooms, since a refusal is said once in each. */
async function keepsAsking(person: Person, signal: AbortSignal): Promise<Told[]> {
  const told: Promise<Told>[] = [];
  for (let number = 1; !signal.aborted; number += 1) {
    const question = await person.says(
      await bot.newChannel(),
      `${mention()} question ${number} of ${person.user.username}`,
    );
    told.push(isTold(person, question));
    await systemClock.sleep(3000, signal).catch(() => undefined);
  }
  return Promise.all(told);
}

async function isTold(person: Person, question: APIMessage): Promise<Told> {
  const askedMs = systemClock.now();
  const isWord = (message: APIMessage) =>
    isAnswered(question)(message) || (isAnswerTo(question)(message) && away.test(message.content));
  const { content: text } = await person.sees(isWord, { timeoutMs: awayMs + 40_000 });
  return { question, text, waitedMs: systemClock.now() - askedMs };
}

async function health(): Promise<number> {
  return (await fetch(`http://127.0.0.1:${bot.app.port}/health`)).status;
}

describe.each([
  ['is stopped and started again', () => server.crash(), () => server.start()],
  ['takes connections and answers nothing', () => server.freeze(), () => server.thaw()],
])('a database that %s', (_, leave, comeBack) => {
  it(
    'leaves nobody without a word, spends nothing, and all goes on by itself',
    { timeout: awayMs + 120_000 },
    async () => {
      const { milo, olivia } = bot;
      bot.providers.answer('slowly', { chunks: ['You said: slowly', ' and more.'], hold: 1 });
      const room = await bot.newChannel();
      const streamed = await olivia.says(room, `${mention()} slowly`);
      await olivia.sees(isAnswerTo(streamed));
      const stop = new AbortController();
      const asking = [bot.alice, bot.bob].map((person) => keepsAsking(person, stop.signal));
      await Promise.all(['alice', 'bob'].map((name) => bot.providers.requested(`question 1 of ${name}`)));

      await leave();
      const leftMs = systemClock.now();
      const asked = await milo.says(await bot.newChannel(), `${mention()} are you there`);
      const refused = await isTold(milo, asked);
      expect(refused.text).toMatch(away);
      bot.providers.release();
      const callsBefore = bot.providers.requests.length;
      // A command that reads what no process has in memory.
      await milo.runs('balance');
      await milo.sees(/^I can't reach my database right now/, { in: 'general', timeoutMs: wordWithinMs });
      expect(await health()).toBe(503);
      await systemClock.sleep(Math.max(0, leftMs + awayMs - systemClock.now()));
      expect(bot.providers.requests).toHaveLength(callsBefore);
      bot.providers.release();
      await comeBack();
      const backMs = systemClock.now();

      // Replaced connections are reported for some seconds.
      await vi.waitFor(async () => expect(await health()).toBe(200), { timeout: 20_000, interval: 100 });
      await milo.says(asked.channel_id, `${mention()} and now`);
      await milo.sees(/You said: .*and now/, { in: asked.channel_id, timeoutMs: 30_000 });
      await olivia.sees(isAnswered(streamed), { timeoutMs: 30_000 });
      const recoveredMs = systemClock.now() - backMs;
      stop.abort();
      const told = [...(await Promise.all(asking)).flat(), refused];
      await bot.idle();
      if (longTests()) {
        const waits = told.map(({ text, waitedMs }) => ({ away: away.test(text), waitedMs }));
        console.log(`The database was away for ${awayMs} ms: ${JSON.stringify({ recoveredMs, waits })}`);
      }
      const sentAway = told.filter(({ text }) => away.test(text));
      expect(Math.max(...sentAway.map(({ waitedMs }) => waitedMs))).toBeLessThan(wordWithinMs);
      for (const { question } of sentAway) expect(await billing.calls(question)).toEqual([]);
      await vi.waitFor(() => billing.balances(), { timeout: 15_000 });
      // What was bought is not bought again, as long as the job is this worker's, which on a busy machine it may not stay.
      const bought = bot.providers.requests.filter(({ userText }) => userText.includes('slowly'));
      expect(bought.length).toBeLessThanOrEqual(backMs - leftMs < HELD_MS ? 1 : 2);
    },
  );
});
