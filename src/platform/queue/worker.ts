import { setTimeout as realDelay } from 'node:timers/promises';
import type { Clock, Timer } from '../../kernel/clock.ts';
import { Cancelled } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Random } from '../../kernel/random.ts';
import type { Postgres } from '../postgres/index.ts';
import { Coalesced } from './coalesced.ts';
import { Completions } from './completions.ts';
import type { Job, JobRun, QueueName, RunJob, WorkOptions } from './port.ts';
import { freeIdleLanes } from './line-store.ts';
import { LeaseLost, ShuttingDown } from './reasons.ts';
import { HEARTBEAT_MS, isAfterLoss, LEASE_MS, type Outcome, outcomeOfFailure, TICK_MS, WORKER_LOST } from './rules.ts';
import * as runs from './run-store.ts';
import { CANCEL_CHANNEL, type CancelNotice, sweep, WAKE_CHANNEL } from './store.ts';

interface WorkerContext {
  postgres: Postgres;
  clock: Clock;
  random: Random;
  logger: Logger;
  owner: runs.Owner;
}

interface Running {
  job: Job;
  controller: AbortController;
  /** Resolves when its end is recorded, or never will be. */
  ended: Promise<void>;
}

const SWEEP_EVERY_MS = 3_600_000;
const LOOK_FOR_IDLE_LANES_EVERY_MS = 30_000;
const RECORD_AGAIN_MS = 250;
/** Real time, because handlers unwind in real time after their signal, even in tests with a manual clock. */
const UNWIND_MS = 2_000;

/** Takes jobs and runs them in one process. Its recurring work survives an absent database. */
export class Worker {
  readonly #context: WorkerContext;
  readonly #options: WorkOptions;
  readonly #queues: QueueName[];
  readonly #kinds: string[];
  readonly #tellingKinds: string[];
  readonly #running = new Map<string, Running>();
  readonly #completions: Completions;
  /** Notices for jobs that aren't running here, perhaps because their rows are still on the way. */
  readonly #earlyCancels = new Map<string, string>();
  readonly #stopped = new AbortController();
  #unlisten: (() => Promise<void>)[] = [];
  /** Queues that may have a job to take, for the next pass. */
  readonly #lookedFor = new Set<QueueName>();
  readonly #passes = new Coalesced(() => this.#pass());
  readonly #ticks = new Coalesced(() => this.#tick());
  #stopping = false;
  #tickTimer: Timer | undefined;
  #dueTimer: Timer | undefined;
  #leasedUntilMs = 0;
  #lastBeatMs = 0;
  #lastSweepMs = 0;
  #lastLaneLookMs = 0;

  constructor(context: WorkerContext, options: WorkOptions) {
    this.#context = context;
    this.#options = options;
    this.#queues = (Object.keys(options.concurrency) as QueueName[]).filter((queue) => this.#slots(queue) > 0);
    this.#kinds = [...options.handlers.keys()];
    this.#tellingKinds = this.#kinds.filter((kind) => this.#afterLossOf(kind) !== undefined);
    const { postgres, clock, owner } = context;
    this.#completions = new Completions((ended) => runs.complete(postgres.db, owner, ended, clock.now()));
  }

  async start(): Promise<void> {
    const { postgres, clock, owner, logger } = this.#context;
    const reclaim = { nowMs: clock.now(), tellingKinds: this.#tellingKinds };
    const count = await runs.reclaimEarlierLives(postgres.db, owner, reclaim);
    if (count > 0) logger.info({ count }, 'Taking jobs again that an earlier process of this instance left active');
    this.#unlisten = await Promise.all([
      postgres.listen(
        WAKE_CHANNEL,
        (queue) => this.#look(queue as QueueName),
        () => this.#afterSilence(),
      ),
      postgres.listen(CANCEL_CHANNEL, (payload) => this.#onCancel(JSON.parse(payload) as CancelNotice)),
    ]);
    this.#scheduleTick();
    this.#look();
  }

  async idle(): Promise<void> {
    const { postgres, clock } = this.#context;
    for (;;) {
      await this.#ticks.settled();
      this.#look();
      await this.#passes.settled();
      if (this.#stopping) return;
      if (this.#running.size > 0) {
        await Promise.race([...this.#running.values()].map((running) => running.ended));
      } else {
        const { queues } = await runs.dueQueues(postgres.db, this.#wanted(clock.now()));
        if (queues.length === 0) return;
      }
    }
  }

  async stop(graceMs: number): Promise<void> {
    const { postgres, clock, logger, owner } = this.#context;
    this.#stopping = true;
    await this.#passes.end();
    this.#dueTimer?.cancel();
    if (graceMs > 0 && this.#running.size > 0) await Promise.race([this.#allEnded(), clock.sleep(graceMs)]);
    for (const { controller } of this.#running.values()) controller.abort(new ShuttingDown());
    if (this.#running.size > 0) await Promise.race([this.#allEnded(), realDelay(UNWIND_MS, undefined, { ref: false })]);
    this.#stopped.abort();
    this.#tickTimer?.cancel();
    await this.#ticks.end();
    try {
      const count = await runs.handBack(postgres.db, owner);
      if (count > 0) logger.info({ count }, 'Handed back unfinished jobs');
      for (const unlisten of this.#unlisten) await unlisten();
    } catch (error) {
      logger.warn({ error }, 'Could not hand back jobs: they will be taken again when their leases run out');
    }
  }

  async #allEnded(): Promise<void> {
    await Promise.all([...this.#running.values()].map((running) => running.ended));
  }

  #slots(queue: QueueName): number {
    return this.#options.concurrency[queue] ?? 0;
  }

  // ——— taking ———

  /** Requests a look at the queue, or at all of them. */
  #look(queue?: QueueName): void {
    for (const one of queue === undefined ? this.#queues : [queue]) {
      if (this.#slots(one) > 0) this.#lookedFor.add(one);
    }
    this.#passes.request();
  }

  async #pass(): Promise<void> {
    try {
      const queues = await this.#worthALook();
      const dues = await Promise.all(queues.map((queue) => this.#takeFor(queue)));
      const known = dues.find((due) => due !== undefined);
      if (known) this.#lookWhenDue(known.nextDueMs);
    } catch (error) {
      this.#context.logger.warn({ error }, 'Could not look for jobs; trying again soon');
    }
  }

  /** Of many queues, most have nothing: one statement then serves instead of one for each, on as many connections. */
  async #worthALook(): Promise<QueueName[]> {
    const { postgres, clock } = this.#context;
    const queues = [...this.#lookedFor];
    this.#lookedFor.clear();
    if (queues.length <= 2) return queues;
    const due = await runs.dueQueues(postgres.db, this.#wanted(clock.now()));
    this.#lookWhenDue(due.nextDueMs);
    return due.queues;
  }

  #wanted(nowMs: number): Pick<runs.Take, 'queues' | 'kinds' | 'nowMs'> {
    return { queues: this.#queues, kinds: this.#kinds, nowMs };
  }

  /** Fills the free slots of a queue. When some stay free, tells when a job becomes due; otherwise an end looks again. */
  async #takeFor(queue: QueueName): Promise<{ nextDueMs: number | null } | undefined> {
    const { postgres, clock, owner } = this.#context;
    const busy = [...this.#running.values()].filter((running) => running.job.queue === queue).length;
    const count = this.#slots(queue) - busy;
    if (count <= 0) return undefined;
    const nowMs = clock.now();
    const { jobs, nextDueMs } = await runs.take(postgres.db, owner, { ...this.#wanted(nowMs), queue, count });
    if (this.#running.size === 0) this.#leasedUntilMs = nowMs + LEASE_MS;
    for (const entry of jobs) this.#begin(entry);
    return jobs.length < count ? { nextDueMs } : undefined;
  }

  #lookWhenDue(dueMs: number | null): void {
    const { clock } = this.#context;
    this.#dueTimer?.cancel();
    this.#dueTimer = undefined;
    // The tick comes before a later time, and a timer can't be set months ahead.
    if (dueMs === null || dueMs - clock.now() > TICK_MS || this.#stopping) return;
    this.#dueTimer = clock.after(Math.max(0, dueMs - clock.now()), () => this.#look());
  }

  // ——— running ———

  #begin({ job, cancelBy }: runs.TakenJob): void {
    const controller = new AbortController();
    const by = cancelBy ?? this.#earlyCancels.get(job.id);
    if (by !== undefined) controller.abort(new Cancelled(by));
    const ended = this.#run(job, controller)
      .then((outcome) => this.#record(job, outcome))
      .catch((error: unknown) => {
        this.#context.logger.error({ error, jobId: job.id }, 'The end of a job could not be recorded');
      })
      .finally(() => {
        this.#running.delete(job.id);
        this.#look(job.queue);
      });
    this.#running.set(job.id, { job, controller, ended });
  }

  async #run(job: Job, { signal }: AbortController): Promise<Outcome> {
    const run = { job, signal, lastAttempt: job.attempt >= job.maxAttempts };
    if (isAfterLoss(job)) return this.#tellOfLoss(run);
    try {
      const handler = this.#options.handlers.get(job.kind);
      if (!handler) throw new Error(`No handler for jobs of kind ${job.kind}`);
      await (typeof handler === 'function' ? handler(run) : handler.run(run));
      return { type: 'done' };
    } catch (error) {
      return this.#failed(run, error);
    }
  }

  /** The job is dead afterwards in any case; only a run that is ignored leaves it to another. */
  async #tellOfLoss(run: JobRun): Promise<Outcome> {
    const { id: jobId, kind, attempt } = run.job;
    this.#context.logger.error({ jobId, kind, attempt }, 'A job ends because its worker was lost in its last runs');
    try {
      await this.#afterLossOf(kind)?.(run);
    } catch (error) {
      const outcome = this.#failed(run, error);
      if (outcome.type === 'lost' || outcome.type === 'shutting-down') return outcome;
    }
    return { type: 'dead', error: WORKER_LOST };
  }

  #afterLossOf(kind: string): RunJob | undefined {
    const handler = this.#options.handlers.get(kind);
    return typeof handler === 'object' ? handler.afterLoss : undefined;
  }

  #failed({ job, signal }: JobRun, error: unknown): Outcome {
    const { attempt, maxAttempts } = job;
    const abortReason: unknown = signal.reason;
    const chance = this.#context.random.next();
    const outcome = outcomeOfFailure({ error, abortReason, attempt, maxAttempts, chance });
    if (outcome.type === 'retry' || outcome.type === 'dead') {
      const level = outcome.type === 'dead' ? 'error' : 'warn';
      this.#context.logger[level]({ error, jobId: job.id, kind: job.kind, attempt, outcome }, 'A job failed');
    }
    return outcome;
  }

  /** Retries until the database has answered, because a finished job without a recorded end would run again. */
  async #record(job: Job, outcome: Outcome): Promise<void> {
    if (outcome.type === 'lost' || outcome.type === 'shutting-down') return;
    const { clock, logger } = this.#context;
    for (;;) {
      try {
        const current = await this.#recordOnce({ jobId: job.id, attempt: job.attempt }, outcome);
        if (!current) logger.warn({ jobId: job.id, outcome: outcome.type }, 'A job ended after its lease was lost');
        return;
      } catch (error) {
        if (this.#stopped.signal.aborted) throw error;
        logger.warn({ error, jobId: job.id }, 'The end of a job is not recorded yet; trying again');
        await clock.sleep(RECORD_AGAIN_MS, this.#stopped.signal);
      }
    }
  }

  #recordOnce(run: runs.RunKey, outcome: Exclude<Outcome, { type: 'lost' | 'shutting-down' }>): Promise<boolean> {
    const { postgres, clock, owner } = this.#context;
    const nowMs = clock.now();
    switch (outcome.type) {
      case 'done':
        return this.#completions.add(run);
      case 'retry':
        return runs.retry(postgres.db, owner, run, { runAtMs: nowMs + outcome.delayMs, error: outcome.error });
      case 'dead':
        return runs.bury(postgres.db, owner, run, { state: 'dead', error: outcome.error, nowMs });
      case 'cancelled':
        return runs.bury(postgres.db, owner, run, { state: 'cancelled', error: null, nowMs });
    }
  }

  #onCancel({ jobId, by }: CancelNotice): void {
    const running = this.#running.get(jobId);
    if (running) running.controller.abort(new Cancelled(by));
    else this.#earlyCancels.set(jobId, by);
  }

  // ——— keeping ———

  /** Scheduled before it runs, so that a manual clock finds the next one. */
  #scheduleTick(): void {
    this.#tickTimer = this.#context.clock.after(TICK_MS, () => {
      this.#scheduleTick();
      this.#ticks.request();
    });
  }

  /** Renews own leases before judging others, so a process that slept doesn't take its own jobs. */
  async #tick(): Promise<void> {
    const { postgres, clock, logger } = this.#context;
    const nowMs = clock.now();
    try {
      if (nowMs - this.#lastBeatMs >= HEARTBEAT_MS) await this.#beat(nowMs);
      const count = await runs.reclaimExpired(postgres.db, { nowMs, tellingKinds: this.#tellingKinds });
      if (count > 0) logger.warn({ count }, 'Jobs of a silent worker are free to be taken again');
      if (nowMs - this.#lastLaneLookMs >= LOOK_FOR_IDLE_LANES_EVERY_MS) {
        this.#lastLaneLookMs = nowMs;
        const freed = await freeIdleLanes(postgres, WAKE_CHANNEL);
        if (freed > 0) logger.warn({ count: freed }, 'Lanes that a failed change had left idle continue');
      }
      if (nowMs - this.#lastSweepMs >= SWEEP_EVERY_MS) {
        this.#lastSweepMs = nowMs;
        await sweep(postgres.db, nowMs);
      }
    } catch (error) {
      logger.warn({ error }, 'Could not renew or judge leases; trying again soon');
      if (clock.now() > this.#leasedUntilMs) this.#loseAll();
    }
    this.#look();
  }

  async #beat(nowMs: number): Promise<void> {
    const { postgres, owner } = this.#context;
    const sent = [...this.#running.values()];
    this.#earlyCancels.clear();
    if (sent.length > 0) {
      const jobIds = sent.map(({ job }) => job.id);
      const held = new Map((await runs.beat(postgres.db, owner, jobIds, nowMs)).map((row) => [row.id, row]));
      for (const { job, controller } of sent) this.#follow(job, controller, held.get(job.id));
    }
    this.#leasedUntilMs = nowMs + LEASE_MS;
    this.#lastBeatMs = nowMs;
  }

  #follow(job: Job, controller: AbortController, row: runs.HeldJob | undefined): void {
    if (row?.attempt !== job.attempt) controller.abort(new LeaseLost(job.id));
    else if (row.cancel_by !== null) controller.abort(new Cancelled(row.cancel_by));
  }

  /** The lease ran out without contact to the database: others may run these jobs by now. */
  #loseAll(): void {
    for (const { job, controller } of this.#running.values()) controller.abort(new LeaseLost(job.id));
  }

  /** Notices may have been lost: the row says who cancelled, and the heartbeat reads it. */
  #afterSilence(): void {
    this.#lastBeatMs = 0;
    this.#ticks.request();
  }
}
