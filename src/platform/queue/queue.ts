import { fileURLToPath } from 'node:url';
import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Random } from '../../kernel/random.ts';
import type { MigrationSource, Postgres } from '../postgres/index.ts';
import * as keyed from './keyed.ts';
import * as line from './line-store.ts';
import type { Queue, QueueLimits, QueueName } from './port.ts';
import { waitMs } from './rules.ts';
import * as store from './store.ts';
import { Worker } from './worker.ts';

interface QueueOptions {
  postgres: Postgres;
  clock: Clock;
  ids: Ids;
  random: Random;
  logger: Logger;
  /**
   * Identifies this process's slot (data folder and role) across restarts. No two living processes may share one: the
   * later would take the earlier one's jobs.
   */
  instanceId: string;
  limits: QueueLimits;
}

export const queueMigrations: MigrationSource = {
  name: 'queue',
  folder: fileURLToPath(new URL('./migrations', import.meta.url)),
};

/** `stats` includes these even when they are empty. */
const SHOWN_QUEUES: readonly QueueName[] = ['text', 'images'];

export function createQueue(options: QueueOptions): Queue {
  const { postgres, clock, ids, random, limits } = options;
  const owner = { instanceId: options.instanceId, bootId: ids.uuid() };
  const logger = options.logger.child({ part: 'queue' });
  let worker: Worker | undefined;
  return {
    enqueue: (db, spec) =>
      store.enqueue(postgres, db, { ...spec, id: spec.id ?? ids.uuid(), nowMs: clock.now(), limits }),
    enqueueKeyed: (db, job) => keyed.enqueueKeyed(db, job, { postgres, id: ids.uuid(), nowMs: clock.now(), limits }),
    debounce: (db, job) => keyed.debounce(db, job, { postgres, id: ids.uuid(), nowMs: clock.now(), limits }),
    cancel: async (jobId, by, db = postgres.db) => {
      const state = await store.cancel(db, { jobId, by }, clock.now());
      return state === 'active' ? 'cancelling' : (state ?? 'not-found');
    },
    living: (db, userId) => store.living(db, userId),
    exportUser: (userId) => store.exportUser(postgres.db, userId),
    forgetUser: (tx, userId) => store.forgetUser(tx, userId),
    keepWaiting: (tx, jobId) => line.keepWaiting(tx, jobId, store.WAKE_CHANNEL),
    enterLane: (tx, jobId, lane) => line.enterLane(tx, jobId, lane),
    inLine: async (jobIds, db = postgres.db) => {
      if (jobIds.length === 0) return [];
      const nowMs = clock.now();
      return (await line.standings(db, jobIds, nowMs)).map(({ jobId, ...standing }) => {
        return { jobId, ahead: standing.laneAhead + standing.othersAhead, waitMs: waitMs(standing, nowMs) };
      });
    },
    stats: async () => {
      const empty = (queue: QueueName) => ({ queue, waiting: 0, active: 0, dead: 0 });
      const stats = new Map(SHOWN_QUEUES.map((queue) => [queue, empty(queue)]));
      for (const { queue, state, count } of await store.countByState(postgres.db)) {
        const entry = stats.get(queue) ?? empty(queue);
        stats.set(queue, { ...entry, [state]: count });
      }
      return [...stats.values()];
    },
    work: async (work) => {
      if (worker) throw new Error('This queue is already being worked');
      worker = new Worker({ postgres, clock, random, logger, owner }, work);
      await worker.start();
    },
    idle: async () => worker?.idle(),
    stop: async (graceMs) => worker?.stop(graceMs),
  };
}
