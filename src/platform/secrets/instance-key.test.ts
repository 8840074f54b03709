import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadInstanceKey } from './index.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'instance-key-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const load = (fromEnvironment?: string) => loadInstanceKey({ dataDir, fromEnvironment });

describe('the instance key', () => {
  it('is made at the first start, readable by the owner only, and found again', async () => {
    const first = await load();
    expect(first).toHaveLength(32);
    expect((await load()).equals(first)).toBe(true);
    expect((await stat(join(dataDir, 'instance.key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(dataDir)).toEqual(['instance.key']);
  });

  it('is the same for concurrent starts', async () => {
    const keys = await Promise.all([load(), load(), load()]);
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  });

  it.each(['hex', 'base64', 'base64url'] as const)('can come from the environment as %s', async (encoding) => {
    const key = Buffer.alloc(32, 0xfb);
    expect((await load(` ${key.toString(encoding)}\n`)).equals(key)).toBe(true);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it.each(['', 'too short', 'f'.repeat(63), Buffer.alloc(33).toString('base64')])(
    'must be 32 bytes in the environment: %j',
    async (text) => {
      await expect(load(text)).rejects.toMatchObject({
        name: 'StartError',
        message: expect.stringMatching(/openssl rand -base64 32/) as string,
      });
    },
  );

  it('is not replaced when the file is damaged', async () => {
    await writeFile(join(dataDir, 'instance.key'), 'half a k');
    await expect(load()).rejects.toThrow(/instance\.key is damaged.*backup/);
  });

  it('error names the file that cannot be created', async () => {
    await writeFile(join(dataDir, 'file'), '');
    const inFile = loadInstanceKey({ dataDir: join(dataDir, 'file'), fromEnvironment: undefined });
    await expect(inFile).rejects.toMatchObject({ name: 'StartError' });
    await expect(inFile).rejects.toThrow(join('file', 'instance.key'));
  });
});
