import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, readFile, readdir, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A command in a pseudo-terminal, as in a person's window. */
export interface Terminal {
  /** Types text; `\x03` is Ctrl+C. */
  types(text: string): void;
  /** Everything shown so far. */
  shown(): string;
  /** Resolves with the matching part of the output. */
  shows(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Closes the window: the terminal hangs up. */
  close(): Promise<void>;
}

const SCRIPT = '/usr/bin/script';
const PATIENCE_MS = 60_000;

/** Why a pseudo-terminal isn't possible here; undefined when it is. Node has none, so util-linux's `script` is used. */
export async function withoutTerminal(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'Needs the program script of util-linux, which is for Linux.';
  return access(SCRIPT, constants.X_OK).then(
    () => undefined,
    () => `Needs the program ${SCRIPT} (package util-linux or bsdutils).`,
  );
}

export function openTerminal(command: string, cwd: string, env: NodeJS.ProcessEnv): Terminal {
  const child = spawn(SCRIPT, ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd,
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], TERM: 'dumb', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  let more = Promise.withResolvers<void>();
  child.stdout.on('data', (data: Buffer) => {
    shown += data.toString();
    more.resolve();
    more = Promise.withResolvers();
  });
  child.stdin.on('error', () => {});
  const closed = once(child, 'close');
  return {
    types: (text) => void child.stdin.write(text),
    shown: () => shown,
    shows: async (pattern) => {
      for (const deadline = Date.now() + PATIENCE_MS; ;) {
        const match = shown.match(pattern);
        if (match) return match;
        if (child.exitCode !== null || Date.now() > deadline) throw new Error(`No ${pattern} in:\n${shown}`);
        await Promise.race([more.promise, closed, delay(1000, undefined, { ref: false })]);
      }
    },
    close: async () => {
      child.kill('SIGKILL');
      await closed;
    },
  };
}

export interface ProcessInFolder {
  pid: number;
  command: string;
}

/** Living processes whose working directory is `folder` or below. */
export async function processesIn(folder: string): Promise<ProcessInFolder[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return { pid, cwd, command: command.replaceAll('\0', ' ').trim() };
    }),
  );
  return found.filter(({ cwd, command }) => command !== '' && `${cwd}/`.startsWith(`${folder}/`));
}
