import type { AddressInfo } from 'node:net';
import { registerControl } from './control/index.ts';
import type { Clock, Core, Gateway } from './contract.ts';
import { createCore } from './core.ts';
import { attachGateway } from './gateway/index.ts';
import { RequestGuard } from './http/guard.ts';
import { servePage } from './http/page.ts';
import { RouteTable } from './http/router.ts';
import { answerUnknown, buildServer } from './http/server.ts';
import { registerInteractionRoutes } from './interactions/index.ts';
import { registerCdn } from './rest/cdn.ts';
import { registerRestRoutes } from './rest/index.ts';
import { seedWorld } from './seed.ts';
import { openWorld } from './world.ts';

export type { Core } from './contract.ts';

export interface EmulatorOptions {
  /** 0 takes any free port. */
  port: number;
  /** Address to bind; loopback unless given. */
  host?: string;
  /** Where everything is kept; null keeps it in memory. */
  dataDir: string | null;
  /** Folder with the built playground page, served at `/`. */
  page?: string | null;
  /** The address of another page that the playground links; asked each time. */
  dashboard?: () => string | null;
  /** Whether an empty world gets the playground's server (yes unless false). */
  seed?: boolean;
  clock?: Clock;
}

export interface Emulator {
  /** Without a slash at the end. */
  origin: string;
  port: number;
  core: Core;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

/**
 * Starts Discord on this machine: REST under `/api/v10`, the gateway, the control interface and the page. What a
 * request changed is on disk before it is answered. Rejects when the port or the data folder is taken.
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const clock = options.clock ?? { now: () => Date.now() };
  const host = options.host ?? LOOPBACK;
  const world = openWorld(options.dataDir, clock);
  let gateway: Gateway | undefined;
  try {
    if (options.seed !== false && world.guilds.size === 0) seedWorld(world, clock);
    const core = createCore(world, clock, options.dataDir);
    const table = new RouteTable();
    registerRestRoutes(table, core);
    registerInteractionRoutes(table, core);
    const guard = new RequestGuard(host);
    const server = await buildServer(core, table, guard);
    const { app } = server;
    registerCdn(app, core);
    await servePage(app, options.page ?? null, (request, reply) => answerUnknown(table, request, reply));
    app.server.on('upgrade', (request, socket) => {
      if (guard.refusal(request) !== undefined) socket.destroy();
    });
    gateway = attachGateway(app.server, core);
    registerControl({ server, core, guard, gateway, dashboard: options.dashboard ?? (() => null) });
    await listen(() => app.listen({ port: options.port, host }), options.port, host);
    const { port } = app.server.address() as AddressInfo;
    core.origin = `http://${addressForClients(host)}:${port}`;
    const attached = gateway;
    return {
      origin: core.origin,
      port,
      core,
      async close() {
        await attached.close();
        await app.close();
        world.close();
      },
    };
  } catch (error) {
    await gateway?.close();
    world.close();
    throw error;
  }
}

function addressForClients(host: string): string {
  if (host === '0.0.0.0' || host === '::') return LOOPBACK;
  return host.includes(':') ? `[${host}]` : host;
}

async function listen(start: () => Promise<unknown>, port: number, host: string): Promise<void> {
  try {
    await start();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new Error(`Port ${port} on ${host} is taken. Stop what uses it, or set PLAYGROUND_PORT to another port.`, {
        cause: error,
      });
    }
    if (code === 'EACCES') {
      throw new Error(`Port ${port} may not be used by this user. Set PLAYGROUND_PORT to a port above 1023.`, {
        cause: error,
      });
    }
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new Error(`This machine has no address ${host}. Set HOST to one that it has, or leave it out.`, {
        cause: error,
      });
    }
    throw error;
  }
}
