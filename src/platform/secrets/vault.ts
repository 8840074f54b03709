import { createHmac, timingSafeEqual } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { MigrationSource } from '../postgres/index.ts';
import { AuthorKeys, KEY_ID_BYTES } from './author-keys.ts';
import type { AuthorKey } from './author-keys.ts';
import { decrypt, encrypt } from './cipher.ts';
import type { Vault } from './port.ts';

export const secretsMigrations: MigrationSource = {
  name: 'secrets',
  folder: fileURLToPath(new URL('./migrations', import.meta.url)),
};

/** First byte of every ciphertext, so the format can change. The key's id follows. */
const FORMAT = 1;
const HEADER_BYTES = 1 + KEY_ID_BYTES;

export function createVault({ instanceKey }: { instanceKey: Buffer }): Vault {
  const keys = new AuthorKeys(instanceKey);
  const signatureOf = (purpose: string, text: string): Buffer =>
    createHmac('sha256', instanceKey).update(`signature/${purpose}/${text}`).digest();
  return {
    encrypt: async (db, authorId, context, plaintext) =>
      encryptWith(await keys.findOrMake(db, authorId), context, asBytes(plaintext)),
    encryptIfKnown: async (db, authorId, context, plaintext) => {
      const author = await keys.find(db, authorId, { lock: true });
      return author ? encryptWith(author, context, asBytes(plaintext)) : null;
    },
    decrypt: async (db, authorId, context, ciphertext) =>
      asText(decryptWith(await keys.find(db, authorId), context, ciphertext)),
    encryptBytes: async (db, authorId, context, plaintext) =>
      encryptWith(await keys.findOrMake(db, authorId), context, plaintext),
    decryptBytes: async (db, authorId, context, ciphertext) =>
      decryptWith(await keys.find(db, authorId), context, ciphertext),
    reader: (db) => {
      const known = new Map<string, Promise<AuthorKey | undefined>>();
      return async (authorId, context, ciphertext) => {
        const key = known.get(authorId) ?? keys.find(db, authorId);
        known.set(authorId, key);
        return asText(decryptWith(await key, context, ciphertext));
      };
    },
    // Encrypted once per author, the lowest id innermost.
    encryptTogether: async (db, authorIds, context, plaintext) => {
      const authors = await keys.findAll(db, authorIds, { lock: true });
      let ciphertext = authors && asBytes(plaintext);
      for (const author of authors ?? []) ciphertext = ciphertext && encryptWith(author, context, ciphertext);
      return ciphertext;
    },
    decryptTogether: async (db, authorIds, context, ciphertext) => {
      const authors = await keys.findAll(db, authorIds);
      let opened = authors && ciphertext;
      for (const author of authors?.toReversed() ?? []) opened = opened && decryptWith(author, context, opened);
      return asText(opened);
    },
    forget: (db, authorId) => keys.destroy(db, authorId),
    pseudonym: (purpose, name) =>
      createHmac('sha256', instanceKey).update(`pseudonym/${purpose}/${name}`).digest('base64url'),
    sign: (purpose, text) => signatureOf(purpose, text).toString('base64url'),
    isSigned: (purpose, text, signature) => {
      const [right, given] = [signatureOf(purpose, text), Buffer.from(signature, 'base64url')];
      return given.length === right.length && timingSafeEqual(right, given);
    },
  };
}

const asBytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const asText = (opened: Buffer | null): string | null => opened?.toString('utf8') ?? null;

function encryptWith({ id, key }: AuthorKey, context: string, plaintext: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(FORMAT), id, encrypt(key, textContext(context), plaintext)]);
}

/** Null for a ciphertext under an earlier key: the author's data was deleted, and they have a new key. */
function decryptWith(author: AuthorKey | undefined, context: string, ciphertext: Buffer): Buffer | null {
  if (ciphertext[0] !== FORMAT) throw new Error(`The ciphertext has the unknown format ${ciphertext[0]}`);
  if (!author || !author.id.equals(ciphertext.subarray(1, HEADER_BYTES))) return null;
  return decrypt(author.key, textContext(context), ciphertext.subarray(HEADER_BYTES));
}

function textContext(context: string): string {
  return `text/${context}`;
}
