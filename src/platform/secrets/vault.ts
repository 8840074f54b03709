import { createHmac, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Db, MigrationSource } from '../postgres/index.ts';
import { decrypt, encrypt, KEY_BYTES } from './cipher.ts';
import type { Vault } from './port.ts';
import './schema.ts';

export const secretsMigrations: MigrationSource = {
  name: 'secrets',
  folder: fileURLToPath(new URL('./migrations', import.meta.url)),
};

/** First byte of everything sealed, for the day the format changes. */
const FORMAT = 1;
const KEY_ID_BYTES = 8;
const HEADER_BYTES = 1 + KEY_ID_BYTES;

interface AuthorKey {
  id: Buffer;
  key: Buffer;
}

/**
 * The author's key is read from the database for every text, by its primary key, and never remembered: so `forget` holds
 * in every process from the moment it commits, and a key whose transaction was rolled back is never used again.
 * Unwrapping one takes microseconds.
 */
export function createVault({ instanceKey }: { instanceKey: Buffer }): Vault {
  const unwrap = (authorId: string, wrapped: Buffer): Buffer => {
    try {
      return decrypt(instanceKey, `author-key/${authorId}`, wrapped);
    } catch (error) {
      throw new Error(
        'The instance key is not the one this database was written with. Put the old instance.key back into the data ' +
          'folder, or the old value into the environment.',
        { cause: error },
      );
    }
  };

  const find = async (db: Db, authorId: string, { lock = false } = {}): Promise<AuthorKey | undefined> => {
    const row = await db
      .selectFrom('secrets_author_key')
      .select(['key_id', 'wrapped_key'])
      .where('author_id', '=', authorId)
      .$if(lock, (query) => query.forKeyShare())
      .executeTakeFirst();
    return row && { id: row.key_id, key: unwrap(authorId, row.wrapped_key) };
  };

  /** Two that make the first key of an author at once: the later waits, makes none and finds the other's. */
  const findOrMake = async (db: Db, authorId: string): Promise<AuthorKey> => {
    for (;;) {
      const found = await find(db, authorId, { lock: true });
      if (found) return found;
      const fresh = { id: randomBytes(KEY_ID_BYTES), key: randomBytes(KEY_BYTES) };
      const wrapped = encrypt(instanceKey, `author-key/${authorId}`, fresh.key);
      const made = await db
        .insertInto('secrets_author_key')
        .values({ author_id: authorId, key_id: fresh.id, wrapped_key: wrapped })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (made.numInsertedOrUpdatedRows === 1n) return fresh;
    }
  };

  return {
    seal: async (db, authorId, context, plaintext) => {
      const { id, key } = await findOrMake(db, authorId);
      return Buffer.concat([Buffer.of(FORMAT), id, encrypt(key, textContext(context), Buffer.from(plaintext, 'utf8'))]);
    },
    open: async (db, authorId, context, sealed) => openWith(await find(db, authorId), context, sealed),
    reader: (db) => {
      const keys = new Map<string, Promise<AuthorKey | undefined>>();
      return async (authorId, context, sealed) => {
        const key = keys.get(authorId) ?? find(db, authorId);
        keys.set(authorId, key);
        return openWith(await key, context, sealed);
      };
    },
    forget: async (db, authorId) => {
      await db.deleteFrom('secrets_author_key').where('author_id', '=', authorId).execute();
    },
    pseudonym: (purpose, name) =>
      createHmac('sha256', instanceKey).update(`pseudonym/${purpose}/${name}`).digest('base64url'),
  };
}

/** A key that is not the one it was sealed with is a later one of somebody who was forgotten and came back. */
function openWith(author: AuthorKey | undefined, context: string, sealed: Buffer): string | null {
  if (sealed[0] !== FORMAT) throw new Error(`What is sealed has the unknown format ${sealed[0]}`);
  if (!author || !author.id.equals(sealed.subarray(1, HEADER_BYTES))) return null;
  return decrypt(author.key, textContext(context), sealed.subarray(HEADER_BYTES)).toString('utf8');
}

function textContext(context: string): string {
  return `text/${context}`;
}
