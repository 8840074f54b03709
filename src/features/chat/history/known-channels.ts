import type { Clock, Timer } from '../../../kernel/clock.ts';
import { rememberChannels } from './channels.ts';
import type { ConversingChannels } from './channels.ts';

/** Enough for thousands of servers; a list of them takes a few megabytes. */
const mostListed = 50_000;
/** Another process may begin a conversation. */
const readAgainMs = 10_000;

interface Search {
  /** All of them, or any `most` when there are more. */
  all(most: number): Promise<readonly string[]>;
  /** Those among these channels. */
  among(channelIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface KnownChannels extends ConversingChannels {
  /** Resolves when the list is no longer being read. */
  stop(): Promise<void>;
}

/**
 * Where the bot converses: the whole list, read again every ten seconds, so that a message of any other channel waits for
 * nothing and costs one look into a set. Channels are asked for one by one where there are too many to list, and before
 * the list is there. While the database is away, the last list holds.
 */
export function knowChannels(clock: Pick<Clock, 'now' | 'after'>, search: Search): KnownChannels {
  const some = rememberChannels(clock, (channelIds) => search.among(channelIds));
  let listed: Set<string> | undefined;
  let begunWhileReading: string[] = [];
  let timer: Timer | undefined;
  let isStopped = false;
  const read = async () => {
    begunWhileReading = [];
    try {
      const found = await search.all(mostListed + 1);
      listed = found.length > mostListed ? undefined : new Set([...found, ...begunWhileReading]);
    } catch {
      // The next write about a message reports that the database is down.
    }
    if (!isStopped) timer = clock.after(readAgainMs, () => void (reading = read()));
  };
  let reading = read();
  return {
    has: (channelId) => listed?.has(channelId) ?? some.has(channelId),
    begun: (channelId) => {
      listed?.add(channelId);
      begunWhileReading.push(channelId);
      some.begun(channelId);
    },
    stop: () => {
      isStopped = true;
      timer?.cancel();
      return reading;
    },
  };
}
