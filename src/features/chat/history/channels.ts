import type { Clock } from '../../../kernel/clock.ts';

/** Enough for the channels of thousands of servers that are in use at a time. */
const mostRemembered = 10_000;
/** Another process may begin a conversation. */
const absentForMs = 10_000;

type Find = (channelIds: readonly string[]) => Promise<ReadonlySet<string>>;

/**
 * Where the bot converses, remembered, so that events of all other channels cost nothing. May be wrong for ten seconds
 * about a channel in which another process has just begun a conversation.
 */
export interface ConversingChannels {
  /** Waits only for a channel that is not remembered. */
  has(channelId: string): boolean | Promise<boolean>;
  begun(channelId: string): void;
}

/** `find` tells which of these channels have a conversation. */
export function rememberChannels(clock: Pick<Clock, 'now'>, find: Find): ConversingChannels {
  /** Until when it holds, in the order of use. */
  const remembered = new Map<string, { conversing: boolean; untilMs: number }>();
  const remember = (channelId: string, conversing: boolean) => {
    remembered.delete(channelId);
    remembered.set(channelId, { conversing, untilMs: conversing ? Infinity : clock.now() + absentForMs });
    if (remembered.size <= mostRemembered) return;
    const [oldest] = remembered.keys();
    if (oldest !== undefined) remembered.delete(oldest);
  };
  const ask = askTogether(find);
  return {
    has: (channelId) => {
      const known = remembered.get(channelId);
      if (known && (known.conversing || clock.now() < known.untilMs)) return known.conversing;
      return ask(channelId).then((conversing) => {
        // A question came while the database was asked.
        if (!conversing && remembered.get(channelId)?.conversing) return true;
        remember(channelId, conversing);
        return conversing;
      });
    },
    begun: (channelId) => remember(channelId, true),
  };
}

/**
 * One request at a time for all channels that are asked for until it begins. Thousands of channels may wake up at once,
 * after an outage or at a big event: a request for each would keep all connections to the database for minutes.
 */
function askTogether(find: Find): (channelId: string) => Promise<boolean> {
  let next = new Map<string, PromiseWithResolvers<boolean>>();
  let isAsking = false;
  const askAll = async () => {
    while (next.size > 0) {
      const asked = next;
      next = new Map();
      try {
        const found = await find([...asked.keys()]);
        for (const [channelId, { resolve }] of asked) resolve(found.has(channelId));
      } catch (error) {
        for (const { reject } of asked.values()) reject(error);
      }
    }
    isAsking = false;
  };
  return (channelId) => {
    const asked = next.get(channelId) ?? Promise.withResolvers<boolean>();
    next.set(channelId, asked);
    if (!isAsking) {
      isAsking = true;
      queueMicrotask(() => void askAll());
    }
    return asked.promise;
  };
}
