import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/postgres.ts';
import { createVault, secretsMigrations } from './index.ts';

const database = await testDatabase({ migrations: [secretsMigrations] });
const { postgres } = database;
const { db } = postgres;
afterAll(() => database.close());

const instanceKey = randomBytes(32);
const vault = createVault({ instanceKey });

describe('the vault', () => {
  it('signs texts for a purpose, as no other instance does', () => {
    const signature = vault.sign('share', 'row 1');
    expect(createVault({ instanceKey }).isSigned('share', 'row 1', signature)).toBe(true);
    expect(createVault({ instanceKey: randomBytes(32) }).isSigned('share', 'row 1', signature)).toBe(false);
    const wrong = [
      ['share', 'row 2', signature],
      ['other', 'row 1', signature],
      ['share', 'row 1', signature.slice(1)],
      ['share', 'row 1', `${signature}AA`],
      ['share', 'row 1', ''],
    ] as const;
    for (const [purpose, text, given] of wrong) expect(vault.isSigned(purpose, text, given)).toBe(false);
  });

  it('decrypts texts of any length and script, in another process too', async () => {
    for (const text of ['', 'hello', 'größer 🦊 第', 'x'.repeat(100_000)]) {
      const ciphertext = await vault.encrypt(db, 'alice', 'row 1', text);
      expect(await createVault({ instanceKey }).decrypt(db, 'alice', 'row 1', ciphertext)).toBe(text);
    }
  });

  it('encrypts the same text to different bytes that show none of it', async () => {
    const [one, two] = [await vault.encrypt(db, 'a', 'c', 'secret'), await vault.encrypt(db, 'a', 'c', 'secret')];
    expect(one.equals(two)).toBe(false);
    expect(one.toString('latin1')).not.toContain('secret');
  });

  it('throws when a byte of text, context or format was altered', async () => {
    const ciphertext = await vault.encrypt(db, 'alice', 'row 1', 'hello');
    for (let at = 9; at < ciphertext.length; at += 1) {
      const altered = Buffer.from(ciphertext);
      altered[at] = (altered[at] ?? 0) ^ 1;
      await expect(vault.decrypt(db, 'alice', 'row 1', altered)).rejects.toThrow();
    }
    await expect(vault.decrypt(db, 'alice', 'row 2', ciphertext)).rejects.toThrow();
    await expect(vault.decrypt(db, 'alice', 'row 1', Buffer.of(7))).rejects.toThrow(/unknown format 7/);
    await expect(vault.decrypt(db, 'alice', 'row 1', ciphertext.subarray(0, 12))).rejects.toThrow();
  });

  it('encrypts for known authors, and makes no new key for deleted ones', async () => {
    expect(await vault.encryptIfKnown(db, 'carla', 'row 1', 'hello')).toBeNull();
    await vault.encrypt(db, 'carla', 'row 1', 'hello');
    const ciphertext = await vault.encryptIfKnown(db, 'carla', 'row 2', 'again');
    expect(ciphertext && (await vault.decrypt(db, 'carla', 'row 2', ciphertext))).toBe('again');
    await vault.forget(db, 'carla');
    expect(await vault.encryptIfKnown(db, 'carla', 'row 3', 'once more')).toBeNull();
    const keys = db.selectFrom('secrets_author_key').select('author_id').where('author_id', '=', 'carla');
    expect(await keys.execute()).toEqual([]);
  });

  it("cannot decrypt with another author's key", async () => {
    const ciphertext = await vault.encrypt(db, 'alice', 'row 1', 'hello');
    await vault.encrypt(db, 'bob', 'row 1', 'hello');
    expect(await vault.decrypt(db, 'bob', 'row 1', ciphertext)).toBeNull();
  });

  it('decrypts nothing of a deleted author, in any process, even after they write again', async () => {
    const elsewhere = createVault({ instanceKey });
    const before = await vault.encrypt(db, 'carol', 'row 1', 'hello');
    const other = await vault.encrypt(db, 'dave', 'row 1', 'hello');
    expect(await elsewhere.decrypt(db, 'carol', 'row 1', before)).toBe('hello');
    await vault.forget(db, 'carol');
    expect(await elsewhere.decrypt(db, 'carol', 'row 1', before)).toBeNull();
    const after = await elsewhere.encrypt(db, 'carol', 'row 2', 'again');
    expect(await vault.decrypt(db, 'carol', 'row 1', before)).toBeNull();
    expect(await vault.decrypt(db, 'carol', 'row 2', after)).toBe('again');
    expect(await vault.decrypt(db, 'dave', 'row 1', other)).toBe('hello');
  });

  it('forgets a key whose transaction was rolled back', async () => {
    await postgres
      .transaction(async (tx) => {
        await vault.encrypt(tx, 'erin', 'row 1', 'gone');
        throw new Error('taken back');
      })
      .catch(() => {});
    const ciphertext = await vault.encrypt(db, 'erin', 'row 1', 'stays');
    expect(await createVault({ instanceKey }).decrypt(db, 'erin', 'row 1', ciphertext)).toBe('stays');
  });

  it('makes one key for concurrent first texts', async () => {
    const ciphertext = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((n) => vault.encrypt(db, 'frank', `row ${n}`, `text ${n}`)),
    );
    const opened = await Promise.all(ciphertext.map((bytes, n) => vault.decrypt(db, 'frank', `row ${n + 1}`, bytes)));
    expect(opened).toEqual([1, 2, 3, 4, 5, 6].map((n) => `text ${n}`));
  });

  it('says when the instance key is the wrong one', async () => {
    const ciphertext = await vault.encrypt(db, 'alice', 'row 1', 'hello');
    const stranger = createVault({ instanceKey: randomBytes(32) });
    await expect(stranger.decrypt(db, 'alice', 'row 1', ciphertext)).rejects.toThrow(/instance key is not the one/);
  });
});

describe('text of several people', () => {
  const people = ['anna', 'ben', 'cleo'];
  const knowing = async (...authorIds: string[]) => {
    for (const authorId of authorIds) await vault.encrypt(db, authorId, 'row 0', 'known');
  };

  it('is decrypted with the people in any order, and shows none of its content', async () => {
    await knowing(...people);
    const ciphertext = await vault.encryptTogether(db, people, 'row 1', 'größer 🦊');
    expect(ciphertext?.toString('utf8')).not.toContain('größer');
    expect(await vault.decryptTogether(db, people.toReversed(), 'row 1', ciphertext ?? Buffer.alloc(0))).toBe(
      'größer 🦊',
    );
  });

  it('is not decrypted for one of them alone', async () => {
    await knowing(...people);
    const ciphertext = (await vault.encryptTogether(db, people, 'row 1', 'hello')) ?? Buffer.alloc(0);
    for (const authorId of people)
      expect(await vault.decryptTogether(db, [authorId], 'row 1', ciphertext)).not.toBe('hello');
    await expect(vault.decryptTogether(db, people, 'row 2', ciphertext)).rejects.toThrow();
  });

  it.each(['dora', 'emil', 'flora'])('is gone when %s is deleted, even after they write again', async (forgotten) => {
    const three = ['dora', 'emil', 'flora'];
    await knowing(...three);
    const ciphertext = (await vault.encryptTogether(db, three, 'row 1', 'hello')) ?? Buffer.alloc(0);
    await vault.forget(db, forgotten);
    expect(await vault.decryptTogether(db, three, 'row 1', ciphertext)).toBeNull();
    await knowing(forgotten);
    expect(await vault.decryptTogether(db, three, 'row 1', ciphertext)).toBeNull();
  });

  it('is not encrypted when one of them has no key, and makes no key', async () => {
    await knowing('gina');
    expect(await vault.encryptTogether(db, ['gina', 'nobody'], 'row 1', 'hello')).toBeNull();
    expect(await vault.encryptTogether(db, ['nobody'], 'row 1', 'hello')).toBeNull();
  });
});
