import type { Clock } from '../kernel/clock.ts';
import { VendorError } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Discord } from '../platform/discord/index.ts';

/** Within it a member is told a reason once in a channel. */
const usualWindowMs = 60_000;
/** Reasons that a member is told in a channel within the window. */
const mostReasons = 5;
/** After one that Discord refused: it shuts out bots that ask too often for what they may not do. */
const pauseAfterRefusalMs = 10_000;
/** Reactions that wait in a channel, which takes four a second. */
const mostReactionsWaiting = 50;
/** What stands for a refusal that was given in words before. */
const reaction = '🚫';
/** Members and channels that are remembered. */
const mostRemembered = 5_000;

/** A message that is refused. */
interface Refused {
  id: string;
  channel_id: string;
  author: { id: string };
}

/**
 * Refusals that a channel sees. Each takes one of the few messages that Discord lets a bot write there, so a member is told
 * each reason once in a window, at most five of them, and gets a reaction to everything else. Answers go first, and where the
 * channel is crowded a reaction is all.
 */
export interface PublicRefusals {
  /** Returns at once, so that nothing waits for a refusal. Never throws. */
  tell(message: Refused, content: string): void;
  /** Resolves when nothing is being sent. */
  idle(): Promise<void>;
}

interface PublicRefusalsOptions {
  discord: Discord;
  clock: Clock;
  logger: Logger;
  /** 0 puts every refusal into words, however long that takes. */
  windowMs?: number | undefined;
}

/** A reason that a member was told in a channel. */
interface Told {
  reason: string;
  untilMs: number;
}

/** The reactions in a channel. */
interface Reacting {
  waiting: number;
  pausedUntilMs: number;
}

export function createPublicRefusals(options: PublicRefusalsOptions): PublicRefusals {
  const { discord, clock, logger, windowMs = usualWindowMs } = options;
  const urgency = windowMs === 0 ? 'reply' : 'refusal';
  const told = new Map<string, Told[]>();
  const reacting = new Map<string, Reacting>();
  const underway = new Set<Promise<void>>();

  const react = async ({ id, channel_id: channelId }: Refused): Promise<void> => {
    const channel = reacting.get(channelId) ?? { waiting: 0, pausedUntilMs: -Infinity };
    if (channel.waiting >= mostReactionsWaiting || clock.now() < channel.pausedUntilMs) return;
    channel.waiting += 1;
    if (reacting.size >= mostRemembered) reacting.clear();
    reacting.set(channelId, channel);
    const { stands, isReplaced } = await discord.actions.mark(channelId, id, reaction);
    channel.waiting -= 1;
    if (!stands && !isReplaced) channel.pausedUntilMs = clock.now() + pauseAfterRefusalMs;
    if (channel.waiting === 0 && stands) reacting.delete(channelId);
  };
  const say = async (message: Refused, content: string, one: Told): Promise<void> => {
    const { id, channel_id: channelId } = message;
    try {
      await discord.actions.send(channelId, { content }, { replyTo: id, key: `refusal/${id}`, urgency });
    } catch (error) {
      if (!(error instanceof VendorError)) logger.error({ error, channelId }, 'A refusal could not be sent.');
      else logger.debug({ error, channelId }, 'A refusal could not be sent.');
      one.untilMs = Math.min(one.untilMs, clock.now() + pauseAfterRefusalMs);
      await react(message);
    }
  };
  const isCurrent = ({ untilMs }: Told): boolean => clock.now() < untilMs;
  const remember = (key: string, all: Told[]): void => {
    if (told.size >= mostRemembered) {
      for (const [known, reasons] of told) if (!reasons.some(isCurrent)) told.delete(known);
      const [oldest] = told.keys();
      if (told.size >= mostRemembered && oldest !== undefined) told.delete(oldest);
    }
    told.delete(key);
    told.set(key, all);
  };

  return {
    tell: (message, content) => {
      const key = `${message.channel_id}/${message.author.id}`;
      const before = (told.get(key) ?? []).filter(isCurrent);
      const one = { reason: reasonOf(content), untilMs: clock.now() + windowMs };
      const isTold = before.length >= mostReasons || before.some(({ reason }) => reason === one.reason);
      if (!isTold) remember(key, [...before, one]);
      const work: Promise<void> = (isTold ? react(message) : say(message, content, one)).finally(() =>
        underway.delete(work),
      );
      underway.add(work);
    },
    idle: async () => {
      while (underway.size > 0) await Promise.all(underway);
    },
  };
}

/** Texts that differ in their numbers alone, such as the seconds that are left, give the same reason. */
const reasonOf = (content: string): string => content.replaceAll(/\d+/g, '#');
