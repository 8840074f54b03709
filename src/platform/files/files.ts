import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../kernel/clock.ts';
import { UserError, VendorError } from '../../kernel/errors.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import { trustedMediaType } from '../../kernel/media-type.ts';
import type { MigrationSource, Postgres, Tx } from '../postgres/index.ts';
import type { Vault } from '../secrets/index.ts';
import { isFileId } from './byte-store.ts';
import type { ByteStore } from './byte-store.ts';
import { collect } from './collect.ts';
import type { FeatureFiles, FileOwner, Files, NewFile, StoredFile } from './port.ts';
import * as store from './store.ts';

export const filesMigrations: MigrationSource = {
  name: 'files',
  folder: fileURLToPath(new URL('./migrations', import.meta.url)),
};

export interface FilesOptions {
  postgres: Postgres;
  vault: Pick<Vault, 'encryptBytes' | 'decryptBytes'>;
  byteStore: ByteStore;
  clock: Clock;
  ids: Ids;
  logger: Logger;
  limits: {
    maxFileBytes: number;
    /** Null means no limit. */
    maxBytesPerOwner: number | null;
    maxBytes: number | null;
  };
}

/** Longer than any transaction: bytes are written before their row is committed. */
const orphanMs = 3_600_000;
const sweepBatch = 500;
const million = 1_000_000;
/** More than encryption adds to a file. */
const encryptionBytes = 1024;

export function createFiles(options: FilesOptions): Files {
  const { postgres, clock } = options;
  return {
    of: (feature) => filesOf(options, feature),
    usage: async (owner) => {
      const files = await store.ofOwner(postgres.db, owner);
      return { count: files.length, bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
    },
    expire: async () => {
      for (let total = 0; ;) {
        const ids = await store.deleteExpired(postgres.db, clock.now());
        if (ids.length === 0) return total;
        await removeBytes(options, ids);
        total += ids.length;
      }
    },
    sweep: () => sweep(options),
    exportUser: async (userId) => {
      const files = await store.ofOwner(postgres.db, { kind: 'user', id: userId });
      return files.map(({ id, feature, kind, mime, sizeBytes, createdAtMs, expiresAtMs }) => ({
        ...{ id, feature, kind, mime, sizeBytes },
        createdAt: new Date(createdAtMs).toISOString(),
        expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
      }));
    },
    // The next sweep deletes the bytes. Without the key, which this transaction deletes, no one can read them.
    forgetUser: async (tx, userId) =>
      (await store.deleteFiles(tx, { feature: undefined, owner: { kind: 'user', id: userId } })).length,
  };
}

function filesOf(options: FilesOptions, feature: string): FeatureFiles {
  const { postgres, vault, byteStore, clock } = options;
  const find = async (id: string) =>
    (isFileId(id) && (await store.find(postgres.db, feature, id, clock.now()))) || null;
  /**
   * Outside a transaction the rows are gone for good, so the bytes go at once. Within one, the sweep deletes them
   * later.
   */
  const removeUnlessRolledBack = async (db: { isTransaction: boolean }, ids: readonly string[]) => {
    if (!db.isTransaction) await removeBytes(options, ids);
  };
  return {
    put: async (db, file) => {
      const bytes = await wholeOf(file.bytes, options.limits.maxFileBytes);
      if (db.isTransaction) return put(options, db as Tx, feature, { ...file, bytes });
      return postgres.transaction((tx) => put(options, tx, feature, { ...file, bytes }));
    },
    find,
    read: async (id) => {
      const file = await find(id);
      const encrypted = file && (await byteStore.read(id, file.sizeBytes + encryptionBytes));
      if (!file || !encrypted) return null;
      const bytes = await vault.decryptBytes(postgres.db, keyOf(file.owner), contextOf(id), encrypted);
      return bytes && { ...file, bytes };
    },
    delete: async (db, id) => {
      if (!isFileId(id)) return false;
      const ids = await store.deleteFiles(db, { feature, id });
      await removeUnlessRolledBack(db, ids);
      return ids.length > 0;
    },
    keepUntil: (db, id, expiresAtMs) =>
      isFileId(id) ? store.setExpiry(db, { feature, id, expiresAtMs }) : Promise.resolve(false),
    usage: async (owner) => ({
      bytes: await store.sumOf(postgres.db, owner),
      mostBytes: options.limits.maxBytesPerOwner,
    }),
    deleteOf: async (db, owner, kind) => {
      const ids = await store.deleteFiles(db, { feature, owner, kind });
      await removeUnlessRolledBack(db, ids);
      return ids.length;
    },
  };
}

async function put(
  options: FilesOptions,
  tx: Tx,
  feature: string,
  file: NewFile & { bytes: Uint8Array },
): Promise<StoredFile> {
  const { vault, byteStore, clock, ids, limits } = options;
  const { owner, kind, bytes, mime, expiresAtMs = null, mostBytesOfOwner = limits.maxBytesPerOwner } = file;
  const id = ids.uuid();
  const sizeBytes = bytes.length;
  const encrypted = await vault.encryptBytes(tx, keyOf(owner), contextOf(id), bytes);
  if (mostBytesOfOwner !== null) refuseBeyond(mostBytesOfOwner, await store.sumOf(tx, owner), sizeBytes);
  const stored: StoredFile = {
    ...{ id, kind, owner, sizeBytes, expiresAtMs },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    mime: trustedMediaType(bytes, mime),
    createdAtMs: clock.now(),
  };
  // Before the locks, so that nobody waits for another's slow bucket.
  await writeBytes(options, id, encrypted);
  try {
    await refuseBeyondQuotas(tx, { owner, sizeBytes, mostBytesOfOwner, mostBytes: limits.maxBytes });
    await store.insert(tx, { ...stored, feature });
  } catch (error) {
    await byteStore.remove(id).catch(() => undefined);
    throw error;
  }
  return stored;
}

interface Quotas {
  owner: FileOwner;
  sizeBytes: number;
  mostBytesOfOwner: number | null;
  mostBytes: number | null;
}

async function refuseBeyondQuotas(tx: Tx, { owner, sizeBytes, mostBytesOfOwner, mostBytes }: Quotas): Promise<void> {
  const quotas = [
    { of: owner, most: mostBytesOfOwner },
    { of: 'all' as const, most: mostBytes },
  ].flatMap(({ of, most }) => (most === null ? [] : [{ of, most }]));
  const sums = await store.lockSums(
    tx,
    quotas.map(({ of }) => of),
  );
  for (const [index, { most }] of quotas.entries()) refuseBeyond(most, sums[index] ?? 0, sizeBytes);
}

function refuseBeyond(most: number, sum: number, sizeBytes: number): void {
  if (sum + sizeBytes <= most) return;
  throw new UserError('files.quota', `only ${most} bytes of files are kept here`, { most: inMillions(most) });
}

async function writeBytes({ byteStore, logger }: FilesOptions, id: string, bytes: Uint8Array): Promise<void> {
  try {
    await byteStore.write(id, bytes);
  } catch (error) {
    const sizeBytes = bytes.length;
    if (isFull(error)) {
      logger.error({ error, sizeBytes }, 'There is no room left for files: make room, or set files.path or files.s3.');
      throw new UserError('files.disk-full', 'there is no room left for files');
    }
    if (!(error instanceof VendorError)) throw error;
    logger.error({ error, sizeBytes }, 'A file could not be stored.');
    throw new UserError('files.away', 'the store of files does not work right now');
  }
}

/** Their rows are gone for good. What cannot be deleted now, the sweep deletes. */
async function removeBytes({ byteStore, logger }: FilesOptions, ids: readonly string[]): Promise<void> {
  try {
    for (const id of ids) await byteStore.remove(id);
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    logger.warn({ error }, 'Deleted files are still stored; they are deleted when their store works again.');
  }
}

async function sweep({ postgres, byteStore, clock }: FilesOptions): Promise<number> {
  let removed = 0;
  let batch: { id: string; remove: () => Promise<void> }[] = [];
  const removeOrphans = async () => {
    const ids = batch.map(({ id }) => id).filter((id) => !id.endsWith('.tmp'));
    const known = ids.length === 0 ? new Set<string>() : await store.known(postgres.db, ids);
    for (const { id, remove } of batch) {
      if (known.has(id)) continue;
      await remove();
      removed += 1;
    }
    batch = [];
  };
  for await (const found of byteStore.list(clock.now() - orphanMs)) {
    batch.push(found);
    if (batch.length === sweepBatch) await removeOrphans();
  }
  await removeOrphans();
  return removed;
}

async function wholeOf(bytes: NewFile['bytes'], most: number): Promise<Uint8Array> {
  const whole = bytes instanceof Uint8Array ? bytes : await collect(bytes, most);
  if (whole && whole.length <= most) return whole;
  throw new UserError('files.too-large', `a file may have ${most} bytes`, { most: inMillions(most) });
}

/** A person's own key, which is destroyed with all their data; guilds and the instance have keys of the same kind. */
const keyOf = (owner: FileOwner): string =>
  owner.kind === 'user' ? owner.id : `${owner.kind}/${store.ownerId(owner)}`;
const contextOf = (id: string): string => `file/${id}`;
const inMillions = (bytes: number): number => Math.floor(bytes / million);

const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes((error as { code?: string }).code ?? '');
