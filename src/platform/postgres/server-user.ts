import { execFile } from 'node:child_process';
import { chown, lstat, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, parse, resolve } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../../kernel/errors.ts';

const run = promisify(execFile);

/** The user that the server runs as when we are root, because PostgreSQL refuses to be root. */
export interface ServerUser {
  uid: number;
  gid: number;
}

/** Far above the accounts of any distribution: only root can read files of this owner. */
const UNUSED_ID = 54_321;

/** Undefined when the server can run as our user. */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = accounts
    .split('\n')
    .find((line) => line.startsWith('postgres:'))
    ?.split(':');
  return fields ? { uid: Number(fields[2]), gid: Number(fields[3]) } : { uid: UNUSED_ID, gid: UNUSED_ID };
}

/** Gives a folder and its contents to the server's user, unless that is done already. */
export async function giveFolder(folder: string, user: ServerUser | undefined): Promise<void> {
  if (!user || (await lstat(folder)).uid === user.uid) return;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await chown(join(entry.parentPath, entry.name), user.uid, user.gid);
  }
  // Last, because its owner shows that this was completed.
  await chown(folder, user.uid, user.gid);
}

export interface ServerCommand {
  file: string;
  args: string[];
  options: { cwd: '/'; env: Record<string, string>; uid?: number; gid?: number };
}

/** Our own environment may contain secrets and settings (PGDATA, LC_ALL) that this server must not get. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' };

/**
 * The command that starts a program of the server as `user` so that it reaches all `paths`. For a closed folder on the
 * way, such as /root, it gets the capability to search and read folders, and nothing wider.
 */
export async function commandAs(
  user: ServerUser | undefined,
  paths: readonly string[],
  file: string,
  args: string[],
): Promise<ServerCommand> {
  const options = { cwd: '/', env: ENVIRONMENT } as const;
  if (!user) return { file, args, options };
  const closed = await firstClosedParent(user, paths);
  if (closed === undefined) return { file, args, options: { ...options, ...user } };
  const capability = '+dac_read_search';
  const ids = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const prefix = [...ids, `--inh-caps=${capability}`, `--ambient-caps=${capability}`, '--'];
  try {
    await run('setpriv', [...prefix, 'true'], options);
  } catch (error) {
    throw new StartError(
      `PostgreSQL does not run as root, and the user it runs as cannot pass through ${closed}. ` +
        `Run \`chmod o+x ${closed}\`, move Familiar elsewhere (/opt or /srv), or start it as a normal user.`,
      { cause: error },
    );
  }
  return { file: 'setpriv', args: [...prefix, file, ...args], options };
}

async function firstClosedParent(user: ServerUser, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
      const { mode, uid, gid } = await stat(folder);
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return folder;
      if (folder === parse(folder).root) break;
    }
  }
  return undefined;
}
