import { execFile } from 'node:child_process';
import { readdir, stat, utimes } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Logger } from '../kernel/logger.ts';

const NOT_SOURCES = new Set(['dist', 'node_modules']);

interface PageOptions {
  /** Absolute path of the project: the folder that holds `web/`. */
  root: string;
  logger: Logger;
  /** Ends a build that is under way. */
  signal?: AbortSignal;
}

/**
 * The folder of the built page, built first when it is missing or older than its sources; null when there is none and
 * none can be made. Never throws: the bot is of use without its page, so a page that cannot be built is logged with
 * what to do, and an older one is served meanwhile.
 */
export async function ensurePage({ root, logger, signal }: PageOptions): Promise<string | null> {
  const sources = join(root, 'web');
  const dist = join(sources, 'dist');
  const index = join(dist, 'index.html');
  const builtMs = await modifiedMs(index);
  const changedMs = Math.max(await newestMs(sources), await newestPageMs(join(root, 'src', 'features')));
  if (builtMs !== null && builtMs >= changedMs) return dist;

  const fallback = builtMs === null ? null : dist;
  const builder = viteOf(root);
  if (builder === null) {
    if (fallback === null) {
      logger.warn({ folder: dist }, 'There is no page to serve: run "npm install && npm run build" to get it');
    }
    return fallback;
  }
  logger.info({}, fallback === null ? 'Building the page (first start)…' : 'Building the page (its sources changed)…');
  try {
    await promisify(execFile)(process.execPath, [builder, 'build', sources, '--logLevel', 'warn'], {
      cwd: root,
      ...(signal && { signal }),
    });
    // A source that changed during the build is newer than the page.
    await utimes(index, new Date(changedMs), new Date(changedMs));
    return dist;
  } catch (error) {
    if (signal?.aborted) return fallback;
    logger.error({ error }, 'The page could not be built: "npm run build" shows why; the bot goes on without it');
    return fallback;
  }
}

/** When the newest source changed; folders count too, so that a deleted file is noticed. */
async function newestMs(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const times = entries
    .filter(({ name }) => !NOT_SOURCES.has(name))
    .map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const ownMs = (await modifiedMs(path)) ?? 0;
      return entry.isDirectory() ? Math.max(ownMs, await newestMs(path)) : ownMs;
    });
  return Math.max(0, ...(await Promise.all(times)));
}

/** When a feature's page or its texts changed last. */
async function newestPageMs(features: string): Promise<number> {
  const folders = await readdir(features).catch(() => []);
  const times = folders.flatMap((name) => ['page', 'locales'].map((part) => newestMs(join(features, name, part))));
  return Math.max(0, ...(await Promise.all(times)));
}

async function modifiedMs(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  return found && Math.ceil(found.mtimeMs);
}

/** Vite's command line, or null in an installation without development packages. */
function viteOf(root: string): string | null {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('vite/package.json');
    return join(dirname(manifest), 'bin/vite.js');
  } catch {
    return null;
  }
}
