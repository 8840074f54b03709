import type { Db } from '../postgres/index.ts';

export type VaultReader = (authorId: string, context: string, sealed: Buffer) => Promise<string | null>;

/**
 * Encryption of what people wrote, at rest. Each author has a data key, wrapped by the instance key, so that destroying
 * the data key makes everything of that author unreadable, in backups too.
 */
export interface Vault {
  /** AES-256-GCM under the author's data key, made at first use. `context` (a row's id) is bound to the ciphertext. */
  seal(db: Db, authorId: string, context: string, plaintext: string): Promise<Buffer>;
  /**
   * As `seal` for an author of whom something is stored already. Null when they were forgotten meanwhile: not even a key
   * of theirs is to come back.
   */
  sealIfKnown(db: Db, authorId: string, context: string, plaintext: string): Promise<Buffer | null>;
  /** Null when the author was forgotten. Throws when ciphertext or context were altered. */
  open(db: Db, authorId: string, context: string, sealed: Buffer): Promise<string | null>;
  /** As `seal` and `open`, for bytes. */
  sealBytes(db: Db, authorId: string, context: string, plaintext: Uint8Array): Promise<Buffer>;
  openBytes(db: Db, authorId: string, context: string, sealed: Buffer): Promise<Buffer | null>;
  /**
   * As `open` for many texts: reads each author's key once. To be used for one purpose and dropped, since it does not
   * notice that an author is forgotten while it lives.
   */
  reader(db: Db): VaultReader;
  /**
   * Seals what came of the words of several people, so that it can be opened only while none of them was forgotten. Null
   * when one of them has no key: they were forgotten, or nothing of them was ever sealed. Until the transaction ends,
   * whoever forgets one of them waits for it.
   */
  sealTogether(db: Db, authorIds: readonly string[], context: string, plaintext: string): Promise<Buffer | null>;
  /** Opens what was sealed for the same people, in any order. Null when one of them was forgotten. Throws as `open`. */
  openTogether(db: Db, authorIds: readonly string[], context: string, sealed: Buffer): Promise<string | null>;
  /**
   * Destroys the author's data key, here and in every other process. Waits for transactions that have sealed something
   * of the author: when it returns, theirs is committed, and later ones wait for this one and seal under a new key.
   */
  forget(db: Db, authorId: string): Promise<void>;
  /**
   * The same short text for the same name and purpose, always, which leads back to the name only with the instance key:
   * for remembering something of a person who is not to be known.
   */
  pseudonym(purpose: string, name: string): string;
}
