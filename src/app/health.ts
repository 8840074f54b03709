import { errorMessage } from '../kernel/errors.ts';
import type { GuardedRoute } from './routes.ts';

/** Throws with the reason when something is missing; resolves to what is wrong when that only hampers the work. */
type HealthCheck = () => Promise<string | undefined>;

export interface Health {
  route: GuardedRoute;
  /** From now on the check decides; until then the answer is "starting". */
  becomes(check: HealthCheck): void;
}

/**
 * `GET /health`: 200 `{"status":"ok"}` when the bot is connected and ready for work. Otherwise 503 with the reason:
 * `degraded` while it works but something is wrong (a database connection went silent), `unavailable` when it cannot.
 */
export function createHealth(): Health {
  let check: HealthCheck | undefined;
  return {
    becomes: (next) => {
      check = next;
    },
    route: {
      feature: null,
      name: 'health',
      access: 'everyone',
      method: 'GET',
      path: '/health',
      handle: async () => {
        if (!check) return { status: 503, body: { status: 'starting' } };
        try {
          const reason = await check();
          if (reason !== undefined) return { status: 503, body: { status: 'degraded', reason } };
          return { status: 200, body: { status: 'ok' } };
        } catch (error) {
          return { status: 503, body: { status: 'unavailable', reason: errorMessage(error) } };
        }
      },
    },
  };
}
