import type { Clock } from '../../../kernel/clock.ts';

/** Enough for the channels of thousands of servers that are in use at a time. */
const mostRemembered = 10_000;
/** Another process may begin a conversation. */
const absentForMs = 10_000;

/**
 * Where the bot converses, remembered, so that events of all other channels cost nothing. May be wrong for ten seconds
 * about a channel in which another process has just begun a conversation.
 */
export interface ConversingChannels {
  /** Waits only for a channel that is not remembered. */
  has(channelId: string): boolean | Promise<boolean>;
  begun(channelId: string): void;
}

export function rememberChannels(
  clock: Pick<Clock, 'now'>,
  find: (channelId: string) => Promise<boolean>,
): ConversingChannels {
  /** Until when it holds, in the order of use. */
  const remembered = new Map<string, { conversing: boolean; untilMs: number }>();
  const remember = (channelId: string, conversing: boolean) => {
    remembered.delete(channelId);
    remembered.set(channelId, { conversing, untilMs: conversing ? Infinity : clock.now() + absentForMs });
    if (remembered.size <= mostRemembered) return;
    const [oldest] = remembered.keys();
    if (oldest !== undefined) remembered.delete(oldest);
  };
  return {
    has: (channelId) => {
      const known = remembered.get(channelId);
      if (known && clock.now() < known.untilMs) return known.conversing;
      return find(channelId).then((conversing) => {
        // A question that came meanwhile knows better.
        if (!conversing && remembered.get(channelId)?.conversing) return true;
        remember(channelId, conversing);
        return conversing;
      });
    },
    begun: (channelId) => remember(channelId, true),
  };
}
