import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import type { Signals } from '../sdk/index.ts';

const channel = 'feature_signal';

/** For a signal that was lost. */
const lookAgainMs = 5000;

interface OpenSignals extends Signals {
  close(): Promise<void>;
}

/** Sends signals by NOTIFY. */
export async function openSignals(postgres: Postgres, clock: Clock, logger: Logger): Promise<OpenSignals> {
  const waiters = new Map<string, Set<() => void>>();
  const sendHere = (name: string): void => {
    for (const wake of waiters.get(name) ?? []) wake();
  };
  const wakeAll = (): void => {
    for (const name of waiters.keys()) sendHere(name);
  };
  const close = await postgres.listen(channel, sendHere, wakeAll);
  return {
    close,
    sendHere,
    send: (name) => {
      sendHere(name);
      postgres.notify(postgres.db, channel, name).catch((error: unknown) => {
        logger.debug({ error, name }, 'A signal to the other processes was lost.');
      });
    },
    until: async (name, look, { withinMs, signal }) => {
      const untilMs = clock.now() + withinMs;
      let woken = Promise.withResolvers<void>();
      const forget = remember(waiters, name, () => woken.resolve());
      try {
        for (;;) {
          // Before it is looked: what is sent while it looks counts, too.
          woken = Promise.withResolvers<void>();
          const found = await look();
          const leftMs = untilMs - clock.now();
          if (found !== undefined || leftMs <= 0) return found;
          await wokenWithin(clock, woken.promise, Math.min(leftMs, lookAgainMs), signal);
        }
      } finally {
        forget();
      }
    },
  };
}

function remember(waiters: Map<string, Set<() => void>>, name: string, wake: () => void): () => void {
  const ofName = waiters.get(name) ?? new Set();
  waiters.set(name, ofName.add(wake));
  return () => {
    ofName.delete(wake);
    if (ofName.size === 0 && waiters.get(name) === ofName) waiters.delete(name);
  };
}

async function wokenWithin(
  clock: Clock,
  woken: Promise<void>,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([woken, clock.sleep(ms, signal ? AbortSignal.any([signal, over.signal]) : over.signal)]);
  } finally {
    over.abort();
  }
}
