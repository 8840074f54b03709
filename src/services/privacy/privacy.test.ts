import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemIds } from '../../kernel/ids.ts';
import { silentLogger } from '../../kernel/logger.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import { createQueue, queueMigrations } from '../../platform/queue/index.ts';
import { createVault, secretsMigrations } from '../../platform/secrets/index.ts';
import { createShiftedClock } from '../../testing/shifted-clock.ts';
import { testDatabase } from '../../testing/postgres.ts';
import { tablesWith } from '../../testing/stored.ts';
import { auditMigrations, createAudit } from '../audit/index.ts';
import { createLedger, ledgerMigrations } from '../ledger/index.ts';
import { createLimits, limitsMigrations } from '../limits/index.ts';
import { openSettings, settingsMigrations } from '../settings/index.ts';
import { expiries } from './expire.ts';
import { createPrivacy, openPastUses, privacyMigrations } from './index.ts';
import type { Expiry, PersonalDataProvider } from './index.ts';

const migrations = [
  ...[queueMigrations, secretsMigrations, settingsMigrations, auditMigrations, limitsMigrations, ledgerMigrations],
  privacyMigrations,
];
const database = await testDatabase({ migrations });
const { postgres } = database;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const clock = createShiftedClock(Date.UTC(2027, 0, 13, 9));
const shared = { postgres, clock, ids: systemIds, logger: silentLogger };
const vault = createVault({ instanceKey: randomBytes(32) });
const settings = await openSettings(postgres);
const past = await openPastUses({ postgres, vault, clock });
const audit = createAudit(shared);
const ledger = createLedger(shared);
const limits = { waitingPerGuild: 10, waitingPerUser: 10 };
const queue = createQueue({ ...shared, random: { next: () => 0.5 }, instanceId: 'test', limits });
const finished: string[] = [];
const providers: PersonalDataProvider[] = [];
const privacy = createPrivacy({
  ...{ ...shared, vault, settings, past, audit, ledger, queue },
  limits: createLimits(shared),
  spending: {
    ...({} as Parameters<typeof createPrivacy>[0]['spending']),
    finish: (request) => Promise.resolve(void finished.push(request)),
    forgetUser: () => Promise.resolve(0),
  },
  features: () => providers,
});
beforeEach(() => {
  providers.length = 0;
});
afterAll(async () => {
  await audit.close();
  await past.close();
  await settings.close();
  await database.close();
});

/** A feature that stores rows in a user's settings and runs `forgetUser` when it is asked to delete them. */
function keep(name: string, forgetUser: (tx: Tx, userId: string) => Promise<number>): void {
  providers.push({ kind: 'feature', name, exportUser: () => Promise.resolve([1, 2]), forgetUser });
}

describe('forgetting', () => {
  it('is all or nothing', async () => {
    await settings.set('chat', 'user', 'ann', 'model', 'a/b');
    keep('broken', () => Promise.reject(new Error('This feature is broken.')));
    await expect(privacy.forgetUser('ann')).rejects.toThrow('broken');
    expect(await settings.forUser('chat', 'ann')).toEqual({ model: 'a/b' });
    providers.length = 0;
    const receipt = await privacy.forgetUser('ann');
    expect(receipt.removed).toEqual([{ kind: 'service', name: 'settings', count: 1 }]);
    expect(await settings.forUser('chat', 'ann')).toEqual({});
  });

  it('cancels waiting jobs and tells billing', async () => {
    const spec = { queue: 'text' as const, kind: 'a/b', payload: {}, userId: 'ben', key: 'a/b/1' };
    await queue.enqueue(postgres.db, spec);
    const { removed } = await privacy.forgetUser('ben');
    expect(removed).toEqual([{ kind: 'service', name: 'queue', count: 1 }]);
    expect(finished).toEqual(['a/b/1']);
  });

  it('runs once for two requests at the same time', async () => {
    const both = await Promise.allSettled([privacy.forgetUser('cid'), privacy.forgetUser('cid')]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(both.find((one) => one.status === 'rejected')?.reason).toMatchObject({ code: 'privacy.too-soon' });
  });

  it('waits for data that is being stored, and deletes it too', async () => {
    keep('texts', async (tx, userId) => {
      const { numDeletedRows } = await tx
        .deleteFrom('settings_value')
        .where('scope_id', '=', `text of ${userId}`)
        .executeTakeFirst();
      return Number(numDeletedRows);
    });
    await vault.encrypt(postgres.db, 'dan', 'row', 'an earlier text');
    const [encrypted, mayCommit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const storing = postgres.transaction(async (tx) => {
      await vault.encrypt(tx, 'dan', 'row', 'text');
      encrypted.resolve();
      await mayCommit.promise;
      await tx
        .insertInto('settings_value')
        .values({ feature: 'a', scope: 'channel', scope_id: 'text of dan', key: 'k', value: '1' })
        .execute();
    });
    await encrypted.promise;
    const forgetting = privacy.forgetUser('dan');
    await vi.waitFor(async () => {
      const { rows } = await sql`SELECT FROM pg_stat_activity WHERE datname = current_database()
        AND wait_event_type = 'Lock' AND query LIKE 'delete from "secrets_author_key"%'`.execute(postgres.db);
      expect(rows).toHaveLength(1);
    });
    mayCommit.resolve();
    await storing;
    expect((await forgetting).removed).toEqual([{ kind: 'feature', name: 'texts', count: 1 }]);
  });

  it('keeps the used part of an allowance until its period ends, without a name', async () => {
    const terms = { payerId: 'eva', guildId: null, channelId: null, allowances: [], limits: [] };
    const hold = { key: 'h', request: 'a/b/2', step: 'answer', attempt: 1, terms, wanted: { tokens: 100 } };
    await ledger.reserve({ ...hold, expiresAtMs: clock.now() + hourMs });
    await ledger.settle('h', { tokens: 70 });
    await privacy.forgetUser('eva');
    // At once: until it is known, she could use the allowance a second time.
    expect(past.of('eva', 'tokens', 'week')).toBe(70);
    expect(past.of('eva', 'micros', 'week')).toBe(0);
    expect(past.of('ann', 'tokens', 'week')).toBe(0);
    expect(await tablesWith({ database }, 'eva')).toEqual([]);
    clock.jump(dayMs);
    expect(past.of('eva', 'tokens', 'day')).toBe(0);
    expect(past.of('eva', 'tokens', 'week')).toBe(70);
    clock.jump(31 * dayMs);
    await past.sweep();
    expect(await postgres.db.selectFrom('privacy_forgotten').selectAll().execute()).toEqual([]);
  });

  it('gives a receipt that only the person can show', async () => {
    const { id, atMs } = await privacy.forgetUser('fay');
    expect(await privacy.findReceipt(id, 'fay')).toEqual({ atMs, count: 0 });
    expect(await privacy.findReceipt(id, 'ann')).toBeUndefined();
    expect(await tablesWith({ database }, id)).toEqual([]);
  });
});

describe('reading as context', () => {
  it('is allowed unless the person opted out, even after their data was deleted', async () => {
    expect(await privacy.mayRead(['gus', 'hal'])).toEqual(new Set(['gus', 'hal']));
    await privacy.setMayRead('gus', false);
    await privacy.setMayRead('gus', false);
    await privacy.forgetUser('gus');
    expect(await privacy.mayRead(['gus', 'hal'])).toEqual(new Set(['hal']));
    expect(await privacy.exportUser('gus')).toMatchObject({ mayBeReadAsContext: false });
    await privacy.setMayRead('gus', true);
    expect(await privacy.mayRead(['gus'])).toEqual(new Set(['gus']));
  });
});

describe('an overview', () => {
  it('counts the entries of lists, also inside an object', async () => {
    providers.push(
      { kind: 'feature', name: 'listed', exportUser: () => Promise.resolve([1, 2]) },
      { kind: 'feature', name: 'grouped', exportUser: () => Promise.resolve({ one: [1], two: [2, 3], note: 'x' }) },
      { kind: 'feature', name: 'empty', exportUser: () => Promise.resolve([]) },
    );
    expect(await privacy.overview('ida')).toEqual([
      { kind: 'feature', name: 'listed', count: 2 },
      { kind: 'feature', name: 'grouped', count: 3 },
    ]);
  });
});

describe('retention', () => {
  const nowMs = 100 * dayMs;

  it.each<[string, number | null, Record<string, number>, Expiry[]]>([
    ['keeps everything by default', null, {}, []],
    ["applies the instance's days to everything", 30, {}, [{ beforeMs: 70 * dayMs, guilds: { allBut: [] } }]],
    ["applies a guild's days to that guild", null, { g: 7 }, [{ beforeMs: 93 * dayMs, guilds: { only: 'g' } }]],
    [
      "never keeps a guild's data longer than the instance does",
      30,
      { g: 7, h: 90 },
      [
        { beforeMs: 93 * dayMs, guilds: { only: 'g' } },
        { beforeMs: 70 * dayMs, guilds: { only: 'h' } },
        { beforeMs: 70 * dayMs, guilds: { allBut: ['g', 'h'] } },
      ],
    ],
  ])('%s', (_what, instanceDays, guilds, expected) => {
    expect(expiries(instanceDays, new Map(Object.entries(guilds)), nowMs)).toEqual(expected);
  });

  it('asks every feature that stores what people wrote', async () => {
    const asked: Expiry[] = [];
    providers.push({ kind: 'feature', name: 'old', expire: (_tx, expiry) => Promise.resolve(asked.push(expiry)) });
    await settings.set('privacy', 'guild', 'g', 'retentionDays', 2);
    expect(await privacy.expire(null)).toBe(1);
    expect(asked).toEqual([{ beforeMs: expect.closeTo(clock.now() - 2 * dayMs, -4) as number, guilds: { only: 'g' } }]);
  });
});
