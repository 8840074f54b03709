import { createHmac } from 'node:crypto';
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
  return {
    seal: async (db, authorId, context, plaintext) =>
      sealWith(await keys.findOrMake(db, authorId), context, asBytes(plaintext)),
    sealIfKnown: async (db, authorId, context, plaintext) => {
      const author = await keys.find(db, authorId, { lock: true });
      return author ? sealWith(author, context, asBytes(plaintext)) : null;
    },
    open: async (db, authorId, context, sealed) => asText(openWith(await keys.find(db, authorId), context, sealed)),
    sealBytes: async (db, authorId, context, plaintext) =>
      sealWith(await keys.findOrMake(db, authorId), context, plaintext),
    openBytes: async (db, authorId, context, sealed) => openWith(await keys.find(db, authorId), context, sealed),
    reader: (db) => {
      const known = new Map<string, Promise<AuthorKey | undefined>>();
      return async (authorId, context, sealed) => {
        const key = known.get(authorId) ?? keys.find(db, authorId);
        known.set(authorId, key);
        return asText(openWith(await key, context, sealed));
      };
    },
    // Encrypted once per author, the lowest id innermost.
    sealTogether: async (db, authorIds, context, plaintext) => {
      const authors = await keys.findAll(db, authorIds, { lock: true });
      let sealed = authors && asBytes(plaintext);
      for (const author of authors ?? []) sealed = sealed && sealWith(author, context, sealed);
      return sealed;
    },
    openTogether: async (db, authorIds, context, sealed) => {
      const authors = await keys.findAll(db, authorIds);
      let opened = authors && sealed;
      for (const author of authors?.toReversed() ?? []) opened = opened && openWith(author, context, opened);
      return asText(opened);
    },
    forget: (db, authorId) => keys.destroy(db, authorId),
    pseudonym: (purpose, name) =>
      createHmac('sha256', instanceKey).update(`pseudonym/${purpose}/${name}`).digest('base64url'),
  };
}

const asBytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const asText = (opened: Buffer | null): string | null => opened?.toString('utf8') ?? null;

function sealWith({ id, key }: AuthorKey, context: string, plaintext: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(FORMAT), id, encrypt(key, textContext(context), plaintext)]);
}

/** Null for a ciphertext under an earlier key: the author's data was deleted, and they have a new key. */
function openWith(author: AuthorKey | undefined, context: string, sealed: Buffer): Buffer | null {
  if (sealed[0] !== FORMAT) throw new Error(`The ciphertext has the unknown format ${sealed[0]}`);
  if (!author || !author.id.equals(sealed.subarray(1, HEADER_BYTES))) return null;
  return decrypt(author.key, textContext(context), sealed.subarray(HEADER_BYTES));
}

function textContext(context: string): string {
  return `text/${context}`;
}
