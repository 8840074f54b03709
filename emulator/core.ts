import { createBus } from './bus.ts';
import type { Clock, Core } from './contract.ts';
import { Faults } from './faults.ts';
import { createFileStore } from './file-store.ts';
import { RateLimits } from './http/rate-limits.ts';
import { createMessageOperations } from './messages/operations.ts';
import { computePermissions } from './permissions.ts';
import type { OpenWorld } from './world.ts';

/** Puts the parts together around an open world; `origin` changes once the port is known, `isOnline` with the gateway. */
export function createCore(world: OpenWorld, clock: Clock, dataDir: string | null): Core {
  const core: Core = {
    world,
    clock,
    bus: createBus(world),
    faults: new Faults(),
    limits: new RateLimits(clock),
    files: createFileStore(dataDir),
    messages: createMessageOperations(() => core),
    permissions: (userId, place) => computePermissions(world, clock, userId, place),
    isOnline: () => false,
    origin: 'http://127.0.0.1',
  };
  return core;
}
