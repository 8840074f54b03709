import { Cancelled, UserError, VendorError } from '../../kernel/errors.ts';
import { LeaseLost, ShuttingDown } from './reasons.ts';

/** How long a worker may be silent before others take its jobs. */
export const LEASE_MS = 10_000;
/** Three beats fit into a lease, so losing one is harmless. */
export const HEARTBEAT_MS = 3_000;
/** How often to look for lost jobs, and for waiting ones whose notification was lost. */
export const TICK_MS = 1_000;
/** How long ended jobs are kept: dead ones for the administrator, the others for their keys. */
export const RETENTION_MS = 7 * 24 * 3_600_000;

export const DEFAULT_MAX_ATTEMPTS = 3;

/**
 * Runs granted beyond `maxAttempts` when the worker died during one. A dead worker is rarely the job's fault, and such
 * a job can't report its end; but a job that kills every worker must end at some point. A handler that can report it
 * gets one more run for that alone, so no job has more than `maxAttempts + RUNS_AFTER_LOSS + 1`.
 */
export const RUNS_AFTER_LOSS = 2;

/** Stored for a job that ended because its workers did. */
export const WORKER_LOST = 'worker lost';

/** Whether this run comes after all that were granted, only to report that they were lost. */
export function isAfterLoss({ attempt, maxAttempts }: { attempt: number; maxAttempts: number }): boolean {
  return attempt > maxAttempts + RUNS_AFTER_LOSS;
}

const FIRST_BACKOFF_MS = 2_000;
const LONGEST_BACKOFF_MS = 5 * 60_000;

/**
 * Delay before the next run, in milliseconds. "Full jitter", uniform below an exponential limit, spreads many retries
 * best (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param attempt the failed run, from 1
 * @param chance uniform in [0, 1)
 */
export function backoffMs(attempt: number, chance: number): number {
  return Math.floor(chance * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1)));
}

/** The position of a job that waits for its first run. */
export interface Standing {
  /** Jobs of its lane that come first. */
  laneAhead: number;
  /** Start of the running job of its lane (Unix ms); null when none runs. */
  laneBegunMs: number | null;
  /** Jobs outside its lane that are taken first. */
  othersAhead: number;
  /** Running jobs of its queue. */
  active: number;
  /** The mean of the latest runs of its kind, in milliseconds; null when none has ended. */
  runMs: number | null;
}

/** Assumed rest of a run that has taken longer than usual. */
const LEAST_LEFT_MS = 1_000;

/**
 * Estimated wait in milliseconds: for its lane, which works one job after the other, or for the queue, in which as many
 * run at once as do now, whichever is longer. Null when no run is known.
 */
export function waitMs({ laneAhead, laneBegunMs, othersAhead, active, runMs }: Standing, nowMs: number): number | null {
  if (runMs === null) return null;
  const leftMs = laneBegunMs === null ? 0 : Math.max(LEAST_LEFT_MS, runMs - (nowMs - laneBegunMs));
  const isHeld = laneAhead > 0 || laneBegunMs !== null;
  const slotsNeeded = othersAhead + (isHeld ? 0 : 1);
  return Math.round(Math.max(leftMs + laneAhead * runMs, (slotsNeeded * runMs) / Math.max(1, active)));
}

/** The result of a run for its job. */
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
  /** The abort reason of the run's signal, if any. It outweighs the error, which is most likely its consequence. */
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
 * A run without the database could report nothing, and that isn't the job's fault. As with a dead worker, the lease
 * runs out and further runs are granted.
 */
const isAway = (error: unknown): boolean => error instanceof VendorError && error.code === 'postgres/unavailable';

function isFinal(error: unknown): boolean {
  return error instanceof UserError || (error instanceof VendorError && !error.retryable);
}

/**
 * The stored part of a failure: its name with its code or place. Never its message, which may quote what people wrote.
 */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  if (error instanceof UserError || error instanceof VendorError) return `${error.name} ${error.code}`;
  const place = placeOf(error);
  return place === undefined ? error.name : `${error.name} at ${place}`;
}

/**
 * The first frame of the stack. Searched after the message, which the stack repeats and which may look like a frame.
 */
function placeOf({ stack = '', message }: Error): string | undefined {
  const at = stack.indexOf(message);
  return at === -1 ? undefined : /^ +at (.*)$/m.exec(stack.slice(at + message.length))?.[1];
}
