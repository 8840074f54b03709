import type { Json } from '../../kernel/json.ts';
import type { Db, Tx } from '../postgres/index.ts';

/** Whose a file is: a person who may be forgotten, a guild, or the instance itself. */
export type FileOwner = { kind: 'user' | 'guild'; id: string } | { kind: 'instance' };

export interface NewFile {
  owner: FileOwner;
  /** What the feature calls it: `export`, `picture`. */
  kind: string;
  bytes: Uint8Array | AsyncIterable<Uint8Array>;
  /** Believed only where the bytes don't tell. */
  mime?: string;
  /** Unix ms; kept until it is deleted unless given. */
  expiresAtMs?: number;
}

export interface StoredFile {
  /** UUID. */
  id: string;
  kind: string;
  owner: FileOwner;
  sizeBytes: number;
  /** Of the bytes as they were given, hexadecimal. */
  sha256: string;
  mime: string;
  /** Unix ms. */
  createdAtMs: number;
  expiresAtMs: number | null;
}

/**
 * Files of one feature. Their bytes are on disk under ids of ours, encrypted with the key of their owner, so that forgetting a
 * person makes theirs unreadable at once, in backups too. What is known of them is in the database and follows transactions.
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
   * In the caller's transaction when `db` is one: what is rolled back was not stored, and its bytes go with the next sweep.
   * Rejects with a UserError: `files.too-large` (data: `most`, in MB), `files.quota` (data: `most`) or `files.disk-full`.
   */
  put(db: Db, file: NewFile): Promise<StoredFile>;
  /** Null when there is none of this feature, it has expired, or its owner was forgotten. */
  read(id: string): Promise<(StoredFile & { bytes: Uint8Array }) | null>;
  /** As `read`, without its bytes. */
  find(id: string): Promise<StoredFile | null>;
  /** Whether there was one. */
  delete(db: Db, id: string): Promise<boolean>;
  /** Every file of an owner, or those of a kind; returns how many. */
  deleteOf(db: Db, owner: FileOwner, kind?: string): Promise<number>;
}

export interface Files {
  of(feature: string): FeatureFiles;
  /** What an owner has over all features. */
  usage(owner: FileOwner): Promise<{ count: number; bytes: number }>;
  /** Deletes what has expired; returns how many files. */
  expire(): Promise<number>;
  /** Deletes bytes that belong to no file and have for an hour; returns how many. */
  sweep(): Promise<number>;
  /** What is kept of a person's files, without their bytes. */
  exportUser(userId: string): Promise<Json>;
  /** Deletes a person's files; returns how many. */
  forgetUser(tx: Tx, userId: string): Promise<number>;
}
