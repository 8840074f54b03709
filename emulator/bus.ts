import type { Announcement, Bus, World } from './contract.ts';

/** Announces changes in order; what an announcement tells is on disk before anybody hears it. */
export function createBus(world: World): Bus {
  const listeners: ((announcement: Announcement) => void)[] = [];
  return {
    announce(announcement) {
      world.flush();
      for (const listener of listeners) listener(announcement);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}
