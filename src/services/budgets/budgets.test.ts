import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { budgetsSchema } from '../../platform/config/budgets-schema.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { testDatabase } from '../../testing/postgres.ts';
import type { TestDatabase } from '../../testing/postgres.ts';
import { openSettings, settingsMigrations } from '../settings/index.ts';
import type { SettingsService } from '../settings/index.ts';
import { openBudgets } from './index.ts';
import type { Budgets } from './index.ts';

const [guildId, namedGuildId, channelId] = ['100000000000000001', '100000000000000002', '200000000000000001'];
const config = budgetsSchema.parse({
  instance: { monthUsd: 100 },
  guild: { dayUsd: 5, monthUsd: 50 },
  guilds: { [namedGuildId]: { dayUsd: 2, monthUsd: null } },
  channels: { [channelId]: { dayUsd: 1 } },
});
const guild = { kind: 'guild', id: guildId } as const;
const startMs = Date.UTC(2026, 10, 21, 12);

let database: TestDatabase;
let settings: SettingsService;
let clock: ReturnType<typeof createManualClock>;
let budgets: Budgets;
beforeAll(async () => {
  database = await testDatabase({ migrations: [settingsMigrations] });
});
beforeEach(async () => {
  settings = await openSettings(database.postgres);
  await unsetAll();
  clock = createManualClock(startMs);
  budgets = openBudgets({ config, settings, clock });
});
afterEach(() => settings.close());
afterAll(() => database.close());

async function unsetAll(): Promise<void> {
  for (const scope of ['instance', 'guild', 'channel'] as const) {
    for (const [id, values] of settings.all('budgets', scope)) {
      for (const key of Object.keys(values)) await settings.set('budgets', scope, id, key, undefined);
    }
  }
}

const shown = (place: { guildId: string | null; channelId: string | null }) =>
  budgets.pools(place).map(({ scope, period, micros, source }) => `${scope.kind} ${period} ${micros / 1e6} ${source}`);
const inGuild = () => shown({ guildId, channelId: null }).filter((line) => line.startsWith('guild day'));

describe('the pools of a place', () => {
  it.each([
    ['a direct message', { guildId: null, channelId: '9' }, ['instance month 100 settings']],
    [
      'a guild that is not named',
      { guildId, channelId },
      ['instance month 100 settings', 'guild day 5 settings', 'guild month 50 settings', 'channel day 1 settings'],
    ],
    [
      'a guild that is named, per period',
      { guildId: namedGuildId, channelId: null },
      ['instance month 100 settings', 'guild day 2 settings'],
    ],
  ])('of %s are found', (_what, place, expected) => {
    expect(shown(place)).toEqual(expected);
  });

  it("use the owner's value, higher or lower, until it is reset", async () => {
    await budgets.set(guild, 'day', 8_000_000, 'instance');
    expect(inGuild()).toEqual(['guild day 8 command']);
    await budgets.set(guild, 'day', 0, 'instance');
    expect(inGuild()).toEqual(['guild day 0 command']);
    await budgets.set(guild, 'day', undefined, 'instance');
    expect(inGuild()).toEqual(['guild day 5 settings']);
  });

  it('can be lowered by a guild but not raised', async () => {
    await expect(budgets.set(guild, 'day', 5_000_001, 'guild')).rejects.toMatchObject({
      code: 'budgets.too-high',
      data: { most: '$5.00' },
    });
    await budgets.set(guild, 'day', 3_000_000, 'guild');
    expect(inGuild()).toEqual(['guild day 3 guild']);
    await budgets.set(guild, 'day', 1_000_000, 'instance');
    expect(inGuild(), 'the lower one applies').toEqual(['guild day 1 command']);
    await budgets.set(guild, 'day', 9_000_000, 'instance');
    expect(inGuild()).toEqual(['guild day 3 guild']);
    expect(budgets.allowed(guild, 'day')).toMatchObject({ micros: 9_000_000, source: 'command' });
    await budgets.set(guild, 'day', undefined, 'guild');
    expect(inGuild()).toEqual(['guild day 9 command']);
  });

  it('can be set by a guild where the settings have none', async () => {
    await budgets.set({ kind: 'channel', id: '7' }, 'week', 250_000, 'guild');
    expect(shown({ guildId: null, channelId: '7' })).toContain('channel week 0.25 guild');
  });

  it('become money limits of the ledger', () => {
    expect(budgets.asLimits(budgets.pools({ guildId: null, channelId }))).toEqual([
      {
        holder: { kind: 'instance', id: '' },
        unit: 'micros',
        period: 'month',
        cap: 100_000_000,
        rule: 'budget instance',
      },
      {
        holder: { kind: 'channel', id: channelId },
        unit: 'micros',
        period: 'day',
        cap: 1_000_000,
        rule: 'budget channel',
      },
    ]);
  });

  it.each([-1, 0.5, Number.NaN, 1e18])('are never %d', async (micros) => {
    await expect(budgets.set(guild, 'day', micros, 'instance')).rejects.toThrow(RangeError);
  });

  it('cannot be set without the right to', async () => {
    await expect(budgets.set({ kind: 'instance', id: '' }, 'day', 1, 'guild')).rejects.toThrow(TypeError);
    await expect(budgets.set({ kind: 'user', id: '1' }, 'day', 1, 'guild')).rejects.toThrow(TypeError);
    await expect(budgets.set(guild, 'day', 1, 'person')).rejects.toThrow(TypeError);
  });

  it('ignore an invalid amount in the database', async () => {
    await settings.set('budgets', 'guild', guildId, 'day', 'a lot');
    expect(inGuild()).toEqual(['guild day 5 settings']);
  });
});

describe('a personal cap', () => {
  it('is set and reset by the person, and applies everywhere', async () => {
    const scope = { kind: 'user', id: '42' } as const;
    await budgets.set(scope, 'day', 200_000, 'person');
    const caps = await budgets.personal('42');
    expect(budgets.asLimits(caps)).toEqual([
      { holder: scope, unit: 'micros', period: 'day', cap: 200_000, rule: 'personal cap' },
    ]);
    await budgets.set(scope, 'day', undefined, 'person');
    expect(await budgets.personal('42')).toEqual([]);
  });

  it("is read on the connection of the caller's transaction", async () => {
    await budgets.set({ kind: 'user', id: '43' }, 'day', 100, 'person');
    expect(await budgets.personal('43')).toHaveLength(1);
    await database.postgres.transaction(async (tx) => {
      // What is deleted but not committed is gone for this connection only.
      await settings.forgetUser(tx, '43');
      expect(await budgets.personal('43', tx)).toEqual([]);
    });
  });
});

describe('a pause', () => {
  const pauseOf = (kind: 'instance' | 'guild', id: string) => ({
    scope: { kind, id },
    reason: '$6.00 were spent in 5 minutes',
    sinceMs: clock.now(),
    untilMs: clock.now() + 60_000,
  });

  it('applies to its guild until it ends', async () => {
    expect(await budgets.pause(pauseOf('guild', guildId))).toBe(true);
    expect(budgets.paused({ guildId })).toMatchObject({ reason: '$6.00 were spent in 5 minutes' });
    expect(budgets.paused({ guildId: namedGuildId })).toBeUndefined();
    expect(budgets.paused({ guildId: null })).toBeUndefined();
    expect(budgets.pauses()).toHaveLength(1);
    await clock.advance(60_000);
    expect(budgets.paused({ guildId })).toBeUndefined();
    expect(budgets.pauses()).toEqual([]);
    expect(await budgets.pause(pauseOf('guild', guildId))).toBe(true);
  });

  it('of the instance applies everywhere', async () => {
    await budgets.pause(pauseOf('instance', ''));
    for (const place of [guildId, namedGuildId, null]) {
      expect(budgets.paused({ guildId: place })?.scope.kind).toBe('instance');
    }
  });

  it('is ended by hand once, and known to the breaker', async () => {
    await budgets.pause(pauseOf('guild', guildId));
    await clock.advance(10_000);
    expect(await budgets.resume(guild)).toBe(true);
    expect(budgets.paused({ guildId })).toBeUndefined();
    expect(await budgets.resume(guild)).toBe(false);
    expect(budgets.pausedUntil(guild)).toBe(startMs + 10_000);
    expect(budgets.pausedUntil({ kind: 'instance', id: '' })).toBe(0);
  });

  it('is begun by one of several processes and visible to all', async () => {
    const connection = database.another();
    const otherSettings = await openSettings(connection);
    const other = openBudgets({ config, settings: otherSettings, clock });
    const begun = await Promise.all([budgets, other].map((each) => each.pause(pauseOf('guild', guildId))));
    expect(begun.filter(Boolean)).toHaveLength(1);
    await expect.poll(() => [budgets, other].map((each) => each.pauses().length)).toEqual([1, 1]);
    await otherSettings.close();
    await connection.close();
  });
});
