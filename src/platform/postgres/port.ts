import type { Kysely, Transaction } from 'kysely';
import type { Database } from './database.ts';

export type { Database } from './database.ts';

/** Runs queries outside or inside a transaction. Stores take this. */
export type Db = Kysely<Database> | Transaction<Database>;
/** A transaction, for functions that must not run outside one. */
export type Tx = Transaction<Database>;

export interface TransactionOptions {
  /**
   * `soon`: resolves before the commit is on disk, which saves the wait for the disk. The transaction survives the death of
   * any process, but of the last 0.6 s a failure of the whole machine may lose it, whole; a later transaction that waits
   * for the disk brings it along. For what can be had again (PostgreSQL manual, "Asynchronous Commit"). `now` by default.
   */
  flush?: 'now' | 'soon';
}

/** Runs again after a conflict with another transaction. Resolves after the commit. */
export type Transact = <T>(run: (tx: Tx) => Promise<T>, options?: TransactionOptions) => Promise<T>;

/** A folder of plain SQL files. Each is applied once, in order of name, in its own transaction. */
export interface MigrationSource {
  /** Unique and stable: applied files are recorded under it. */
  name: string;
  /** Absolute path. A missing folder counts as empty. */
  folder: string;
}

export interface Postgres {
  readonly db: Kysely<Database>;
  transaction: Transact;
  /**
   * Calls `onPayload` for each NOTIFY on `channel`. Reconnects when the connection is lost, and then calls
   * `onReconnect`, because notifications may have been missed. Resolves once listening, to a function that stops it.
   */
  listen(channel: string, onPayload: (payload: string) => void, onReconnect?: () => void): Promise<() => Promise<void>>;
  /** Sends a NOTIFY; inside a transaction it is delivered on commit. The payload must be under 8000 bytes. */
  notify(db: Db, channel: string, payload: string): Promise<void>;
  /** Applies missing files under an advisory lock: concurrent callers wait and then find nothing to do. */
  migrate(sources: readonly MigrationSource[]): Promise<void>;
  /** Throws a VendorError when the database does not answer. */
  ping(): Promise<void>;
  /**
   * What is wrong while the database still answers: silent connections, or slow answers. Resolves within 2 s; undefined
   * when all is well. Throws a VendorError when the database does not answer.
   */
  trouble(): Promise<string | undefined>;
  /** Closes all connections and stops the embedded server. */
  close(): Promise<void>;
}
