import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { systemIds, uuidFromName } from '../../kernel/ids.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { systemClock } from '../../kernel/clock.ts';
import { startFakeS3 } from '../../testing/fake-s3.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { testDatabase } from '../../testing/postgres.ts';
import { createVault, secretsMigrations } from '../secrets/index.ts';
import { createFiles, filesMigrations, openBucket, openDisk } from './index.ts';
import type { ByteStore, FileOwner, NewFile } from './index.ts';

const database = await testDatabase({ migrations: [secretsMigrations, filesMigrations] });
const { postgres } = database;
const { db } = postgres;
const folder = await mkdtemp(join(tmpdir(), 'familiar-files-'));
const s3 = await startFakeS3();
const vault = createVault({ instanceKey: randomBytes(32) });
const hourMs = 3_600_000;
const startMs = Date.now();

afterAll(async () => {
  await database.close();
  await s3.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  await sql`TRUNCATE files_file, secrets_author_key`.execute(db);
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
  s3.reset();
});

/** Where bytes are, as the owner of the bot sees it. */
interface Place {
  byteStore: ByteStore;
  /** Of every file. */
  names(): Promise<string[]>;
  /** What stands there under an id. */
  bytesOf(id: string): Promise<Buffer>;
  replace(id: string, bytes: Buffer): Promise<void>;
}

const pathOf = (id: string): string => join(folder, id.slice(0, 2), id);
const inFolder: Place = {
  byteStore: await openDisk(folder),
  names: async () => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  },
  bytesOf: (id) => readFile(pathOf(id)),
  replace: (id, bytes) => writeFile(pathOf(id), bytes),
};

/** Nobody waits between attempts. */
const hasty = { ...systemClock, sleep: () => Promise.resolve() };
const keyOf = (id: string): string => `${s3.config.prefix}${id.slice(0, 2)}/${id}`;
const inBucket: Place = {
  byteStore: await openBucket(s3.config, { clock: hasty, logger: silentLogger }),
  names: () => Promise.resolve([...s3.objects.keys()].map((key) => key.split('/').at(-1) ?? '')),
  bytesOf: (id) => Promise.resolve(s3.objects.get(keyOf(id))?.bytes ?? Buffer.alloc(0)),
  replace: (id, bytes) => Promise.resolve(void s3.objects.set(keyOf(id), { bytes, writtenMs: Date.now() })),
};

function start(options: { byteStore?: ByteStore; perOwner?: number; all?: number; startMs?: number } = {}) {
  const clock = createManualClock(options.startMs ?? startMs);
  const limits = { maxFileBytes: 1000, maxBytesPerOwner: options.perOwner ?? null, maxBytes: options.all ?? null };
  const files = createFiles({
    ...{ postgres, vault, clock, limits },
    byteStore: options.byteStore ?? inFolder.byteStore,
    ids: systemIds,
    logger: silentLogger,
  });
  return { files, notes: files.of('notes'), clock };
}

const alice = { kind: 'user', id: 'alice' } as const;
const bob = { kind: 'user', id: 'bob' } as const;
const guild = { kind: 'guild', id: '1' } as const;
const text = (length: number, owner: FileOwner = alice): NewFile => ({
  owner,
  kind: 'text',
  bytes: Buffer.alloc(length, 'a'),
});

describe.each([
  ['a folder', inFolder],
  ['a bucket', inBucket],
])('files in %s', (_where, place) => {
  describe('a file', () => {
    it('is read as stored, with its details, for every kind of owner', async () => {
      const { notes, clock } = start({ byteStore: place.byteStore });
      const bytes = Buffer.from('GIF89a and so on');
      for (const owner of [alice, guild, { kind: 'instance' }] satisfies FileOwner[]) {
        const stored = await notes.put(db, { owner, kind: 'picture', bytes, mime: 'text/html' });
        expect(await notes.read(stored.id)).toEqual({ ...stored, bytes });
        expect(stored).toMatchObject({
          ...{ owner, kind: 'picture', sizeBytes: 16, mime: 'image/gif', createdAtMs: clock.now(), expiresAtMs: null },
          sha256: createHash('sha256').update(bytes).digest('hex'),
        });
        expect(await notes.find(stored.id)).toEqual(stored);
      }
    });

    it('can be stored in chunks', async () => {
      const { notes } = start({ byteStore: place.byteStore });
      async function* pieces() {
        yield Buffer.from('one ');
        yield Buffer.from('two');
      }
      const { id } = await notes.put(db, { owner: alice, kind: 'text', bytes: pieces(), mime: 'text/plain' });
      expect(Buffer.from((await notes.read(id))?.bytes ?? []).toString()).toBe('one two');
    });

    it('shows neither content nor owner where it is stored', async () => {
      const { notes } = start({ byteStore: place.byteStore });
      const { id } = await notes.put(db, { owner: alice, kind: 'text', bytes: Buffer.from('a secret of alice') });
      expect(await place.names()).toEqual([id]);
      expect((await place.bytesOf(id)).toString('latin1')).not.toMatch(/secret|alice/);
    });

    it('belongs to one feature', async () => {
      const { files, notes } = start({ byteStore: place.byteStore });
      const { id } = await notes.put(db, text(5));
      const other = files.of('other');
      expect(await other.read(id)).toBeNull();
      expect([await notes.read('../x'), await notes.delete(db, '1')]).toEqual([null, false]);
      expect(await other.delete(db, id)).toBe(false);
      expect(await other.deleteOf(db, alice)).toBe(0);
      expect(await notes.find(id)).not.toBeNull();
    });

    it('is gone when it or all files of its owner are deleted', async () => {
      const { notes } = start({ byteStore: place.byteStore });
      const { id } = await notes.put(db, text(5));
      await notes.put(db, { ...text(5), kind: 'other' });
      await notes.put(db, text(5));
      await notes.put(db, text(5, bob));
      expect([await notes.delete(db, id), await notes.delete(db, id), await notes.read(id)]).toEqual([
        true,
        false,
        null,
      ]);
      expect(await notes.deleteOf(db, alice, 'other')).toBe(1);
      expect(await notes.deleteOf(db, alice)).toBe(1);
      expect(await place.names()).toHaveLength(1);
    });

    it('is gone when it expires; the next sweep deletes its bytes', async () => {
      const { files, notes, clock } = start({ byteStore: place.byteStore });
      const { id } = await notes.put(db, { ...text(5), expiresAtMs: startMs + hourMs });
      await notes.put(db, text(5));
      await clock.advance(hourMs - 1);
      expect([await notes.find(id), await files.expire()]).toEqual([expect.objectContaining({ id }), 0]);
      await clock.advance(1);
      expect([await notes.read(id), await files.expire(), (await place.names()).length]).toEqual([null, 1, 1]);
    });

    it('cannot be read with the bytes of another', async () => {
      const { notes } = start({ byteStore: place.byteStore });
      const [one, two] = [await notes.put(db, text(5)), await notes.put(db, text(5))];
      await place.replace(one.id, await place.bytesOf(two.id));
      await expect(notes.read(one.id)).rejects.toThrow();
    });
  });

  describe('a transaction', () => {
    it('is not stored by a rolled-back transaction, and its bytes are swept', async () => {
      const { files, notes, clock } = start({ byteStore: place.byteStore });
      const rolledBack = postgres.transaction(async (tx) => {
        await notes.put(tx, text(5));
        throw new Error('no');
      });
      await expect(rolledBack).rejects.toThrow('no');
      const kept = await notes.put(db, text(5));
      expect([await files.usage(alice), await files.sweep()]).toEqual([{ count: 1, bytes: 5 }, 0]);
      await clock.advance(2 * hourMs);
      expect(await files.sweep()).toBe(1);
      expect(await place.names()).toEqual([kept.id]);
    });

    it('keeps its bytes until its deletion has committed', async () => {
      const { files, notes, clock } = start({ byteStore: place.byteStore });
      const { id } = await notes.put(db, text(5));
      const rolledBack = postgres.transaction(async (tx) => {
        expect(await notes.delete(tx, id)).toBe(true);
        throw new Error('no');
      });
      await expect(rolledBack).rejects.toThrow('no');
      expect(await notes.read(id)).not.toBeNull();
      await postgres.transaction((tx) => notes.delete(tx, id));
      await clock.advance(2 * hourMs);
      expect([await files.sweep(), await place.names()]).toEqual([1, []]);
    });
  });

  describe('bounds', () => {
    it('reject a file that is too large, even of unknown length', async () => {
      const { notes } = start({ byteStore: place.byteStore });
      async function* endless() {
        for (;;) yield Buffer.alloc(300);
      }
      for (const bytes of [Buffer.alloc(1001), endless()]) {
        await expect(notes.put(db, { owner: alice, kind: 'text', bytes })).rejects.toMatchObject({
          name: 'UserError',
          code: 'files.too-large',
        });
      }
      expect(await place.names()).toEqual([]);
    });

    it('hold exactly for an owner and for all, under concurrency', async () => {
      const { files, notes } = start({ byteStore: place.byteStore, perOwner: 250, all: 400 });
      const refusals = async (owner: FileOwner): Promise<number> => {
        const results = await Promise.allSettled([1, 2, 3, 4].map(() => notes.put(db, text(100, owner))));
        const failed = results.filter((result) => result.status === 'rejected');
        for (const { reason } of failed) expect(reason).toMatchObject({ name: 'UserError', code: 'files.quota' });
        return failed.length;
      };
      expect([await refusals(alice), await refusals(bob), await refusals(guild)]).toEqual([2, 2, 4]);
      expect(await files.usage(alice)).toEqual({ count: 2, bytes: 200 });
      await notes.deleteOf(db, bob);
      expect(await refusals(guild)).toBe(2);
    });

    it('a full store gives a clear error and leaves no file', async () => {
      const full: ByteStore = {
        ...place.byteStore,
        write: () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })),
      };
      const { files, notes } = start({ byteStore: full });
      await expect(notes.put(db, text(5))).rejects.toMatchObject({ name: 'UserError', code: 'files.disk-full' });
      expect(await files.usage(alice)).toEqual({ count: 0, bytes: 0 });
    });

    it('turn no outside name into a path', async () => {
      await expect(place.byteStore.write('../../etc/passwd', Buffer.from(''))).rejects.toThrow('an id of ours');
      await expect(place.byteStore.read('..', 1)).rejects.toThrow('an id of ours');
    });
  });

  describe('a person', () => {
    it('exports a list of their files', async () => {
      const { files, notes } = start({ byteStore: place.byteStore });
      const { id } = await notes.put(db, { ...text(5), mime: 'text/plain', expiresAtMs: startMs + hourMs });
      await notes.put(db, text(5, bob));
      expect(await files.exportUser('alice')).toEqual([
        {
          ...{ id, feature: 'notes', kind: 'text', mime: 'text/plain', sizeBytes: 5 },
          createdAt: new Date(startMs).toISOString(),
          expiresAt: new Date(startMs + hourMs).toISOString(),
        },
      ]);
    });

    it("loses them on deletion, and the stored bytes can't be read", async () => {
      const { files, notes } = start({ byteStore: place.byteStore });
      const { id } = await notes.put(db, text(5));
      const other = await notes.put(db, text(5, bob));
      const row = await db.selectFrom('files_file').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
      await postgres.transaction(async (tx) => {
        await vault.forget(tx, 'alice');
        expect(await files.forgetUser(tx, 'alice')).toBe(1);
      });
      expect(await notes.find(id)).toBeNull();
      // Like a row restored from a backup of the table alone.
      await db.insertInto('files_file').values(row).execute();
      expect(await notes.read(id)).toBeNull();
      expect(await notes.read(other.id)).not.toBeNull();
    });
  });
});

describe('the sweep of a folder', () => {
  it('deletes half-written files of a crash, and nothing else', async () => {
    const { files, notes, clock } = start();
    const { id } = await notes.put(db, text(5));
    const part = join(folder, id.slice(0, 2));
    await writeFile(join(part, `${uuidFromName('unfinished')}.tmp`), 'half');
    await writeFile(join(part, 'readme.txt'), 'of the owner');
    await clock.advance(2 * hourMs);
    expect(await files.sweep()).toBe(1);
    expect((await inFolder.names()).sort()).toEqual([id, 'readme.txt'].sort());
  });
});

describe('a bucket that fails', () => {
  const bucket = { byteStore: inBucket.byteStore };
  /** Three failures, and what is to be seen of it until they are over. */
  const goesAway = () => s3.fail({ status: 503, code: 'SlowDown', times: 3 });

  it('takes no file, says so, and counts none', async () => {
    const { files, notes } = start(bucket);
    goesAway();
    await expect(notes.put(db, text(5))).rejects.toMatchObject({ name: 'UserError', code: 'files.away' });
    expect([await files.usage(alice), await inBucket.names()]).toEqual([{ count: 0, bytes: 0 }, []]);
  });

  it('does not keep a file from being deleted; its bytes are swept later', async () => {
    const { files, notes, clock } = start({
      byteStore: await openBucket(s3.config, { clock: hasty, logger: silentLogger }),
    });
    const { id } = await notes.put(db, text(5));
    s3.fail({ method: 'DELETE', status: 403, code: 'AccessDenied' });
    expect([await notes.delete(db, id), await notes.read(id), await inBucket.names()]).toEqual([true, null, [id]]);
    await clock.advance(2 * hourMs);
    expect([await files.sweep(), await inBucket.names()]).toEqual([1, []]);
  });

  it('is away, as opposed to without the file, for its readers', async () => {
    const { notes } = start({ byteStore: await openBucket(s3.config, { clock: hasty, logger: silentLogger }) });
    const { id } = await notes.put(db, text(5));
    goesAway();
    await expect(notes.read(id)).rejects.toMatchObject({ name: 'VendorError', code: 'files/away', retryable: true });
  });
});
