import type { Queue } from '../platform/queue/index.ts';
import type { Metrics } from '../platform/telemetry/index.ts';
import type { GuardedRoute } from './routes.ts';

/** `GET /metrics` in Prometheus' format. */
export function metricsRoute(metrics: Metrics): GuardedRoute {
  return {
    feature: null,
    name: 'metrics',
    access: 'everyone',
    method: 'GET',
    path: '/metrics',
    handle: async () => ({ status: 200, ...(await metrics.read()) }),
  };
}

/** How many jobs each queue holds, counted when they are asked for. */
export function countJobs(metrics: Metrics, queue: Queue): void {
  metrics.gauge({
    name: 'familiar_jobs',
    help: 'Jobs by queue and state.',
    labels: ['queue', 'state'],
    collect: async (gauge) => {
      for (const stats of await queue.stats()) {
        for (const state of ['waiting', 'active', 'dead'] as const) {
          gauge.set(stats[state], { queue: stats.queue, state });
        }
      }
    },
  });
}
