import type { Kysely, Transaction } from 'kysely';
import type { Database } from './database.ts';

export type { Database } from './database.ts';

/** Runs queries outside or inside a transaction; stores take this. */
export type Db = Kysely<Database> | Transaction<Database>;
/** A transaction: taken by functions that must not run outside one. */
export type Tx = Transaction<Database>;

/** A folder of plain SQL files, applied in order of name, each once, in a transaction of its own. */
export interface MigrationSource {
  /** Unique and stable; part of the key under which applied files are recorded. */
  name: string;
  /** Absolute path. A missing folder counts as empty. */
  folder: string;
}

export interface Postgres {
  readonly db: Kysely<Database>;
  transaction<T>(run: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Calls `onPayload` for each NOTIFY on `channel`. The connection is remade when it is lost, and `onReconnect` is then
   * called, since notifications may have been missed. Resolves once listening, to a function that stops.
   */
  listen(channel: string, onPayload: (payload: string) => void, onReconnect?: () => void): Promise<() => Promise<void>>;
  /** Sends a NOTIFY; inside a transaction it is delivered when that commits. Payload under 8000 bytes. */
  notify(db: Db, channel: string, payload: string): Promise<void>;
  /** Applies what is missing, under an advisory lock: concurrent callers wait and then find nothing to do. */
  migrate(sources: readonly MigrationSource[]): Promise<void>;
  /** Throws a VendorError when the database does not answer. */
  ping(): Promise<void>;
  /**
   * What is wrong while the database still answers: connections that have gone silent, or an answer that takes long.
   * Resolves within 2 s; undefined when all is well. Throws a VendorError when the database does not answer.
   */
  trouble(): Promise<string | undefined>;
  /** Closes all connections and, for the embedded server, stops it. */
  close(): Promise<void>;
}
