import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Db, Tx } from '../postgres/index.ts';

/** The queues of the bot itself, and those that features declare, as `feature/name`. */
export type QueueName = BuiltInQueue | `${string}/${string}`;
/** Every worker works `schedules`; of the others it may be told which. */
export type BuiltInQueue = 'text' | 'images' | 'schedules';

/** What a job is. `payload` carries ids, never message text. */
export interface JobSpec {
  /** A UUID of the caller's, for one who has to know it before; random unless given. */
  id?: string;
  queue: QueueName;
  /** `feature/name`: chooses the handler. */
  kind: string;
  payload: JsonObject;
  /** While a job with this key exists in any state (ended ones are kept for days), adding it again changes nothing. */
  key?: string;
  /** Whose turn it uses and whose waiting jobs it counts among. */
  userId?: string;
  guildId?: string;
  /**
   * At most one job of a lane is active at a time, and they are begun in the order in which they were added: one that waits
   * for its time or for a retry holds back all behind it. Among lanes, priority and turns decide. None by default.
   */
  lane?: string;
  /** Higher is taken first, before any consideration of turns. 0 by default. */
  priority?: number;
  /** Not before this time (Unix ms). */
  runAt?: number;
  /** 3 by default: the first run and two retries. */
  maxAttempts?: number;
}

/**
 * What becomes of a job whose key is taken, as in graphile-worker. Use one mode for a key, and never a plain `enqueue` beside it.
 *
 * - `replace`: one that waits gets the new payload, priority, attempts and time.
 * - `preserve_run_at`: the same, but it keeps its time.
 * - `unsafe_dedupe`: while one waits, runs or is dead, nothing is changed: what is new in the payload is lost.
 *
 * In the first two, one that runs already is left alone, and another waits for what was asked now.
 */
export type KeyMode = 'replace' | 'preserve_run_at' | 'unsafe_dedupe';

export type KeyedJob = JobSpec & { key: string; keyMode: KeyMode };

export type KeyedResult = EnqueueResult | { status: 'replaced'; jobId: string; /** Unix ms. */ runAtMs: number };

/** A job that waits until nobody has asked for it for `delayMs`, but no longer than `maxDelayMs` from when it was first asked for. */
export type Debounce = Omit<JobSpec, 'runAt'> & { key: string; delayMs: number; maxDelayMs?: number };

export interface Job {
  /** UUID. */
  id: string;
  queue: QueueName;
  kind: string;
  payload: JsonObject;
  userId: string | null;
  guildId: string | null;
  /** 1 on the first run. Grows also when a dead worker's job is taken again, up to `maxAttempts + 3`. */
  attempt: number;
  maxAttempts: number;
  /** Unix ms. */
  createdAt: number;
}

export type EnqueueResult =
  | { status: 'queued'; jobId: string; /** As in `InLine`. */ ahead: number }
  | { status: 'duplicate'; jobId: string }
  | { status: 'full'; scope: 'guild' | 'user'; limit: number };

/** How long a job has to wait, as things stand. */
export interface InLine {
  jobId: string;
  /** Waiting jobs that are taken before it: those of its lane, and of the others those that their own lane does not hold. */
  ahead: number;
  /** About how long until it begins, in milliseconds, by how long the latest of its kind took; null when none is known. */
  waitMs: number | null;
}

export interface JobRun {
  job: Job;
  /** Aborted with `Cancelled` (a person), `LeaseLost` (another worker has it now) or `ShuttingDown` as its reason. */
  signal: AbortSignal;
  /** True when a failure of this run will not be retried. */
  lastAttempt: boolean;
}

/**
 * Runs a job. Resolves: done. Rejects: retried with backoff until its attempts are used up, then kept as dead, with the
 * exception that a `VendorError` with `retryable: false`, a `UserError` and `Cancelled` are final at once and
 * `retryAfterMs` is obeyed. After `ShuttingDown` it is handed back without using an attempt.
 */
export type RunJob = (run: JobRun) => Promise<void>;

/**
 * `run` is begun at most `maxAttempts + 2` times, not counting runs handed back: a worker that dies costs a run, but two
 * more are granted then. When the last of them is lost too, `afterLoss` is called in one run more, to tell people
 * what the lost runs could not; it does nothing that may have killed them. Whatever it does, the job is dead then.
 */
export type JobHandler = RunJob | { run: RunJob; afterLoss?: RunJob };

export interface QueueLimits {
  /** Waiting jobs per guild, 50 by default. */
  waitingPerGuild: number;
  /** Waiting jobs per user, 10 by default. */
  waitingPerUser: number;
}

export interface WorkOptions {
  /** How many jobs of each queue run at once in this process; a queue that is left out is not worked. */
  concurrency: Partial<Record<QueueName, number>>;
  handlers: ReadonlyMap<string, JobHandler>;
}

export interface Queue {
  /** Adds a job, in the caller's transaction when `db` is one; workers wake when it commits. */
  enqueue(db: Db, spec: JobSpec): Promise<EnqueueResult>;
  /** Adds a job, or changes the one that waits under its key. In the caller's transaction when `db` is one. */
  enqueueKeyed(db: Db, job: KeyedJob): Promise<KeyedResult>;
  /**
   * As `enqueueKeyed` with `replace`: the last payload counts, and its time moves with every call. What is asked for while
   * it runs is another job, so nothing is missed.
   */
  debounce(db: Db, job: Debounce): Promise<KeyedResult>;
  /**
   * A waiting job ends at once; a running one's signal is aborted wherever it runs. `by` is told to the handler. In the
   * caller's transaction when `db` is one; after jobs that it adds to the same lane.
   */
  cancel(jobId: string, by: string, db?: Db): Promise<'cancelled' | 'cancelling' | 'not-found'>;
  /** True when a job waits for its first run: then nobody begins it before the transaction ends. */
  keepWaiting(tx: Tx, jobId: string): Promise<boolean>;
  /**
   * Puts a job that has no lane into one, first of those that are added from then on. False when it has ended, or others of
   * that lane wait or run already: then it stays without.
   */
  enterLane(tx: Tx, jobId: string, lane: string): Promise<boolean>;
  /** A person's jobs that wait or run. */
  living(db: Db, userId: string): Promise<{ id: string; key: string | null }[]>;
  /** Of these jobs, those that wait for their first run. */
  inLine(jobIds: readonly string[], db?: Db): Promise<InLine[]>;
  /** Counts per queue and state, for metrics and doctor. */
  stats(): Promise<{ queue: QueueName; waiting: number; active: number; dead: number }[]>;
  /** What is kept of a person's jobs: nothing of what they are about. */
  exportUser(userId: string): Promise<Json>;
  /**
   * Deletes a person's jobs that do not run, and their name where they cancelled one; returns how many rows that were.
   * Until the transaction ends, none is added for them.
   */
  forgetUser(tx: Tx, userId: string): Promise<number>;
  /** Starts taking jobs. Jobs that an earlier life of this instance left active are taken again at once. */
  work(options: WorkOptions): Promise<void>;
  /** Resolves when no job is active or due in this process. For tests. */
  idle(): Promise<void>;
  /**
   * Takes no more jobs, waits `graceMs` for running ones, then aborts them with `ShuttingDown` and hands back what is
   * left.
   */
  stop(graceMs: number): Promise<void>;
}
