import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { errorMessage, StartError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { MigrationSource } from './port.ts';
import type { Session } from './session.ts';
import { lineAt, splitStatements, type SqlStatement } from './sql-statements.ts';

interface MigrationFile {
  source: string;
  file: string;
  /** Absolute. */
  path: string;
  text: string;
  sha256: string;
}

/** The part of a session that migrations use. */
type SqlClient = Pick<Session, 'run'>;

/** Any constant will do, as long as nothing else in this database locks the same: the letters "fami". */
const LOCK_KEY = 0x66_61_6d_69;

const CREATE_TABLE = `
  CREATE TABLE IF NOT EXISTS familiar_migration (
    source text NOT NULL,
    file text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, file)
  )`;

/** All files of all sources: sources in the given order, files in order of name. */
export async function readMigrations(sources: readonly MigrationSource[]): Promise<MigrationFile[]> {
  const names = new Set(sources.map((source) => source.name));
  if (names.size !== sources.length) throw new Error('Two migration sources have the same name');
  const files = await Promise.all(sources.map(readSource));
  return files.flat();
}

async function readSource(source: MigrationSource): Promise<MigrationFile[]> {
  const entries = await readdir(source.folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const names = entries.filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (file) => {
      const path = join(source.folder, file);
      const text = await readFile(path, 'utf8');
      return { source: source.name, file, path, text, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/**
 * Applies the files that are missing, each in its own transaction. The advisory lock is the session's, so it ends with
 * this connection however that ends.
 */
export async function migrate(client: SqlClient, sources: readonly MigrationSource[], logger: Logger): Promise<void> {
  const files = await readMigrations(sources);
  await client.run('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
  try {
    await client.run(CREATE_TABLE);
    for (const file of await pending(client, sources, files)) {
      await apply(client, file);
      logger.debug({ source: file.source, file: file.file }, 'Migration applied');
    }
  } finally {
    await client.run('SELECT pg_advisory_unlock($1)', [LOCK_KEY]);
  }
}

async function pending(
  client: SqlClient,
  sources: readonly MigrationSource[],
  files: readonly MigrationFile[],
): Promise<MigrationFile[]> {
  const applied = await client.run<{ source: string; file: string; sha256: string }>(
    'SELECT source, file, sha256 FROM familiar_migration WHERE source = ANY($1)',
    [sources.map((source) => source.name)],
  );
  const present = new Map(files.map((file) => [`${file.source}/${file.file}`, file]));
  for (const row of applied.rows) {
    const name = `${row.source}/${row.file}`;
    const file = present.get(name);
    if (!file) {
      throw new StartError(
        `The database was changed by a newer version of Familiar (migration ${name}, which this version lacks). ` +
          'Start that version or a later one, or restore a backup made before it.',
      );
    }
    if (file.sha256 !== row.sha256) {
      throw new StartError(
        `The migration ${file.path} was changed after it had been applied to this database. ` +
          'Restore the file as it was and put the change into a new one.',
      );
    }
    present.delete(name);
  }
  return [...present.values()];
}

async function apply(client: SqlClient, file: MigrationFile): Promise<void> {
  await client.run('BEGIN');
  try {
    for (const statement of splitStatements(file.text)) await applyStatement(client, file, statement);
    await client.run('INSERT INTO familiar_migration (source, file, sha256) VALUES ($1, $2, $3)', [
      file.source,
      file.file,
      file.sha256,
    ]);
    await client.run('COMMIT');
  } catch (error) {
    await client.run('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function applyStatement(client: SqlClient, file: MigrationFile, statement: SqlStatement): Promise<void> {
  try {
    await client.run(statement.text);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    const offset = error.position === undefined ? 0 : Number(error.position) - 1;
    const line = statement.line + lineAt(statement.text, offset) - 1;
    throw new StartError(`The migration ${file.path} failed at line ${line}: ${errorMessage(error)}`, { cause: error });
  }
}
