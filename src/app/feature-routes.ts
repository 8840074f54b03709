import { createRequire } from 'node:module';
import { z } from 'zod';
import type { Clock } from '../kernel/clock.ts';
import { StartError, UserError, VendorError } from '../kernel/errors.ts';
import type { Config } from '../platform/config/index.ts';
import { createApi, tooMany } from '../platform/http/index.ts';
import type { Api, ApiRefusal, ApiRoute } from '../platform/http/index.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import type { Limits } from '../services/limits/index.ts';
import { RouteError } from '../sdk/index.ts';
import type { Route } from '../sdk/index.ts';
import type { LoadedFeature } from './features.ts';
import type { AccessGate } from './refusals.ts';
import { refuseVisitor } from './routes.ts';

const minuteMs = 60_000;
/** Keys and sessions are not for features. */
const keptBack: readonly string[] = ['authorization', 'cookie'];
const mostBodyBytes = 16 * 1024 * 1024;
const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

interface FeatureRoutesOptions {
  config: Pick<Config, 'http' | 'apiKeys'>;
  features: readonly LoadedFeature[];
  accessGate: AccessGate;
  limits: Limits;
  postgres: Postgres;
  clock: Clock;
  /** Of each feature. */
  textsOf: (feature: string) => Texts;
}

/** What features serve below `/api`. Throws a StartError that names the feature whose route cannot be meant. */
export async function createFeatureApi(options: FeatureRoutesOptions): Promise<Api> {
  const { config, accessGate, limits, postgres, clock } = options;
  const { requestsPerMinute: count, trustProxy, publicUrl } = config.http;
  const routes = checkedRoutes(options.features);
  return createApi({
    ...{ routes, trustProxy, publicUrl, version },
    keys: config.apiKeys,
    visitorsPerMinute: count,
    now: () => clock.now(),
    takeRate: async ({ name }) => {
      const rate = { key: `api/${name}/minute`, count, periodMs: minuteMs, rule: 'http.requestsPerMinute' };
      const result = await limits.take(postgres.db, [rate]);
      return result.status === 'taken' ? undefined : tooMany(result.nextAtMs - clock.now());
    },
    refuseVisitor: async ({ feature, path }) => {
      const route = { feature, name: path, access: 'everyone' as const };
      const error = await refuseVisitor(accessGate, route);
      return error && { status: 403, error: error.code, message: error.message };
    },
    explain: (error, route) => explain(options, error, route),
  });
}

function explain({ accessGate, textsOf }: FeatureRoutesOptions, error: unknown, route: ApiRoute): ApiRefusal {
  const where = { feature: route.feature, route: `${route.method} ${route.path}` };
  const message = accessGate.failures.explain(error, textsOf(route.feature), undefined, where);
  if (error instanceof RouteError) return { status: error.status, error: error.code, message };
  if (error instanceof UserError) return { status: 422, error: error.code, message };
  if (isAway(error)) return { status: 503, error: error.code.replace('/', '.'), message };
  return { status: 500, error: 'unexpected', message };
}

/** What serves the bot can't be used right now: the same request succeeds when it can. */
const isAway = (error: unknown): error is VendorError =>
  error instanceof VendorError && (error.retryable || error.code === 'files/away');

/** Throws a StartError that names the route and its feature. */
export function checkedRoutes(features: readonly LoadedFeature[]): ApiRoute[] {
  const seen = new Set<string>();
  return features.flatMap(({ definition, parts }) =>
    (parts.routes ?? []).map((route): ApiRoute => {
      const feature = definition.name;
      const reason = wrongWith(route, seen.has(shapeOf(feature, route)));
      if (reason !== undefined) {
        throw new StartError(
          `The route "${route.method} ${route.path}" of the feature "${feature}" is wrong: ${reason}.`,
        );
      }
      seen.add(shapeOf(feature, route));
      return { ...route, feature, run: (request) => route.run(request) };
    }),
  );
}

/** The same for routes that would answer the same requests. */
const shapeOf = (feature: string, { method, path }: Route): string =>
  `${method} ${feature}${path.replaceAll(/:\w+/g, ':')}`;

function wrongWith(route: Route, isTaken: boolean): string | undefined {
  const { method, path, scope, params, body, maxBodyBytes, raw } = route;
  if (!/^(\/(:[A-Za-z]\w*|[a-z0-9.-]+))+$/.test(path)) {
    return 'its path must be parts such as /members or /:userId, each after a slash';
  }
  if (isTaken) return 'the feature has another route for the same requests';
  if (scope !== 'public' && !/^[a-z0-9-]+:[a-z0-9-]+$/.test(scope)) {
    return 'its scope must be "public" or two words such as usage:read';
  }
  if (body && (method === 'GET' || method === 'DELETE')) return `${method} has no body`;
  if (maxBodyBytes !== undefined && !(maxBodyBytes > 0 && maxBodyBytes <= mostBodyBytes)) {
    return `maxBodyBytes must be from 1 to ${mostBodyBytes}`;
  }
  if (raw?.headers.some((name) => !/^[a-z0-9-]+$/.test(name) || keptBack.includes(name))) {
    return `its headers must be lower-case names, without ${keptBack.join(' and ')}`;
  }
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
  const declared = params instanceof z.ZodObject ? Object.keys(params.shape) : [];
  if (inPath.toSorted().join() !== declared.toSorted().join()) {
    return `its params must be an object with exactly what its path names (${inPath.join(', ') || 'nothing'})`;
  }
  return undefined;
}
