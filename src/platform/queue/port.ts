import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Db, Tx } from '../postgres/index.ts';

/** The built-in queues, and those that features declare, as `feature/name`. */
export type QueueName = BuiltInQueue | `${string}/${string}`;
/** Every worker works `schedules`; the others can be chosen. */
export type BuiltInQueue = 'text' | 'images' | 'schedules';

/** A job. `payload` contains ids, never message text. */
export interface JobSpec {
  /** A UUID from a caller who needs it beforehand; random by default. */
  id?: string;
  queue: QueueName;
  /** `feature/name`: selects the handler. */
  kind: string;
  payload: JsonObject;
  /** While a job with this key exists in any state (ended ones are kept for days), adding another does nothing. */
  key?: string;
  /** The user whose turn it takes and whose limit of waiting jobs it counts against. */
  userId?: string;
  guildId?: string;
  /**
   * At most one job of a lane is active at a time, in the order of adding: one that waits for its time or a retry holds
   * back all later ones. Among lanes, priority and turns decide. None by default.
   */
  lane?: string;
  /** Higher is taken first, before turns. 0 by default. */
  priority?: number;
  /** Starts no earlier (Unix ms). */
  runAt?: number;
  /** 3 by default: the first run and two retries. */
  maxAttempts?: number;
}

/**
 * What happens to a new job whose key exists, as in graphile-worker. Use one mode per key, and never a plain `enqueue`
 * with it.
 *
 * - `replace`: a waiting job gets the new payload, priority, attempts and time.
 * - `preserve_run_at`: the same, but it keeps its time.
 * - `unsafe_dedupe`: while one is waiting, running or dead, nothing changes: the new payload is lost.
 *
 * In the first two modes, a running job stays as it is and a second job waits for the new request.
 */
export type KeyMode = 'replace' | 'preserve_run_at' | 'unsafe_dedupe';

export type KeyedJob = JobSpec & { key: string; keyMode: KeyMode };

export type KeyedResult = EnqueueResult | { status: 'replaced'; jobId: string; /** Unix ms. */ runAtMs: number };

/** A job that waits until there was no request for `delayMs`, but at most `maxDelayMs` after the first. */
export type Debounce = Omit<JobSpec, 'runAt'> & { key: string; delayMs: number; maxDelayMs?: number };

export interface Job {
  /** UUID. */
  id: string;
  queue: QueueName;
  kind: string;
  payload: JsonObject;
  userId: string | null;
  guildId: string | null;
  /** 1 on the first run. Also grows when a dead worker's job is taken again, up to `maxAttempts + 3`. */
  attempt: number;
  maxAttempts: number;
  /** Unix ms. */
  createdAt: number;
}

export type EnqueueResult =
  | { status: 'queued'; jobId: string; /** See `InLine`. */ ahead: number }
  | { status: 'duplicate'; jobId: string }
  | { status: 'full'; scope: 'guild' | 'user'; limit: number };

/** The estimated wait of a job at this moment. */
export interface InLine {
  jobId: string;
  /** Waiting jobs that are taken first: those of its lane, and others that their own lane doesn't hold. */
  ahead: number;
  /** Estimated milliseconds until it starts, by the latest runs of its kind; null when there are none. */
  waitMs: number | null;
}

export interface JobRun {
  job: Job;
  /** Aborted with a reason: `Cancelled` (by a person), `LeaseLost` (another worker has the job) or `ShuttingDown`. */
  signal: AbortSignal;
  /** True when a failure of this run is final. */
  lastAttempt: boolean;
}

/**
 * Runs a job. Resolves: done. Rejects: retried with backoff until its attempts are used up, then kept as dead. A
 * `VendorError` with `retryable: false`, a `UserError` and `Cancelled` are final at once, and `retryAfterMs` is obeyed.
 * After `ShuttingDown` the job is handed back without using an attempt.
 */
export type RunJob = (run: JobRun) => Promise<void>;

/**
 * `run` starts at most `maxAttempts + 2` times, not counting runs handed back: a dead worker costs a run, but two more
 * are granted then. When the last of them is lost too, one more run calls `afterLoss`, to tell people what the lost
 * runs couldn't. It must do nothing that may have killed them. The job is dead afterwards in any case.
 */
export type JobHandler = RunJob | { run: RunJob; afterLoss?: RunJob };

export interface QueueLimits {
  /** Waiting jobs per guild, 50 by default. */
  waitingPerGuild: number;
  /** Waiting jobs per user, 10 by default. */
  waitingPerUser: number;
}

export interface WorkOptions {
  /** How many jobs of each queue run at once in this process; queues that are left out aren't worked. */
  concurrency: Partial<Record<QueueName, number>>;
  handlers: ReadonlyMap<string, JobHandler>;
}

export interface Queue {
  /** Adds a job, in the caller's transaction when `db` is one; workers wake on commit. */
  enqueue(db: Db, spec: JobSpec): Promise<EnqueueResult>;
  /** Adds a job, or changes the one that waits under its key. In the caller's transaction when `db` is one. */
  enqueueKeyed(db: Db, job: KeyedJob): Promise<KeyedResult>;
  /**
   * Like `enqueueKeyed` with `replace`: the latest payload wins, and each call moves the time. A request during a run
   * becomes a new job, so none is lost.
   */
  debounce(db: Db, job: Debounce): Promise<KeyedResult>;
  /**
   * Ends a waiting job at once; aborts a running one's signal in any process. The handler gets `by`. In the caller's
   * transaction when `db` is one; call it after adding jobs to the same lane.
   */
  cancel(jobId: string, by: string, db?: Db): Promise<'cancelled' | 'cancelling' | 'not-found'>;
  /** True when a job waits for its first run: it then can't start before the transaction ends. */
  keepWaiting(tx: Tx, jobId: string): Promise<boolean>;
  /**
   * Puts a job without a lane into one, before all jobs that are added later. False when it has ended, or others of
   * that lane are waiting or running: it then stays without.
   */
  enterLane(tx: Tx, jobId: string, lane: string): Promise<boolean>;
  /** A person's waiting and running jobs. */
  living(db: Db, userId: string): Promise<{ id: string; key: string | null }[]>;
  /** Those of these jobs that wait for their first run. */
  inLine(jobIds: readonly string[], db?: Db): Promise<InLine[]>;
  /** Number of jobs per queue and state, for metrics and doctor. */
  stats(): Promise<{ queue: QueueName; waiting: number; active: number; dead: number }[]>;
  /** What is stored about a person's jobs; their content isn't included. */
  exportUser(userId: string): Promise<Json>;
  /**
   * Deletes a person's jobs that aren't running, and their name where they cancelled one; returns the number of rows.
   * Until the transaction ends, no job can be added for them.
   */
  forgetUser(tx: Tx, userId: string): Promise<number>;
  /** Starts taking jobs. Jobs that an earlier process of this instance left active are taken again at once. */
  work(options: WorkOptions): Promise<void>;
  /** Resolves when no job is active or due in this process. For tests. */
  idle(): Promise<void>;
  /**
   * Takes no more jobs, waits `graceMs` for running ones, then aborts them with `ShuttingDown` and hands back the rest.
   */
  stop(graceMs: number): Promise<void>;
}
