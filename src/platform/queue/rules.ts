import { Cancelled, UserError, VendorError } from '../../kernel/errors.ts';
import { LeaseLost, ShuttingDown } from './reasons.ts';

/** How long a worker may be silent before its jobs are given to others. */
export const LEASE_MS = 10_000;
/** Three beats fit into a lease, so that one lost on the way costs nothing. */
export const HEARTBEAT_MS = 3_000;
/** How often lost jobs are looked for, and waiting ones in case a notification was missed. */
export const TICK_MS = 1_000;
/** How long ended jobs are kept, dead ones for the administrator and the others for their keys. */
export const RETENTION_MS = 7 * 24 * 3_600_000;

export const DEFAULT_MAX_ATTEMPTS = 3;

/**
 * Runs granted beyond `maxAttempts` when the worker died under them. It was hardly the job's fault, and a job that dies
 * with its worker can tell nobody; but a job that kills every worker must end some day. A handler that can tell people
 * is then given one run more for that alone, so that no job has more than `maxAttempts + RUNS_AFTER_LOSS + 1`.
 */
export const RUNS_AFTER_LOSS = 2;

/** What is kept of a job that ended because its workers did. */
export const WORKER_LOST = 'worker lost';

/** Whether this run comes after all that the job was granted for its work, only to tell that they were lost. */
export function isAfterLoss({ attempt, maxAttempts }: { attempt: number; maxAttempts: number }): boolean {
  return attempt > maxAttempts + RUNS_AFTER_LOSS;
}

const FIRST_BACKOFF_MS = 2_000;
const LONGEST_BACKOFF_MS = 5 * 60_000;

/**
 * Wait before the next run, in milliseconds: "full jitter", uniform below an exponential bound, which spreads the load
 * of many retries best (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param attempt the run that failed, from 1
 * @param chance uniform in [0, 1)
 */
export function backoffMs(attempt: number, chance: number): number {
  return Math.floor(chance * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1)));
}

/** Where a job stands that waits for its first run. */
export interface Standing {
  /** Of its lane, those that wait before it. */
  laneAhead: number;
  /** When the one of its lane began that runs (Unix ms); null when none does. */
  laneBegunMs: number | null;
  /** Outside its lane, those that are taken before it. */
  othersAhead: number;
  /** Jobs of its queue that run. */
  active: number;
  /** The mean of the latest runs of its kind, in milliseconds; null when none has ended. */
  runMs: number | null;
}

/** What is left of a run that has taken longer than most: nobody knows, but it is not nothing. */
const LEAST_LEFT_MS = 1_000;

/**
 * About how long it waits, in milliseconds: for its lane, which works one job after the other, or for the queue, in which
 * as many run at once as do now, whichever is longer. Null when nothing is known of runs.
 */
export function waitMs({ laneAhead, laneBegunMs, othersAhead, active, runMs }: Standing, nowMs: number): number | null {
  if (runMs === null) return null;
  const leftMs = laneBegunMs === null ? 0 : Math.max(LEAST_LEFT_MS, runMs - (nowMs - laneBegunMs));
  const isHeld = laneAhead > 0 || laneBegunMs !== null;
  const slotsNeeded = othersAhead + (isHeld ? 0 : 1);
  return Math.round(Math.max(leftMs + laneAhead * runMs, (slotsNeeded * runMs) / Math.max(1, active)));
}

/** What becomes of a job after a run. */
export type Outcome =
  | { type: 'done' }
  | { type: 'retry'; delayMs: number; error: string }
  | { type: 'dead'; error: string }
  | { type: 'cancelled' }
  /** Handed back when the process has come to rest. */
  | { type: 'shutting-down' }
  /** Nothing to record: the job is another's, or will be when its lease has run out. */
  | { type: 'lost' };

export interface FailedRun {
  error: unknown;
  /** Why the run's signal was aborted, if it was. It outweighs the error, which is then most likely its consequence. */
  abortReason: unknown;
  attempt: number;
  maxAttempts: number;
  chance: number;
}

export function outcomeOfFailure({ error, abortReason, attempt, maxAttempts, chance }: FailedRun): Outcome {
  if (abortReason instanceof LeaseLost) return { type: 'lost' };
  if (abortReason instanceof ShuttingDown) return { type: 'shutting-down' };
  if (abortReason instanceof Cancelled || error instanceof Cancelled) return { type: 'cancelled' };
  if (attempt >= maxAttempts && isAway(error)) return { type: 'lost' };
  if (attempt >= maxAttempts || isFinal(error)) return { type: 'dead', error: describeFailure(error) };
  const askedMs = error instanceof VendorError ? (error.retryAfterMs ?? 0) : 0;
  return { type: 'retry', delayMs: Math.max(askedMs, backoffMs(attempt, chance)), error: describeFailure(error) };
}

/**
 * What a run did without the database it could tell nobody, and it was not the job's fault: as with a worker that died,
 * the job's lease runs out, and further runs are granted.
 */
const isAway = (error: unknown): boolean => error instanceof VendorError && error.code === 'postgres/unavailable';

function isFinal(error: unknown): boolean {
  return error instanceof UserError || (error instanceof VendorError && !error.retryable);
}

/** What is kept of a failure: its name with its code or its place, never its message, which may quote what people wrote. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  if (error instanceof UserError || error instanceof VendorError) return `${error.name} ${error.code}`;
  const place = placeOf(error);
  return place === undefined ? error.name : `${error.name} at ${place}`;
}

/** The first frame of the stack, looked for after the message, which the stack repeats and which may look like one. */
function placeOf({ stack = '', message }: Error): string | undefined {
  const at = stack.indexOf(message);
  return at === -1 ? undefined : /^ +at (.*)$/m.exec(stack.slice(at + message.length))?.[1];
}
