/**
 * The queue on the embedded server as it runs in production: how soon a waiting worker begins a job, also the next of a
 * lane when the one before has ended; what adding one costs, also the server against graphile-worker; how fast a backlog is worked against pg-boss on the same
 * server by turns; and how soon a cancel reaches a handler in another process.
 */
import type { PgBoss, WorkOptions } from 'pg-boss';
import { queueMigrations } from '../src/platform/queue/index.ts';
import { tillMigrations } from './ledger/till.ts';
import { withCleanUp } from './lib/clean-up.ts';
import { openDatabase } from './lib/database.ts';
import type { Database } from './lib/database.ts';
import { median, percentile } from './lib/statistics.ts';
import type { Figure } from './lib/statistics.ts';
import { costToServer } from './queue/adding.ts';
import { perSecond } from './queue/drain.ts';
import * as familiar from './queue/familiar.ts';
import type { Process } from './queue/familiar.ts';
import * as pgBoss from './queue/pg-boss.ts';

const concurrency = 16;
const backlog = 2000;
const rounds = 3;
const samples = 300;
const cancels = { rounds: 8, atOnce: concurrency };

/** pg-boss polls twice a second at most, unless it is told to go on while there is more. */
const polling = { pollingIntervalSeconds: 0.5 };
const settings: Readonly<Record<string, WorkOptions>> = {
  'one worker': polling,
  '16 workers': { ...polling, localConcurrency: concurrency },
  '16 workers, batches of 16': { ...polling, localConcurrency: concurrency, batchSize: 16 },
  '16 workers, burst': { ...polling, localConcurrency: concurrency, burstWhenReadyExceeds: 1 },
  '16 workers, burst of batches of 16': {
    ...polling,
    localConcurrency: concurrency,
    batchSize: 16,
    burstWhenBatchFull: true,
  },
};

export function benchQueue(): Promise<Figure[]> {
  return withCleanUp(async (atEnd) => {
    const database = await openDatabase(atEnd, [queueMigrations, ...tillMigrations]);
    const adder = familiar.openQueue(await database.another(), 'adder');
    const boss = await pgBoss.startBoss(database, atEnd);
    const next = worker(database);
    return [
      ...(await costOfAdding(adder, boss)),
      ...(await costToServer(database, atEnd)),
      ...(await pickUp(adder, next)),
      ...(await rates(adder, next, boss)),
      ...(await cancelling(adder, next())),
    ];
  });
}

/** A queue works once; each measurement takes a new one, on the same connections. */
function worker(database: Database): () => Process {
  let count = 0;
  return () => familiar.openQueue(database.postgres, `worker-${(count += 1)}`);
}

async function costOfAdding(adder: Process, boss: PgBoss): Promise<Figure[]> {
  const ours = await familiar.enqueueTimes(adder, samples);
  const theirs = await pgBoss.enqueueTimes(boss, samples);
  return [
    { name: 'adding a job, p50', value: median(ours), unit: 'ms' },
    { name: 'adding a job, p50, pg-boss', value: median(theirs), unit: 'ms' },
  ];
}

async function pickUp(adder: Process, next: () => Process): Promise<Figure[]> {
  const times = await familiar.pickUpTimes(adder, next(), samples);
  const inLanes = await familiar.pickUpTimes(adder, next(), samples, { inLanes: true });
  const afterAnother = await familiar.nextInLaneTimes(adder, next(), samples);
  return [
    { name: 'commit to first line of the handler, p50', value: median(times), unit: 'ms', atMost: 6 },
    { name: 'commit to first line of the handler, p95', value: percentile(times, 0.95), unit: 'ms' },
    { name: 'commit to first line of the handler, in a lane, p50', value: median(inLanes), unit: 'ms', atMost: 6 },
    {
      name: 'end of a job to first line of the next in its lane, p50',
      value: median(afterAnother),
      unit: 'ms',
      atMost: 6,
    },
  ];
}

async function rates(adder: Process, next: () => Process, boss: PgBoss): Promise<Figure[]> {
  const ours: number[] = [];
  const theirs = new Map<string, number[]>(Object.keys(settings).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    ours.push(perSecond(await familiar.drain(adder, next(), backlog, concurrency)));
    for (const [name, options] of Object.entries(settings)) {
      theirs.get(name)?.push(perSecond(await pgBoss.drain(boss, backlog, options)));
    }
  }
  const rates = new Map([...theirs].map(([name, values]) => [name, median(values)]));
  const [best, rate] = [...rates].reduce((one, other) => (other[1] > one[1] ? other : one));
  return [
    { name: `jobs worked, ${concurrency} at once`, value: median(ours), unit: 'per s' },
    ...[...rates].map(([name, value]) => ({
      name: `jobs worked, pg-boss work(), ${name}`,
      value,
      unit: 'per s' as const,
    })),
    {
      name: `jobs worked ÷ pg-boss work() in its best mode (${best})`,
      value: median(ours) / rate,
      unit: '×',
      atLeast: 1,
    },
  ];
}

async function cancelling(canceller: Process, running: Process): Promise<Figure[]> {
  const times = await familiar.cancelTimes(canceller, running, cancels);
  return [
    { name: `cancel to abort in another process, p50 of ${times.length}`, value: median(times), unit: 'ms' },
    { name: 'cancel to abort in another process, p95', value: percentile(times, 0.95), unit: 'ms', atMost: 200 },
  ];
}
