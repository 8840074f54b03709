import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import { attachPostgres, lockDataFolder, openPostgres } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attach-'));
  await chmod(folder, 0o711);
});
afterAll(() => rm(folder, { recursive: true }));

const attach = () => attachPostgres({ url: undefined, dataDir: folder, logger: silentLogger });
const count = `SELECT count(*) AS count FROM kept`;

// Makes a database and starts it twice, which takes long on a busy machine.
it(
  'uses the database of a running or stopped Familiar without changes, and creates none',
  { timeout: 60_000 },
  async () => {
    expect(await attach()).toBeUndefined();

    const lock = await lockDataFolder(folder);
    const running = await openPostgres({ url: undefined, dataDir: folder, logger: silentLogger });
    await running.db.schema.createTable('kept').addColumn('id', 'integer').execute();
    const beside = await attach();
    expect((await sql.raw(count).execute(beside?.db ?? running.db)).rows).toEqual([{ count: 0 }]);
    expect(beside).toBeDefined();
    await beside?.close();
    await running.ping();
    await running.close();
    await lock.release();

    const alone = await attach();
    await alone?.ping();
    await expect(lockDataFolder(folder)).rejects.toThrow(/is using the data folder/);
    await alone?.close();
    await (await lockDataFolder(folder)).release();
  },
);
