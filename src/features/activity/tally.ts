import type { Clock, Timer } from '../../kernel/clock.ts';

export interface Count {
  guildId: string;
  userId: string;
  /** `2026-11-21`, UTC. */
  day: string;
  messages: number;
}

interface TallyOptions {
  clock: Clock;
  delayMs: number;
  write: (counts: readonly Count[]) => Promise<void>;
  onError: (error: unknown) => void;
}

interface Tally {
  count(guildId: string, userId: string): void;
  forget(userId: string): void;
  /** Writes the gathered counts. Those that can't be written are kept for the next time. */
  flush(): Promise<void>;
}

const dayMs = 86_400_000;

/**
 * Gathers counts in memory and writes them together, `delayMs` after the first. It runs for every message that the bot
 * sees, so counting only finds a number and adds one.
 */
export function createTally({ clock, delayMs, write, onError }: TallyOptions): Tally {
  /** One day's counts by guild, then by user. */
  let gathered = new Map<string, Map<string, { messages: number }>>();
  let dayNumber = 0;
  /** To be written: past days, and counts that couldn't be written before. */
  let closed: Count[] = [];
  let timer: Timer | undefined;

  const add = (guildId: string, userId: string) => {
    let users = gathered.get(guildId);
    if (!users) gathered.set(guildId, (users = new Map<string, { messages: number }>()));
    const known = users.get(userId);
    if (known) known.messages += 1;
    else users.set(userId, { messages: 1 });
  };
  const close = () => {
    const day = new Date(dayNumber * dayMs).toISOString().slice(0, 10);
    for (const [guildId, users] of gathered) {
      for (const [userId, { messages }] of users) closed.push({ guildId, userId, day, messages });
    }
    gathered = new Map();
  };
  const flush = async () => {
    timer?.cancel();
    timer = undefined;
    close();
    const counts = merge(closed);
    closed = [];
    if (counts.length === 0) return;
    try {
      await write(counts);
    } catch (error) {
      onError(error);
      closed = [...counts, ...closed];
      timer ??= clock.after(delayMs, () => void flush());
    }
  };
  return {
    count: (guildId, userId) => {
      const today = Math.floor(clock.now() / dayMs);
      if (today !== dayNumber) {
        close();
        dayNumber = today;
      }
      add(guildId, userId);
      timer ??= clock.after(delayMs, () => void flush());
    },
    forget: (userId) => {
      for (const users of gathered.values()) users.delete(userId);
      closed = closed.filter((count) => count.userId !== userId);
    },
    flush,
  };
}

/** One count per guild, member and day. */
function merge(counts: readonly Count[]): Count[] {
  const merged = new Map<string, Count>();
  for (const count of counts) {
    const key = `${count.guildId} ${count.userId} ${count.day}`;
    const known = merged.get(key);
    merged.set(key, known ? { ...known, messages: known.messages + count.messages } : count);
  }
  return [...merged.values()];
}
