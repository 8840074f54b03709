import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../kernel/errors.ts';
import { longTests, tellCases } from '../../testing/long.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { type HeldRun, holding, jobSpec, queueBench, START_MS } from '../../testing/queue-bench.ts';
import { type JobHandler, ShuttingDown } from './index.ts';
import { RUNS_AFTER_LOSS, WORKER_LOST } from './rules.ts';
import type { JobState, QueueJobTable } from './schema.ts';

const { postgres, start } = await queueBench();

const LIMITS = { waitingPerGuild: 6, waitingPerUser: 4 };
const SLOTS_PER_PROCESS = 2;

/** One kind has an `afterLoss`, the other doesn't. */
const KINDS = ['test/telling', 'test/silent'] as const;
type Kind = (typeof KINDS)[number];

type Step =
  | {
      do: 'enqueue';
      kind: Kind;
      user: number;
      guild: number;
      lane: string | undefined;
      maxAttempts: number;
      priority: number;
      delayMs: number;
    }
  | { do: 'start' | 'kill' | 'stop' | 'freeze' | 'thaw'; slot: number }
  | { do: 'finish' | 'fail' | 'fail for good' | 'cancel'; which: number }
  | { do: 'pass'; seconds: number };

const slot = fc.nat({ max: 1 });
const which = fc.nat({ max: 20 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('enqueue' as const),
      kind: fc.constantFrom(...KINDS),
      user: fc.nat({ max: 2 }),
      guild: fc.nat({ max: 1 }),
      lane: fc.constantFrom('a', 'a', 'b', undefined),
      maxAttempts: fc.integer({ min: 1, max: 3 }),
      priority: fc.nat({ max: 1 }),
      delayMs: fc.constantFrom(0, 0, 5_000),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('start' as const), slot }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('kill', 'stop', 'freeze', 'thaw'), slot }) },
  {
    weight: 7,
    arbitrary: fc.record({ do: fc.constantFrom('finish', 'fail', 'fail', 'fail for good', 'cancel'), which }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(1, 4, 12) }) },
);

type Verdict = 'finish' | 'fail' | 'fail for good';

interface Observed {
  run: HeldRun;
  process: Process;
  /** Whether `afterLoss` started it. */
  telling: boolean;
  /** What the test made of it; undefined when it was left running or ended by its signal. */
  verdict?: Verdict;
}

/** A process whose clock can stop while its code continues, like one that is starved or cut off for a while. */
class Process {
  readonly #parts: ReturnType<typeof start>;
  readonly #working = holding();
  readonly #telling = holding();
  readonly #clock: ReturnType<typeof createManualClock>;
  frozen = false;

  constructor(slot: number, nowMs: number) {
    this.#clock = createManualClock(nowMs);
    this.#parts = start({ instanceId: `slot ${slot}`, clock: this.#clock, limits: LIMITS });
  }

  get queue() {
    return this.#parts.queue;
  }

  get observed(): Observed[] {
    return [
      ...this.#working.runs.map((run) => ({ run, process: this, telling: false })),
      ...this.#telling.runs.map((run) => ({ run, process: this, telling: true })),
    ];
  }

  work = () =>
    this.#parts.queue.work({
      concurrency: { text: SLOTS_PER_PROCESS },
      handlers: new Map<string, JobHandler>([
        ['test/telling', { run: this.#working.handler, afterLoss: this.#telling.handler }],
        ['test/silent', this.#working.handler],
      ]),
    });
  kill = () => this.#parts.kill();
  stop = () => this.#parts.stop();

  async follow(nowMs: number): Promise<void> {
    if (!this.frozen) await this.#clock.advance(nowMs - this.#clock.now());
  }
}

/** The jobs that must end before a job of the same lane starts. */
function livingBefore<Row extends Pick<QueueJobTable, 'lane' | 'state'> & { sequence: number }>(
  job: Row,
  rows: readonly Row[],
): Row[] {
  if (job.lane === null) return [];
  return rows.filter(
    ({ lane, sequence, state }) =>
      lane === job.lane && sequence < job.sequence && (state === 'waiting' || state === 'active'),
  );
}

/** The guarantees of the queue, checked after every step against what the test saw and did. */
class World {
  readonly #slots = new Map<number, Process>();
  readonly #gateway = new Process(99, START_MS);
  readonly #seen = new Map<HeldRun, Observed>();
  /** Accepted jobs, each with the number of runs that may fail. */
  readonly #jobs = new Map<string, number>();
  readonly #cancelled = new Set<string>();
  readonly #final = new Map<string, JobState>();
  #nowMs = START_MS;

  async take(step: Step): Promise<void> {
    if (step.do === 'enqueue') await this.#enqueue(step);
    else if (step.do === 'pass') await this.#pass(step.seconds);
    else if ('slot' in step) await this.#change(step.do, step.slot);
    else if (step.do === 'cancel') await this.#cancel(step.which);
    else this.#judge(step.do, step.which);
    await this.#settle();
    await this.#check();
  }

  async #enqueue(step: Extract<Step, { do: 'enqueue' }>): Promise<void> {
    const [userId, guildId] = [`user ${step.user}`, `guild ${step.guild}`];
    const rows = await this.#rows();
    const waiting = rows.filter((row) => row.state === 'waiting');
    const full =
      waiting.filter((row) => row.guild_id === guildId).length >= LIMITS.waitingPerGuild ||
      waiting.filter((row) => row.user_id === userId).length >= LIMITS.waitingPerUser;
    const { kind, maxAttempts, priority, lane } = step;
    const runAt = step.delayMs > 0 ? { runAt: this.#nowMs + step.delayMs } : {};
    const spec = jobSpec({
      kind,
      userId,
      guildId,
      maxAttempts,
      priority,
      ...runAt,
      ...(lane === undefined ? {} : { lane }),
    });
    const result = await this.#gateway.queue.enqueue(postgres.db, spec);
    expect(result.status).toBe(full ? 'full' : 'queued');
    if (result.status === 'queued') this.#jobs.set(result.jobId, maxAttempts);
  }

  async #change(change: 'start' | 'kill' | 'stop' | 'freeze' | 'thaw', slot: number): Promise<void> {
    const process = this.#slots.get(slot);
    if (change === 'start' && !process) {
      const fresh = new Process(slot, this.#nowMs);
      this.#slots.set(slot, fresh);
      await fresh.work();
    } else if (process && (change === 'kill' || change === 'stop')) {
      this.#observe();
      this.#slots.delete(slot);
      await process[change]();
    } else if (process && (change === 'freeze' || change === 'thaw')) {
      process.frozen = change === 'freeze';
      await process.follow(this.#nowMs);
    }
  }

  async #cancel(which: number): Promise<void> {
    const jobId = [...this.#jobs.keys()][which % Math.max(1, this.#jobs.size)];
    if (jobId === undefined) return;
    const result = await this.#gateway.queue.cancel(jobId, 'somebody');
    expect(result === 'not-found', "only an ended job can't be cancelled").toBe(this.#final.has(jobId));
    if (result !== 'not-found') this.#cancelled.add(jobId);
  }

  #open(): Observed[] {
    const living = new Set(this.#slots.values());
    return [...this.#seen.values()].filter(
      ({ run, process, verdict }) => verdict === undefined && !run.signal.aborted && living.has(process),
    );
  }

  #judge(verdict: Verdict, which: number): void {
    const open = this.#open();
    const observed = open[which % Math.max(1, open.length)];
    if (!observed) return;
    observed.verdict = verdict;
    if (verdict === 'finish') observed.run.finish();
    else observed.run.fail(verdict === 'fail' ? new Error('again') : new UserError('test/no', 'no'));
  }

  async #pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.#nowMs += 1_000;
      for (const process of [this.#gateway, ...this.#slots.values()]) await process.follow(this.#nowMs);
      for (let turn = 0; turn < 3; turn += 1) await postgres.ping();
    }
  }

  #rows() {
    return postgres.db.selectFrom('queue_job').selectAll().execute();
  }

  /** Until the living processes have taken what they can and recorded what has ended. */
  async #settle(): Promise<void> {
    await expect
      .poll(
        async () => {
          this.#observe();
          const all = [...this.#slots.values()];
          const living = all.filter((process) => !process.frozen);
          const open = this.#open().filter(({ process }) => living.includes(process));
          const rows = await this.#rows();
          const unrecorded = rows.filter(
            (row) =>
              row.state === 'active' &&
              [...this.#seen.values()].some(
                ({ run, process, verdict }) =>
                  run.job.id === row.id &&
                  run.job.attempt === row.attempt &&
                  all.includes(process) &&
                  (verdict !== undefined || run.signal.aborted),
              ),
          );
          const due = rows.filter(
            (row) => row.state === 'waiting' && row.run_at_ms <= this.#nowMs && livingBefore(row, rows).length === 0,
          );
          const free = living.length * SLOTS_PER_PROCESS - open.length;
          return unrecorded.length === 0 && (due.length === 0 || free <= 0);
        },
        { timeout: 5_000, interval: 2 },
      )
      .toBe(true);
  }

  #observe(): void {
    for (const process of this.#slots.values()) {
      for (const observed of process.observed) {
        const { run } = observed;
        if (this.#seen.has(run)) continue;
        this.#seen.set(run, observed);
        expect(this.#final.get(run.job.id), 'a run started after the job had ended').toBeUndefined();
      }
    }
  }

  async #check(): Promise<void> {
    const runs = [...this.#seen.values()];
    const names = runs.map(({ run }) => `${run.job.id} ${run.job.attempt}`);
    expect(new Set(names).size, 'every attempt of a job is run once').toBe(names.length);
    for (const jobId of this.#jobs.keys()) this.#checkBound(jobId);
    const rows = await this.#rows();
    expect(rows.map((row) => row.id).toSorted(), 'no job is lost').toEqual([...this.#jobs.keys()].toSorted());
    for (const row of rows) {
      if (row.attempt > 0) expect(livingBefore(row, rows), 'earlier jobs of its lane have ended').toEqual([]);
      const before = this.#final.get(row.id);
      if (before !== undefined) expect(row.state, 'an end is final').toBe(before);
      if (row.state === 'waiting' || row.state === 'active') continue;
      this.#final.set(row.id, row.state);
      const last = runs.find(({ run }) => run.job.id === row.id && run.job.attempt === row.attempt)?.verdict;
      if (row.state === 'done') {
        expect(last, 'done is what the current run finished').toBe('finish');
        expect(this.#charged(row.id).telling, 'done is never the result of a report').toBe(0);
      }
      if (row.state === 'cancelled') expect(this.#cancelled.has(row.id), 'a person cancelled it').toBe(true);
      if (row.state === 'dead') this.#checkDeath(row, last);
    }
  }

  /** The runs of a job, not counting those handed back. */
  #charged(jobId: string): { working: number; telling: number } {
    const runs = [...this.#seen.values()].filter(
      ({ run }) => run.job.id === jobId && !(run.signal.reason instanceof ShuttingDown),
    );
    const telling = runs.filter((run) => run.telling).length;
    return { working: runs.length - telling, telling };
  }

  #checkBound(jobId: string): void {
    const { working, telling } = this.#charged(jobId);
    const granted = (this.#jobs.get(jobId) ?? 0) + RUNS_AFTER_LOSS;
    expect(working, 'no more runs than were granted').toBeLessThanOrEqual(granted);
    expect(telling, 'one run to report the loss').toBeLessThanOrEqual(1);
    if (telling > 0) expect(working, 'the report comes last').toBe(granted);
  }

  #checkDeath(row: { id: string; kind: string; error: string | null }, last: Verdict | undefined): void {
    const lost = row.error === WORKER_LOST;
    if (last === 'fail for good' && !lost) return;
    const { working, telling } = this.#charged(row.id);
    const promised = (this.#jobs.get(row.id) ?? 0) + (lost ? RUNS_AFTER_LOSS : 0);
    expect(working, 'the promised number of runs').toBeGreaterThanOrEqual(promised);
    expect(telling, 'a loss is reported where possible').toBe(lost && row.kind === 'test/telling' ? 1 : 0);
    if (!lost) expect(last).toBe('fail');
  }

  /** With one healthy process and time, every accepted job ends. */
  async heal(): Promise<void> {
    for (const slot of [0, 1]) await this.take({ do: 'thaw', slot });
    await this.take({ do: 'start', slot: 0 });
    for (let round = 0; round < 40; round += 1) {
      while (this.#open().length > 0) await this.take({ do: 'finish', which: 0 });
      if (this.#final.size === this.#jobs.size) return;
      await this.take({ do: 'pass', seconds: 12 });
    }
    throw new Error(`${this.#jobs.size - this.#final.size} of ${this.#jobs.size} jobs never ended`);
  }

  async close(): Promise<void> {
    for (const process of [this.#gateway, ...this.#slots.values()]) await process.stop();
    await sql`TRUNCATE queue_job`.execute(postgres.db);
  }
}

describe('the queue under any sequence of work, failure and crashes', () => {
  it(
    'runs each attempt once, ends each job once and loses none',
    { timeout: longTests() ? 1_800_000 : 60_000 },
    async () => {
      let tried = 0;
      const property = fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), async (steps) => {
        const world = new World();
        try {
          for (const each of steps) await world.take(each);
          await world.heal();
          tried += 1;
        } finally {
          await world.close();
        }
      });
      await fc.assert(property, longTests() ? { numRuns: 500 } : { numRuns: 8, seed: 20261121 });
      tellCases('queue', tried);
    },
  );
});
