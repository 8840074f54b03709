import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';

/** What follows in a channel waits so long for a command, so that `!clear` comes before the question after it. */
const patienceMs = 1000;
/** Commands at work in one channel; more are refused. */
const mostInChannel = 20;

export interface ChannelWork {
  /**
   * Begins the work at once. The promise resolves when it is done, or when the channel has waited long enough for it: a
   * second, and nothing while an earlier work is still under way, so that no number of them holds up the channel. Undefined
   * when too much is under way there; the work is not begun then. What rejects is logged.
   */
  run(channelId: string, work: () => Promise<void>): Promise<void> | undefined;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

export function createChannelWork(clock: Clock, logger: Logger): ChannelWork {
  const underway = new Map<string, Set<Promise<void>>>();
  return {
    run: (channelId, work) => {
      const here = underway.get(channelId) ?? new Set();
      if (here.size >= mostInChannel) return undefined;
      const isAlone = here.size === 0;
      const done: Promise<void> = work()
        .catch((error: unknown) => logger.error({ error, channelId }, 'A command could not be run.'))
        .finally(() => {
          here.delete(done);
          if (here.size === 0) underway.delete(channelId);
        });
      here.add(done);
      underway.set(channelId, here);
      return isAlone ? atMost(clock, done, patienceMs) : Promise.resolve();
    },
    idle: async () => {
      while (underway.size > 0) await Promise.all([...underway.values()].flatMap((works) => [...works]));
    },
  };
}

async function atMost(clock: Clock, work: Promise<void>, delayMs: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(delayMs, resolve);
  await Promise.race([work, late]);
  timer.cancel();
}
