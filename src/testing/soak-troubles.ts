import type { Announcement } from '../../emulator/contract.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Repeat, Trouble } from './soak-script.ts';
import type { SoakStage } from './soak-stage.ts';

/** Messages that are repeated after the gateway was killed. */
const REMEMBERED = 8;
const SOON_MS = 400;

export interface Troubles {
  /** Causes a trouble; resolves when the recovery has begun. */
  strike(trouble: Trouble, chance: number): Promise<void>;
  /** How often the next message of a person is delivered. */
  repeatNext(repeat: Repeat): void;
  /** Resolves when no repeated delivery is left. */
  over(): Promise<void>;
  /** Messages that were delivered more than once. */
  readonly repeated: number;
}

export function prepareTroubles(stage: SoakStage): Troubles {
  const { core, place, gateway, workers, gatewayControl } = stage;
  const pending = new Set<Promise<void>>();
  const seen: Announcement[] = [];
  let repeated = 0;
  let next: Repeat = 'never';
  let repeating = false;

  /** Only in its current form: Discord doesn't send what a message was before a change. */
  const again = (announcement: Announcement) => {
    const { id, content } = announcement.d as { id: string; content: string };
    if (core.world.messages.get(id)?.content !== content) return;
    repeated += 1;
    repeating = true;
    core.bus.announce(announcement);
    repeating = false;
  };
  const later = (delayMs: number, run: () => void) => {
    const waiting = systemClock.sleep(delayMs).then(run);
    pending.add(waiting);
    void waiting.finally(() => pending.delete(waiting));
  };
  core.bus.subscribe((announcement) => {
    const { author } = announcement.d as { author?: { id: string; bot?: boolean } };
    if (repeating || announcement.t !== 'MESSAGE_CREATE' || author?.id === place.botId) return;
    seen.push(announcement);
    seen.splice(0, seen.length - REMEMBERED);
    const repeat = next;
    next = 'never';
    if (repeat === 'at once') queueMicrotask(() => again(announcement));
    else if (repeat === 'soon') later(SOON_MS, () => again(announcement));
  });
  const strikes: Record<Trouble, (chance: number) => Promise<void>> = {
    drop: () => gatewayControl('drop'),
    reconnect: () => gatewayControl('reconnect'),
    invalidate: () => gatewayControl('invalid_session', false),
    'kill a worker': async (chance) => {
      const worker = workers[Math.floor(chance * workers.length)];
      await worker?.kill();
      worker?.start();
    },
    'kill the gateway': async () => {
      await gateway.kill();
      gateway.start();
      // To a process that doesn't remember them.
      for (const announcement of [...seen]) again(announcement);
    },
  };
  return {
    get repeated() {
      return repeated;
    },
    repeatNext: (repeat) => void (next = repeat),
    strike: (trouble, chance) => strikes[trouble](chance),
    over: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
