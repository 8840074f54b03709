import { StartError } from '../kernel/errors.ts';
import type { QueueName } from '../platform/queue/index.ts';

const roleNames = ['gateway', 'worker', 'api'] as const;
/** Those of features are known once the features are set up, which is when `--queues` is checked against all. */
const builtInQueues: readonly QueueName[] = ['text', 'images'];

/** What this process does of the bot's work. */
export interface Roles {
  gateway: boolean;
  /** The queues it works; empty when it is no worker. */
  queues: readonly QueueName[];
  /** Those of features too: `--queues` was not given. */
  everyQueue?: boolean;
  api: boolean;
}

/** `start`, `start gateway`, `start worker --queues images`. Throws a StartError that lists what is allowed. */
export function readRoles(names: readonly string[], queues: string | undefined): Roles {
  const unknown = names.find((name) => !(roleNames as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new StartError(`There is no role "${unknown}". Roles: ${roleNames.join(', ')}; none means all of them.`);
  }
  const worker = names.length === 0 || names.includes('worker');
  if (queues !== undefined && !worker) throw new StartError('--queues goes with the role worker.');
  return {
    gateway: names.length === 0 || names.includes('gateway'),
    queues: worker ? readQueues(queues) : [],
    ...(worker && queues === undefined && { everyQueue: true }),
    api: names.length === 0 || names.includes('api'),
  };
}

function readQueues(text: string | undefined): readonly QueueName[] {
  if (text === undefined) return builtInQueues;
  return text.split(',').map((one) => {
    const name = one.trim();
    if (!isQueueName(name)) {
      throw new StartError(
        `There is no queue "${name}". Queues: ${builtInQueues.join(', ')}, and feature/name of features.`,
      );
    }
    return name;
  });
}

const isQueueName = (name: string): name is QueueName =>
  (builtInQueues as readonly string[]).includes(name) || /^[a-z0-9-]+\/[a-z0-9-]+$/.test(name);

/** A name that is the same for the same roles, so that a restart finds what its earlier life left. */
export function rolesName(roles: Roles): string {
  const parts = [roles.gateway ? 'gateway' : '', roles.queues.join('+'), roles.api ? 'api' : ''];
  return parts.filter((part) => part !== '').join(',');
}
