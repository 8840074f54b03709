import type { Clock, Timer } from '../../kernel/clock.ts';

export interface Count {
  guildId: string;
  userId: string;
  /** `2026-11-21`, UTC. */
  day: string;
  messages: number;
}

export interface TallyOptions {
  clock: Clock;
  delayMs: number;
  write: (counts: readonly Count[]) => Promise<void>;
  onError: (error: unknown) => void;
}

export interface Tally {
  count(guildId: string, userId: string): void;
  forget(userId: string): void;
  /** Writes what has been gathered. What cannot be written is kept and tried again with the next. */
  flush(): Promise<void>;
}

/** Gathers counts in memory and writes them together, `delayMs` after the first. */
export function createTally({ clock, delayMs, write, onError }: TallyOptions): Tally {
  let gathered = new Map<string, Count>();
  let timer: Timer | undefined;

  const add = (count: Count) => {
    const key = `${count.guildId}/${count.userId}/${count.day}`;
    const held = gathered.get(key);
    if (held) held.messages += count.messages;
    else gathered.set(key, count);
    timer ??= clock.after(delayMs, () => void flush());
  };
  const flush = async () => {
    timer?.cancel();
    timer = undefined;
    if (gathered.size === 0) return;
    const counts = [...gathered.values()];
    gathered = new Map();
    try {
      await write(counts);
    } catch (error) {
      onError(error);
      counts.forEach(add);
    }
  };
  return {
    count: (guildId, userId) => {
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      add({ guildId, userId, day, messages: 1 });
    },
    forget: (userId) => {
      gathered = new Map([...gathered].filter(([, count]) => count.userId !== userId));
    },
    flush,
  };
}
