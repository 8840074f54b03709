import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AtEnd } from '../lib/clean-up.ts';
import type { Reply, TaskName, Tasks } from './tasks.ts';

/** As many as a bot has. */
const mostConnections = 10;
/** The embedded server takes 40, from this process too. */
const allConnections = 28;

/** Several processes that share a database. */
export interface Crew {
  readonly size: number;
  /** Gives each its task, all at the same time, and returns their results in order. */
  run<Name extends TaskName>(name: Name, inputs: readonly Tasks[Name]['input'][]): Promise<Tasks[Name]['result'][]>;
}

export async function startCrew(size: number, url: string, settingsFile: string, atEnd: AtEnd): Promise<Crew> {
  const poolSize = Math.min(mostConnections, Math.floor(allConnections / size));
  const children = await Promise.all(
    Array.from({ length: size }, async () => {
      const child = fork(join(import.meta.dirname, 'process.ts'), [url, String(poolSize), settingsFile]);
      atEnd(() => dismiss(child));
      await replyOf(child);
      return child;
    }),
  );
  return {
    size,
    run: (name, inputs) =>
      Promise.all(
        inputs.map(async (input, index) => {
          const child = children[index];
          if (!child) throw new Error(`There are ${size} processes for ${inputs.length} tasks.`);
          const reply = replyOf(child);
          child.send({ name, input });
          return (await reply) as Tasks[typeof name]['result'];
        }),
      ),
  };
}

/** The result of its next reply. Rejects when it fails or ends. */
async function replyOf(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const exit = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    throw new Error(`A process of the load ended with ${String(code)}.`);
  });
  try {
    const [reply] = (await Promise.race([once(child, 'message', { signal: ended.signal }), exit])) as [Reply];
    if (reply.status === 'failed') throw new Error(reply.stack);
    return reply.status === 'done' ? reply.result : undefined;
  } finally {
    ended.abort();
    exit.catch(() => undefined);
  }
}

async function dismiss(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.disconnect();
  await exit;
}
