import { randomBytes } from 'node:crypto';
import type { Db } from '../postgres/index.ts';
import { decrypt, encrypt, KEY_BYTES } from './cipher.ts';
import './schema.ts';

export const KEY_ID_BYTES = 8;

export interface AuthorKey {
  /** 8 bytes. */
  id: Buffer;
  key: Buffer;
}

interface Lock {
  /** Deleting the author's key waits until the transaction ends. */
  lock?: boolean;
}

/**
 * Authors' keys, wrapped by the instance key. A key is read from the database for every text and never cached: a
 * deletion takes effect in every process on commit, and a rolled-back key is never used. Unwrapping takes microseconds.
 */
export class AuthorKeys {
  private readonly instanceKey: Buffer;

  constructor(instanceKey: Buffer) {
    this.instanceKey = instanceKey;
  }

  async find(db: Db, authorId: string, { lock = false }: Lock = {}): Promise<AuthorKey | undefined> {
    const row = await db
      .selectFrom('secrets_author_key')
      .select(['key_id', 'wrapped_key'])
      .where('author_id', '=', authorId)
      .$if(lock, (query) => query.forKeyShare())
      .executeTakeFirst();
    return row && { id: row.key_id, key: this.unwrap(authorId, row.wrapped_key) };
  }

  /** The keys of all these people, in the order of their ids; null when one has none. */
  async findAll(db: Db, authorIds: readonly string[], { lock = false }: Lock = {}): Promise<AuthorKey[] | null> {
    const wanted = [...new Set(authorIds)];
    if (wanted.length === 0) throw new Error('An encrypted text needs at least one author');
    const rows = await db
      .selectFrom('secrets_author_key')
      .select(['author_id', 'key_id', 'wrapped_key'])
      .where('author_id', 'in', wanted)
      .orderBy('author_id')
      .$if(lock, (query) => query.forKeyShare())
      .execute();
    if (rows.length < wanted.length) return null;
    return rows.map((row) => ({ id: row.key_id, key: this.unwrap(row.author_id, row.wrapped_key) }));
  }

  /** When two callers make an author's first key at once, the later one waits and gets the other's key. */
  async findOrMake(db: Db, authorId: string): Promise<AuthorKey> {
    for (;;) {
      const found = await this.find(db, authorId, { lock: true });
      if (found) return found;
      const fresh = { id: randomBytes(KEY_ID_BYTES), key: randomBytes(KEY_BYTES) };
      const wrapped = encrypt(this.instanceKey, keyContext(authorId), fresh.key);
      const made = await db
        .insertInto('secrets_author_key')
        .values({ author_id: authorId, key_id: fresh.id, wrapped_key: wrapped })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (made.numInsertedOrUpdatedRows === 1n) return fresh;
    }
  }

  async destroy(db: Db, authorId: string): Promise<void> {
    await db.deleteFrom('secrets_author_key').where('author_id', '=', authorId).execute();
  }

  private unwrap(authorId: string, wrapped: Buffer): Buffer {
    try {
      return decrypt(this.instanceKey, keyContext(authorId), wrapped);
    } catch (error) {
      throw new Error(
        'The instance key is not the one this database was written with. Put the old instance.key back into the data ' +
          'folder, or the old value into the environment.',
        { cause: error },
      );
    }
  }
}

const keyContext = (authorId: string): string => `author-key/${authorId}`;
