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
  /** Whoever forgets the author waits for the end of the transaction. */
  lock?: boolean;
}

/**
 * The keys of authors, wrapped by the instance key. A key is read from the database for every text, by its primary key, and
 * never remembered: so forgetting holds in every process from the moment it commits, and a key whose transaction was
 * rolled back is never used again. Unwrapping one takes microseconds.
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

  /** Of all these people, in the order of their ids; null when one has none. */
  async findAll(db: Db, authorIds: readonly string[], { lock = false }: Lock = {}): Promise<AuthorKey[] | null> {
    const wanted = [...new Set(authorIds)];
    if (wanted.length === 0) throw new Error('What is sealed belongs to somebody');
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

  /** Two that make the first key of an author at once: the later waits, makes none and finds the other's. */
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
