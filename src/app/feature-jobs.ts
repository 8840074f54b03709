import type { Queue, QueueName } from '../platform/queue/index.ts';
import type { FeatureContext, FeatureJob } from '../sdk/index.ts';
import type { LoadedFeature } from './features.ts';

interface FeatureJobsOptions {
  feature: string;
  queue: Queue;
  /** Unless a job says otherwise. */
  maxAttempts: number;
  /** Empty while features are being set up. */
  features: () => readonly LoadedFeature[];
}

/** The queue as one feature sees it: its kinds, keys of replaceable jobs and queues are its own. */
export function createFeatureJobs(options: FeatureJobsOptions): FeatureContext<unknown>['jobs'] {
  const { feature, queue, maxAttempts } = options;
  const jobOf = <Spec extends Omit<FeatureJob, 'runAt'>>({ name, queue: queueName, ...spec }: Spec) => ({
    maxAttempts,
    ...spec,
    kind: `${feature}/${name}`,
    queue: queueOf(options, queueName),
  });
  /** Apart from the keys of jobs that are added once. */
  const ownKey = ({ name, key }: { name: string; key: string }) => `keyed/${feature}/${name}/${key}`;
  return {
    enqueue: (db, spec) => queue.enqueue(db, jobOf(spec)),
    enqueueKeyed: (db, spec) => queue.enqueueKeyed(db, { ...jobOf(spec), key: ownKey(spec), keyMode: spec.keyMode }),
    debounce: (db, spec) => queue.debounce(db, { ...jobOf(spec), key: ownKey(spec), delayMs: spec.delayMs }),
    cancel: (jobId, by, db) => queue.cancel(jobId, by, db),
    keepWaiting: (tx, jobId) => queue.keepWaiting(tx, jobId),
    enterLane: (tx, jobId, lane) => queue.enterLane(tx, jobId, lane),
    inLine: (jobIds, db) => queue.inLine(jobIds, db),
  };
}

/** A job in a queue that nobody works would wait for ever, so an undeclared one throws. */
function queueOf({ feature, features }: FeatureJobsOptions, name: string): QueueName {
  if (name === 'text' || name === 'images') return name;
  const own = features().find(({ definition }) => definition.name === feature);
  if (own && !(name in (own.parts.queues ?? {}))) {
    throw new Error(`The feature "${feature}" declares no queue "${name}": add it to the queues that setup returns.`);
  }
  return `${feature}/${name}`;
}
