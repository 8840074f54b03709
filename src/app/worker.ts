import type { Clock } from '../kernel/clock.ts';
import { StartError } from '../kernel/errors.ts';
import type { Config } from '../platform/config/index.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import { createScheduleJobs } from '../platform/queue/index.ts';
import type { JobHandler, PlannedSchedule, Queue, QueueName } from '../platform/queue/index.ts';
import type { LoadedFeature } from './features.ts';
import type { Roles } from './roles.ts';
import { schedulesOf } from './schedules.ts';

/** Schedules run at once in a process; others wait for these to end. */
const schedulesAtOnce = 4;
const mostAtOnce = 1000;
const allowedName = /^[a-z0-9]+(-[a-z0-9]+)*$/;

interface WorkerOptions {
  config: Pick<Config, 'queue'>;
  roles: Roles;
  postgres: Postgres;
  queue: Queue;
  clock: Clock;
  features: readonly LoadedFeature[];
  /** Of the bot itself. */
  schedules: readonly PlannedSchedule[];
}

/** What the role worker does, ready to start. */
export interface WorkerPlan {
  start(): Promise<void>;
}

/**
 * Checks what features and settings say of queues and schedules, also in processes that are no workers: what is wrong stops
 * every start. Throws a StartError.
 */
export function planWorker(options: WorkerOptions): WorkerPlan {
  const { config, roles, postgres, queue, clock, features } = options;
  const known = queuesOf(features, config.queue.concurrency);
  const schedules = createScheduleJobs({ postgres, queue, clock }, [...options.schedules, ...schedulesOf(features)]);
  const concurrency = workedQueues(roles, known);
  return {
    start: async () => {
      await schedules.plan();
      await queue.work({ concurrency, handlers: new Map([...jobsOf(features), ...schedules.handlers]) });
    },
  };
}

const jobsOf = (features: readonly LoadedFeature[]): [string, JobHandler][] =>
  features.flatMap(({ definition, parts }) =>
    Object.entries(parts.jobs ?? {}).map(([name, handler]): [string, JobHandler] => [
      `${definition.name}/${name}`,
      handler,
    ]),
  );

/** Every queue that `--queues` may name, with the jobs that run at once in a process: as the feature says, or the settings. */
function queuesOf(
  features: readonly LoadedFeature[],
  configured: Config['queue']['concurrency'],
): ReadonlyMap<QueueName, number> {
  const known = new Map<QueueName, number>([
    ['text', configured.text],
    ['images', configured.images],
  ]);
  for (const { definition, parts } of features) {
    for (const [name, { concurrency }] of Object.entries(parts.queues ?? {})) {
      const isAllowed = Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= mostAtOnce;
      if (!isAllowed || !allowedName.test(name)) {
        throw new StartError(
          `The queue "${name}" of the feature "${definition.name}" is wrong: its name must be lower-case words with dashes, ` +
            `its concurrency a whole number from 1 to ${mostAtOnce}.`,
        );
      }
      const full: QueueName = `${definition.name}/${name}`;
      known.set(full, configured[full] ?? concurrency);
    }
  }
  const unknown = Object.keys(configured).find((name) => !known.has(name as QueueName));
  if (unknown !== undefined) {
    throw new StartError(`queue.concurrency.${unknown}: there is no such queue. Queues: ${namesOf(known)}.`);
  }
  return known;
}

function workedQueues(roles: Roles, known: ReadonlyMap<QueueName, number>): Partial<Record<QueueName, number>> {
  const names = roles.everyQueue ? [...known.keys()] : roles.queues;
  const worked: Partial<Record<QueueName, number>> = { schedules: schedulesAtOnce };
  for (const name of names) {
    const concurrency = known.get(name);
    if (concurrency === undefined) throw new StartError(`There is no queue "${name}". Queues: ${namesOf(known)}.`);
    worked[name] = concurrency;
  }
  return worked;
}

const namesOf = (known: ReadonlyMap<QueueName, number>): string => [...known.keys()].join(', ');
