import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { startTestBot } from './bot.ts';
import type { TestBot, TestBotOptions } from './bot.ts';
import { openTill } from './till.ts';
import type { Till } from './till.ts';

/**
 * One bot for the tests of a file, which starts before the first and ends after the last. After each it comes to rest and
 * forgets faults and prepared answers; a test fails when one of its answers was never asked for.
 */
export function sharedBot(options: TestBotOptions = {}): TestBot {
  let started: TestBot | undefined;
  beforeAll(async () => {
    started = await startTestBot(options);
  });
  const bot = standIn(() => started);
  afterEach(async () => {
    await bot.idle();
    bot.emulator.core.faults.clear();
    expect(bot.providers.unused()).toEqual([]);
    bot.providers.reset();
  });
  afterAll(() => started?.close());
  return bot;
}

/** The books of a shared bot. A test fails when they do not balance after it, or a call is still held. */
export function sharedTill(bot: TestBot, clock: Clock = systemClock): Till {
  let opened: Till | undefined;
  beforeAll(() => {
    opened = openTill(bot, clock);
  });
  const till = standIn(() => opened);
  afterEach(async () => {
    await bot.idle();
    await till.balances();
  });
  afterAll(() => opened?.close());
  return till;
}

/** For something that is there only while tests run, where a file wants to name it. */
function standIn<T extends object>(find: () => T | undefined): T {
  return new Proxy({} as T, {
    get: (_, name): unknown => {
      const found = find();
      if (!found) throw new Error('Not before the tests have begun.');
      return Reflect.get(found, name);
    },
  });
}
