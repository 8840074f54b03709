import { silentLogger } from '../../../kernel/logger.ts';
import { createImageWork } from '../index.ts';

export const never = new AbortController().signal;

let shared: ReturnType<typeof createImageWork> | undefined;

/** One pool for all tests that don't kill processes: each process takes a quarter of a second to start. */
export function sharedWork(): ReturnType<typeof createImageWork> {
  shared ??= createImageWork({ logger: silentLogger, limits: { spares: 0, idleMs: 30_000 } });
  return shared;
}
