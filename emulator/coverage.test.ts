import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayDispatchEvents, GatewayOpcodes } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';
import { clientEndpoints, dispatches, endpoints, gatewayOperations } from './coverage.ts';
import { createCore } from './core.ts';
import type { Coverage } from './coverage/states.ts';
import { RouteTable } from './http/router.ts';
import { registerInteractionRoutes } from './interactions/index.ts';
import { registerRestRoutes } from './rest/index.ts';
import { findOpenApi } from './testing/openapi.ts';
import { openWorld } from './world.ts';

const methods = ['get', 'post', 'put', 'patch', 'delete'];

function withoutParameterNames(endpoint: string): string {
  return endpoint.replace(/\{[^}]*\}/g, '{}');
}

const isServed = (coverage: Coverage): boolean => coverage === 'done' || 'partly' in coverage;

const listed = Object.entries(endpoints).flatMap(([path, byMethod]) =>
  Object.entries(byMethod).map(([method, coverage]) => ({
    name: withoutParameterNames(`${method} ${path}`),
    isServed: isServed(coverage),
  })),
);

function registered(): string[] {
  const clock = { now: () => 0 };
  const table = new RouteTable();
  const core = createCore(openWorld(null, clock), clock, null);
  registerRestRoutes(table, core);
  registerInteractionRoutes(table, core);
  return table.endpoints().map(({ method, path }) => withoutParameterNames(`${method} ${path}`));
}

/** The emulator's own sources, without what only lists or filters events. */
function sources(): string {
  return globSync('**/*.ts', { cwd: import.meta.dirname })
    .filter((file) => !/\.test\.ts$|^coverage|^testing|^contract\.ts$|^gateway.intents\.ts$/.test(file))
    .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
    .join('\n');
}

describe('the coverage list', () => {
  it('says done or partly of exactly what is registered', () => {
    const served = listed.filter(({ isServed }) => isServed).map(({ name }) => name);
    expect(served.toSorted()).toEqual(registered().toSorted());
  });

  it.skipIf(findOpenApi() === undefined)(
    'names every endpoint of Discord’s description, and no other but the clients’',
    () => {
      const description = JSON.parse(readFileSync(findOpenApi() ?? '', 'utf8')) as {
        paths: Record<string, Record<string, unknown>>;
      };
      const described = Object.entries(description.paths).flatMap(([path, operations]) =>
        Object.keys(operations)
          .filter((method) => methods.includes(method))
          .map((method) => withoutParameterNames(`${method.toUpperCase()} ${path}`)),
      );
      const expected = [...described, ...clientEndpoints.map(withoutParameterNames)];
      expect(listed.map(({ name }) => name).toSorted()).toEqual([...new Set(expected)].toSorted());
    },
  );

  it('names every gateway operation', () => {
    const names = Object.keys(GatewayOpcodes).filter((name) => Number.isNaN(Number(name)));
    expect(Object.keys(gatewayOperations).toSorted()).toEqual(names.toSorted());
  });

  it('names every dispatch, and says done or partly of exactly those that are sent', () => {
    expect(Object.keys(dispatches)).toEqual(expect.arrayContaining(Object.values(GatewayDispatchEvents)));
    const text = sources();
    const sent = Object.keys(dispatches).filter((event) => text.includes(`'${event}'`));
    const claimed = Object.entries(dispatches).flatMap(([event, coverage]) => (isServed(coverage) ? [event] : []));
    expect(claimed.toSorted()).toEqual(sent.toSorted());
  });

  it('says what is missing wherever it says partly, and why or until when wherever it says no', () => {
    const all = [
      ...Object.values(endpoints).flatMap((byMethod) => Object.values(byMethod)),
      ...Object.values(gatewayOperations),
      ...Object.values(dispatches),
    ];
    const reasons = all.flatMap((coverage) => (coverage === 'done' ? [] : Object.values(coverage)));
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason.length).toBeGreaterThan(10);
  });
});
