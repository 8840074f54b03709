import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';

/** The first lines of `postmaster.pid` (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_*). */
interface PidFile {
  pid: number;
  socketFolder: string | undefined;
}

export async function readPidFile(folder: string): Promise<PidFile | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), socketFolder: lines[4] === '' ? undefined : lines[4] };
}

/**
 * A zombie counts as ended: where process 1 doesn't reap, as in many containers, it stays in the process table forever.
 */
async function hasEnded(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The state follows the command name, which is in parentheses and may contain some itself.
  const state = stat.slice(stat.lastIndexOf(')') + 2)[0];
  return state === undefined || state === 'Z' || state === 'X';
}

/**
 * Living processes of a server on this data folder: each works in it. This distinguishes an orphan from an unrelated
 * process that got its number, and needs no answer from a server that is starting, stopping or stuck.
 */
export async function serverProcesses(folder: string, pidFile: PidFile | undefined): Promise<number[]> {
  if (process.platform !== 'linux') return pidFile && !(await hasEnded(pidFile.pid)) ? [pidFile.pid] : [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const here = await Promise.all(
    pids.map(async (pid) => (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === folder && !(await hasEnded(pid))),
  );
  return pids.filter((_, index) => here[index]);
}

/** A fast stop writes a checkpoint; on a slow disk that takes seconds. */
const FAST_STOP_MS = 20_000;
const IMMEDIATE_STOP_MS = 5_000;

/**
 * Cleans up after a killed process's server: stops the server if it lives, then removes its pid file and sockets. Only
 * for the holder of the data folder's lock, because it would stop another's server. `folder` is a real path.
 */
export async function clearStaleServer(folder: string, logger: Logger): Promise<void> {
  const pidFile = await readPidFile(folder);
  const processes = await serverProcesses(folder, pidFile);
  if (processes.length > 0) {
    logger.warn({ processes }, 'Stopping the database server that an earlier run left running');
    const main = pidFile && processes.includes(pidFile.pid) ? [pidFile.pid] : processes;
    const ended =
      (await stopProcesses(folder, pidFile, main, 'SIGINT', FAST_STOP_MS)) ||
      (await stopProcesses(folder, pidFile, main, 'SIGQUIT', IMMEDIATE_STOP_MS));
    if (!ended) {
      throw new StartError(
        `The database server of an earlier run (process ${main.join(', ')}) still uses ${folder} and does not stop. ` +
          `End it with \`kill ${main.join(' ')}\` and start again.`,
      );
    }
  }
  if (!pidFile) return;
  await rm(join(folder, 'postmaster.pid'), { force: true });
  if (pidFile.socketFolder) await rm(pidFile.socketFolder, { recursive: true, force: true });
}

async function stopProcesses(
  folder: string,
  pidFile: PidFile | undefined,
  pids: readonly number[],
  signal: NodeJS.Signals,
  patienceMs: number,
): Promise<boolean> {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended by itself, or is not ours to end: the wait below tells.
    }
  }
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(10)) {
    if ((await serverProcesses(folder, pidFile)).length === 0) return true;
  }
  return false;
}
