import type { Db } from '../postgres/index.ts';

export type VaultReader = (authorId: string, context: string, ciphertext: Buffer) => Promise<string | null>;

/**
 * Encryption of what people wrote, at rest. Each author has a data key, wrapped by the instance key. Destroying the
 * data key makes all texts of that author unreadable, in backups too.
 */
export interface Vault {
  /**
   * AES-256-GCM under the author's data key, which is made at first use. `context` (a row's id) is authenticated with
   * the text.
   */
  encrypt(db: Db, authorId: string, context: string, plaintext: string): Promise<Buffer>;
  /**
   * Like `encrypt`, for an author who has a key. Null when their data was deleted in the meantime: they must not get a new
   * key.
   */
  encryptIfKnown(db: Db, authorId: string, context: string, plaintext: string): Promise<Buffer | null>;
  /** Null when the author's data was deleted. Throws when ciphertext or context were altered. */
  decrypt(db: Db, authorId: string, context: string, ciphertext: Buffer): Promise<string | null>;
  /** Like `encrypt` and `decrypt`, for bytes. */
  encryptBytes(db: Db, authorId: string, context: string, plaintext: Uint8Array): Promise<Buffer>;
  decryptBytes(db: Db, authorId: string, context: string, ciphertext: Buffer): Promise<Buffer | null>;
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
  encryptTogether(db: Db, authorIds: readonly string[], context: string, plaintext: string): Promise<Buffer | null>;
  /**
   * Decrypts text of `encryptTogether`; the people may be in any order. Null when the data of one was deleted. Throws like
   * `open`.
   */
  decryptTogether(db: Db, authorIds: readonly string[], context: string, ciphertext: Buffer): Promise<string | null>;
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
  /** A signature (43 characters of base64url) that only this instance makes: of a text, for one purpose. */
  sign(purpose: string, text: string): string;
  /** Whether it is the signature of this text for this purpose. Takes as long for a wrong one as for the right one. */
  isSigned(purpose: string, text: string, signature: string): boolean;
}
