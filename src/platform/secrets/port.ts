import type { Db } from '../postgres/index.ts';

export type VaultReader = (authorId: string, context: string, sealed: Buffer) => Promise<string | null>;

/**
 * Encryption of what people wrote, at rest. Each author has a data key, wrapped by the instance key. Destroying the
 * data key makes all texts of that author unreadable, in backups too.
 */
export interface Vault {
  /**
   * AES-256-GCM under the author's data key, which is made at first use. `context` (a row's id) is authenticated with
   * the text.
   */
  seal(db: Db, authorId: string, context: string, plaintext: string): Promise<Buffer>;
  /**
   * Like `seal`, for an author who has a key. Null when their data was deleted in the meantime: they must not get a new
   * key.
   */
  sealIfKnown(db: Db, authorId: string, context: string, plaintext: string): Promise<Buffer | null>;
  /** Null when the author's data was deleted. Throws when ciphertext or context were altered. */
  open(db: Db, authorId: string, context: string, sealed: Buffer): Promise<string | null>;
  /** Like `seal` and `open`, for bytes. */
  sealBytes(db: Db, authorId: string, context: string, plaintext: Uint8Array): Promise<Buffer>;
  openBytes(db: Db, authorId: string, context: string, sealed: Buffer): Promise<Buffer | null>;
  /**
   * Like `open` for many texts: reads each author's key once. Use it for one purpose and drop it, because it doesn't
   * notice a later deletion of an author's data.
   */
  reader(db: Db): VaultReader;
  /**
   * Encrypts text derived from several people's messages: readable only until one of their keys is destroyed. Null when
   * one of them has no key, because their data was deleted or nothing was ever encrypted for them. Until the
   * transaction ends, deleting one of their keys waits.
   */
  sealTogether(db: Db, authorIds: readonly string[], context: string, plaintext: string): Promise<Buffer | null>;
  /**
   * Decrypts text of `sealTogether`; the people may be in any order. Null when the data of one was deleted. Throws like
   * `open`.
   */
  openTogether(db: Db, authorIds: readonly string[], context: string, sealed: Buffer): Promise<string | null>;
  /**
   * Destroys the author's data key for every process. Waits for transactions that have encrypted something of the
   * author. Later ones wait for this one and then encrypt under a new key.
   */
  forget(db: Db, authorId: string): Promise<void>;
  /**
   * Always the same short text for the same name and purpose; only the instance key leads back to the name. For facts
   * about a person who must stay unknown.
   */
  pseudonym(purpose: string, name: string): string;
}
