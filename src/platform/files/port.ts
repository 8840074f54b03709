import type { Json } from '../../kernel/json.ts';
import type { Db, Tx } from '../postgres/index.ts';

/** The owner of a file: a person (deleted with their data), a guild, or the instance. */
export type FileOwner = { kind: 'user' | 'guild'; id: string } | { kind: 'instance' };

export interface NewFile {
  owner: FileOwner;
  /** The feature's own name for it: `export`, `picture`. */
  kind: string;
  bytes: Uint8Array | AsyncIterable<Uint8Array>;
  /** Used only where the bytes don't show the type. */
  mime?: string;
  /** Unix ms; kept until deleted by default. */
  expiresAtMs?: number;
  /** What the owner may have over all features, in place of `files.maxMbPerOwner`; null is no limit. */
  mostBytesOfOwner?: number | null;
}

export interface StoredFile {
  /** UUID. */
  id: string;
  kind: string;
  owner: FileOwner;
  sizeBytes: number;
  /** Of the original bytes, hexadecimal. */
  sha256: string;
  mime: string;
  /** Unix ms. */
  createdAtMs: number;
  expiresAtMs: number | null;
}

/**
 * Files of one feature. The bytes are in a folder or a bucket under generated ids, encrypted with their owner's key, so deleting a
 * person's data makes them unreadable at once, in backups too. The details are in the database and follow transactions.
 *
 * @example
 * const file = await context.files.put(tx, {
 *   owner: { kind: 'user', id: call.caller.userId },
 *   kind: 'export',
 *   bytes,
 *   mime: 'application/json',
 *   expiresAtMs: context.clock.now() + 24 * 3_600_000,
 * });
 * const found = await context.files.read(file.id);
 */
export interface FeatureFiles {
  /**
   * Runs in the caller's transaction when `db` is one: a rollback undoes it, and the next sweep deletes the bytes.
   * Rejects with a UserError: `files.too-large` (data: `most`, in MB), `files.quota` (data: `most`),
   * `files.disk-full`, or `files.away` while the bucket can't be used.
   */
  put(db: Db, file: NewFile): Promise<StoredFile>;
  /**
   * Null when this feature has no such file, it has expired, or its owner's data was deleted. Rejects with a VendorError
   * `files/away` while the bucket can't be used.
   */
  read(id: string): Promise<(StoredFile & { bytes: Uint8Array }) | null>;
  /** Like `read`, without the bytes. */
  find(id: string): Promise<StoredFile | null>;
  /** False when there was no such file. */
  delete(db: Db, id: string): Promise<boolean>;
  /** Changes until when (Unix ms) a file is kept; null: until it is deleted. False when there is no such file. */
  keepUntil(db: Db, id: string, expiresAtMs: number | null): Promise<boolean>;
  /** What an owner has over all features, and the most that they may have; null is no limit. */
  usage(owner: FileOwner): Promise<{ bytes: number; mostBytes: number | null }>;
  /** Deletes all files of an owner, or those of a kind; returns their number. */
  deleteOf(db: Db, owner: FileOwner, kind?: string): Promise<number>;
}

export interface Files {
  of(feature: string): FeatureFiles;
  /** An owner's use over all features. */
  usage(owner: FileOwner): Promise<{ count: number; bytes: number }>;
  /** Deletes expired files; returns their number. */
  expire(): Promise<number>;
  /** Deletes bytes that have belonged to no file for an hour; returns their number. */
  sweep(): Promise<number>;
  /** The details of a person's files, without their bytes. */
  exportUser(userId: string): Promise<Json>;
  /** Deletes a person's files; returns their number. */
  forgetUser(tx: Tx, userId: string): Promise<number>;
}
