import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { startTestBot } from './bot.ts';
import type { TestBot, TestBotOptions } from './bot.ts';
import { openBilling } from './billing.ts';
import type { TestBilling } from './billing.ts';

/**
 * One bot for a file's tests, started before the first and stopped after the last. After each test it becomes idle, and
 * faults and prepared answers are reset. A test fails when a prepared answer was never used.
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

/** The billing books of a shared bot. A test fails when they don't balance after it, or a call is still held. */
export function sharedBilling(bot: TestBot, clock: Clock = systemClock): TestBilling {
  let opened: TestBilling | undefined;
  beforeAll(() => {
    opened = openBilling(bot, clock);
  });
  const billing = standIn(() => opened);
  afterEach(async () => {
    await bot.idle();
    await billing.balances();
  });
  afterAll(() => opened?.close());
  return billing;
}

/** A stand-in for an object that exists only while tests run. */
function standIn<T extends object>(find: () => T | undefined): T {
  return new Proxy({} as T, {
    get: (_, name): unknown => {
      const found = find();
      if (!found) throw new Error('Only available while tests run.');
      return Reflect.get(found, name);
    },
  });
}
