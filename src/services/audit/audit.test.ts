import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import { grant } from '../../testing/audit.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import type { ManualClock } from '../../testing/manual-clock.ts';
import { testDatabase } from '../../testing/postgres.ts';
import type { TestDatabase } from '../../testing/postgres.ts';
import { createVault, secretsMigrations } from '../../platform/secrets/index.ts';
import { auditMigrations, createAudit } from './index.ts';
import type { Audit, AuditEntry, AuditQuery } from './index.ts';

const START_MS = Date.UTC(2026, 10, 21);

let database: TestDatabase;
let clock: ManualClock;
let audit: Audit;
/** A new table for each test, since entries can't be deleted. */
beforeEach(async () => {
  database = await testDatabase({ migrations: [auditMigrations, secretsMigrations] });
  clock = createManualClock(START_MS);
  const vault = createVault({ instanceKey: Buffer.alloc(32, 1) });
  audit = createAudit({ postgres: database.postgres, clock, logger: silentLogger, vault });
});
afterEach(async () => {
  await audit.close();
  await database.close();
});

const record = (entry: Partial<AuditEntry> = {}) => audit.record(database.postgres.db, { ...grant, ...entry });
const refuse = (actorId: string, reason = 'refused.not-allowed') =>
  audit.refused({ actorId, targetId: null, guildId: '100', channelId: '200', reason, details: {} });
const reasons = async (query: AuditQuery) => (await audit.find(query)).map(({ reason }) => reason);

describe('the audit', () => {
  it('stores an act as it was recorded, with its time', async () => {
    await record();
    expect(await audit.find({})).toEqual([{ ...grant, id: 1, atMs: START_MS }]);
  });

  it('has no act of a rolled-back transaction', async () => {
    const rolledBack = database.postgres.transaction(async (tx) => {
      await audit.record(tx, grant);
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    expect(await audit.find({})).toEqual([]);
  });

  it('stores a refusal within half a second and counts its repetitions', async () => {
    for (let time = 0; time < 5; time += 1) refuse('3');
    await clock.advance(500);
    await expect.poll(() => audit.find({})).toMatchObject([{ actorId: '3', outcome: 'refused', details: {} }]);
    await audit.flush();
    expect(await audit.find({})).toMatchObject([{ details: { times: 4 } }, { details: {} }]);
  });

  it('finds entries by actor, action, target, place, time and outcome, newest first', async () => {
    await record({ reason: 'first' });
    await clock.advance(1_000);
    await record({ reason: 'by another', actorId: '9' });
    await record({ reason: 'for another', targetId: 'openai/gpt-5', action: 'set-price' });
    await record({ reason: 'nowhere', guildId: null, channelId: null, targetId: null });
    await clock.advance(1_000);
    refuse('9', 'refused.budget');
    await audit.flush();
    expect(await reasons({})).toEqual(['refused.budget', 'nowhere', 'for another', 'by another', 'first']);
    expect(await reasons({ actorId: '9' })).toEqual(['refused.budget', 'by another']);
    expect(await reasons({ actorId: '9', outcome: 'done' })).toEqual(['by another']);
    expect(await reasons({ outcome: 'refused' })).toEqual(['refused.budget']);
    expect(await reasons({ action: 'set-price' })).toEqual(['for another']);
    expect(await reasons({ targetId: '2' })).toEqual(['by another', 'first']);
    expect(await reasons({ guildId: '100', action: 'grant' })).toEqual(['by another', 'first']);
    const second = { sinceMs: START_MS + 1_000, untilMs: START_MS + 2_000 };
    expect(await reasons(second)).toEqual(['nowhere', 'for another', 'by another']);
  });

  it('is read in pages', async () => {
    for (let number = 1; number <= 5; number += 1) await record({ reason: String(number) });
    const first = await audit.find({ limit: 2 });
    expect(first.map(({ reason }) => reason)).toEqual(['5', '4']);
    expect(await reasons({ limit: 2, beforeId: first.at(-1)?.id ?? 0 })).toEqual(['3', '2']);
    await expect(audit.find({ limit: 0 })).rejects.toThrow(RangeError);
  });

  it.each([
    ['changed', sql`UPDATE audit_entry SET reason = 'another'`, 'UPDATE'],
    ['given to another actor', sql`UPDATE audit_entry SET actor_id = '7'`, 'UPDATE'],
    ['freed of the actor of an act', sql`UPDATE audit_entry SET actor_id = 'forgotten'`, 'UPDATE'],
    [
      'changed while a person is forgotten',
      sql`UPDATE audit_entry SET target_id = 'forgotten', details = '{}'`,
      'UPDATE',
    ],
    ['deleted', sql`DELETE FROM audit_entry`, 'DELETE'],
    ['emptied', sql`TRUNCATE audit_entry`, 'TRUNCATE'],
  ])('cannot be %s', async (_what, statement, operation) => {
    await record();
    await expect(statement.execute(database.postgres.db)).rejects.toThrow(`${operation} of audit_entry is refused`);
    expect(await audit.find({})).toEqual([{ ...grant, id: 1, atMs: START_MS }]);
  });
});

describe('a person', () => {
  it('has their latest name until their data is deleted', async () => {
    await record({ names: { 1: 'Ann', 2: 'Bob', 3: 'neither actor nor target' } });
    await audit.flush();
    await record({ names: { 2: 'Bobby' } });
    await audit.flush();
    expect(await audit.names(['1', '2', '3'])).toEqual(
      new Map([
        ['1', 'Ann'],
        ['2', 'Bobby'],
      ]),
    );
    expect((await audit.exportUser('2')).at(-1)).toEqual({ name: 'Bobby' });
    await database.postgres.transaction((tx) => audit.forgetUser(tx, '2'));
    expect(await audit.names(['2'])).toEqual(new Map());
  });

  it('loses a name that is being stored while their data is deleted', async () => {
    const { postgres } = database;
    await record({ names: { 2: 'Bob' } });
    await audit.flush();
    await postgres.transaction(async (tx) => {
      await createVault({ instanceKey: Buffer.alloc(32, 1) }).forget(tx, '2');
      await record({ names: { 2: 'Bobby' } });
      await audit.forgetUser(tx, '2');
    });
    await audit.flush();
    expect(await audit.names(['2'])).toEqual(new Map());
    // No key is made for the late name.
    expect(
      await createVault({ instanceKey: Buffer.alloc(32, 1) }).encryptIfKnown(postgres.db, '2', 'any', 'any'),
    ).toBeNull();
  });

  it('details leave out words that only choose a text', async () => {
    await record({ details: { left: '$1', context: 'left' } });
    expect((await audit.find({}))[0]?.details).toEqual({ left: '$1' });
  });

  it('exports what they did, were refused and what concerned them, without the other people', async () => {
    await record();
    await record({ actorId: '2', targetId: '1', reason: 'back' });
    await record({ targetId: '3' });
    refuse('2');
    const at = new Date(START_MS).toISOString();
    const place = { guildId: '100', channelId: '200' };
    const { details } = grant;
    const act = { at, ...place, action: 'grant', outcome: 'done', details };
    expect(await audit.exportUser('2')).toEqual([
      { ...act, role: 'target', reason: 'won the contest' },
      { ...act, role: 'actor', reason: 'back' },
      {
        at,
        ...place,
        role: 'actor',
        action: 'refused',
        outcome: 'refused',
        reason: 'refused.not-allowed',
        details: {},
      },
    ]);
  });

  it('is anonymised where they were refused or concerned, but not as the actor of an act', async () => {
    await record();
    await record({ actorId: '2', targetId: '1' });
    await record({ actorId: '2', targetId: '2' });
    refuse('2');
    refuse('22');
    expect(await database.postgres.transaction((tx) => audit.forgetUser(tx, '2'))).toBe(3);
    const ids = (await audit.find({})).map(({ actorId, targetId }) => [actorId, targetId]);
    expect(ids).toEqual([
      ['22', null],
      ['forgotten', null],
      ['2', 'forgotten'],
      ['2', '1'],
      ['1', 'forgotten'],
    ]);
    expect(await database.postgres.transaction((tx) => audit.forgetUser(tx, '2'))).toBe(0);
  });
});
