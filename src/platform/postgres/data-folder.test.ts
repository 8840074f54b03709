import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataFolderInUse, lockDataFolder } from './index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-folder-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Another process that locks the folder and then waits to be killed. */
async function otherHolder(dataDir: string) {
  const source = `
    const { lockDataFolder } = await import(${JSON.stringify(new URL('data-folder.ts', import.meta.url).href)});
    await lockDataFolder(${JSON.stringify(dataDir)});
    console.log('locked');
    setInterval(() => {}, 60_000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('the lock of the data folder', () => {
  it('is held by one process at a time, and created with the folder', async () => {
    const dataDir = join(folder, 'deep', 'data');
    const lock = await lockDataFolder(dataDir);
    await expect(lockDataFolder(dataDir)).rejects.toThrow(`process ${process.pid}`);
    await lock.release();
    await (await lockDataFolder(dataDir)).release();
  });

  it('names the process that holds it, and is free at once after that is killed', async () => {
    const child = await otherHolder(folder);
    const refusal = lockDataFolder(folder);
    await expect(refusal).rejects.toBeInstanceOf(DataFolderInUse);
    await expect(refusal).rejects.toThrow(`process ${child.pid} on `);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await lockDataFolder(folder)).release();
  });

  it('goes to one of several concurrent callers', async () => {
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => lockDataFolder(folder)));
    const locks = results.filter((result) => result.status === 'fulfilled');
    expect(locks).toHaveLength(1);
    await locks[0]?.value.release();
  });

  it("names a folder that can't be created", async () => {
    await writeFile(join(folder, 'file'), '');
    const refusal = lockDataFolder(join(folder, 'file', 'data'));
    await expect(refusal).rejects.toMatchObject({ name: 'StartError' });
    await expect(refusal).rejects.toThrow(/file\/data cannot be used \(ENOTDIR\).*choose another/);
  });

  it.runIf(process.platform === 'linux')('names a place where the system creates no folders', async () => {
    await expect(lockDataFolder('/proc/familiar')).rejects.toThrow(/\/proc\/familiar cannot be used \(ENOENT\)/);
  });
});
