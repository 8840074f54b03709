import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { silentLogger } from '../../src/kernel/logger.ts';
import { lockDataFolder, openPostgres } from '../../src/platform/postgres/index.ts';
import type { MigrationSource, Postgres } from '../../src/platform/postgres/index.ts';
import type { AtEnd } from './clean-up.ts';

/** The server that a bot starts for itself, with the settings that it runs with. */
export interface Database {
  postgres: Postgres;
  /** For connections from other processes. */
  url: string;
  /** Where its socket is, for clients that are not ours. */
  connection: { host: string; port: number; user: string; database: string };
  /** Connections of their own, as another process would have. */
  another(): Promise<Postgres>;
}

export async function openDatabase(atEnd: AtEnd, migrations: readonly MigrationSource[]): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'familiar-bench-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'data');
  const lock = await lockDataFolder(dataDir);
  atEnd(() => lock.release());
  const postgres = await openPostgres({ url: undefined, dataDir, logger: silentLogger });
  atEnd(() => postgres.close());
  await postgres.migrate(migrations);
  const { rows } = await sql<{ host: string; port: string; user: string; database: string }>`
    SELECT current_setting('unix_socket_directories') AS host, current_setting('port') AS port,
      current_user AS user, current_database() AS database
  `.execute(postgres.db);
  const [found] = rows;
  if (!found) throw new Error('The database does not say where it is.');
  const { host, port, user, database } = found;
  const url = `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`;
  return {
    postgres,
    url,
    connection: { host, port: Number(port), user, database },
    another: async () => {
      const other = await openPostgres({ url, dataDir, logger: silentLogger });
      atEnd(() => other.close());
      return other;
    },
  };
}
