import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** How a process ended: with a code, or killed. */
export type End = { code: number } | { signal: NodeJS.Signals };

/** One of our programs in its own process, run like a person would run it. */
export interface Program {
  readonly child: ChildProcess;
  /** The last part of its output, for error reports. */
  output(): string;
  /** Resolves when it has ended in any way. */
  readonly ended: Promise<End>;
  /** SIGTERM, then waits for its end. */
  stop(): Promise<void>;
  /** SIGKILL, then waits for its end. */
  kill(): Promise<void>;
}

/** Starts `node <args>` in the checkout with only these variables added to PATH. */
export function startProgram(args: readonly string[], env: Record<string, string>): Program {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const remember = (chunk: Buffer) => {
    printed = (printed + chunk.toString()).slice(-20_000);
  };
  child.stdout.on('data', remember);
  child.stderr.on('data', remember);
  const ended = once(child, 'exit').then(([code, signal]): End => {
    return signal === null ? { code: Number(code) } : { signal: signal as NodeJS.Signals };
  });
  const end = async (signal: NodeJS.Signals) => {
    if (isRunning(child)) child.kill(signal);
    await ended;
  };
  return { child, output: () => printed, ended, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

/** `familiar <args>`, as the scripts of package.json run it. */
export function startFamiliar(args: readonly string[], env: Record<string, string>): Program {
  return startProgram(['--max-semi-space-size=8', 'bin/familiar.js', ...args], env);
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('The system gave no port.');
  return address.port;
}

/** Polls until the address answers 200. Rejects with the program's output when it ends or takes too long. */
export async function untilAnswers(url: string, program: Program, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    if (!isRunning(program.child) || Date.now() > deadline) {
      throw new Error(`${url} does not answer. The program printed:\n${program.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Signals a process found just before; one that has ended since is ignored. Throws without the right to signal it. */
export function signalIfRunning(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
