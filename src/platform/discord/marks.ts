import { Routes } from 'discord-api-types/v10';
import type { Clock } from '../../kernel/clock.ts';
import { VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { discordCodes, isDiscordError } from './errors.ts';
import type { DiscordHttp } from './http.ts';
import type { BucketState } from './pacer.ts';
import type { Marked } from './port.ts';

/** After a request that failed in passing, where Discord does not say how long to wait. */
const AFTER_FAILURE_MS = 1000;
/** What one request waits in all, for limits and after failures. */
const MOST_WAITED_MS = 5000;

/** A message whose reactions of ours are to be changed. */
interface Mark {
  messageId: string;
  /** What shall stand; null: nothing. */
  wanted: string | null;
  /** What of ours stands there, or may stand. */
  standing: Set<string>;
  told: ((marked: Marked) => void)[];
  /** What could not be removed. */
  leftover: Set<string>;
}

const replaced: Marked = { stands: false, isReplaced: true, leftover: [] };

/** `unsure`: Discord may have done it, or may do it when it is asked again. */
type Outcome = 'done' | 'refused' | 'unsure';

/**
 * Reactions that tell the state of something. Each channel has its queue, which asks Discord for one thing at a time, at
 * the pace that Discord's headers give reactions there, and behind all requests that somebody waits for. What has
 * changed again before its turn came is left out.
 */
export class Marks {
  readonly #http: DiscordHttp;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** By channel, in order of their turns. A channel that is in here is being worked on. */
  readonly #channels = new Map<string, Mark[]>();
  readonly #works = new Set<Promise<void>>();

  constructor(http: DiscordHttp, clock: Clock, logger: Logger) {
    this.#http = http;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** See `DiscordActions.mark`. */
  set(channelId: string, messageId: string, wanted: string | null, instead: readonly string[] = []): Promise<Marked> {
    const queue = this.#channels.get(channelId);
    const marks = queue ?? [];
    let mark = marks.find((one) => one.messageId === messageId);
    if (!mark) marks.push((mark = { messageId, wanted, standing: new Set(), told: [], leftover: new Set() }));
    for (const tell of mark.told.splice(0)) tell(replaced);
    mark.wanted = wanted;
    for (const emoji of instead) mark.standing.add(emoji);
    const { told } = mark;
    const settled = new Promise<Marked>((resolve) => told.push(resolve));
    if (!queue) {
      this.#channels.set(channelId, marks);
      const work: Promise<void> = this.#work(channelId, marks).finally(() => this.#works.delete(work));
      this.#works.add(work);
    }
    return settled;
  }

  /** Resolves when nothing is under way, after `mostMs` at the latest. */
  async settled(mostMs: number): Promise<void> {
    const enough = new AbortController();
    const waited = this.#clock.sleep(mostMs, enough.signal).catch(() => undefined);
    await Promise.race([Promise.all(this.#works), waited]);
    enough.abort();
  }

  async #work(channelId: string, marks: Mark[]): Promise<void> {
    for (let mark = marks[0]; mark; mark = marks[0]) {
      const change = nextChange(mark);
      if (!change) {
        marks.shift();
        const marked = { stands: mark.wanted !== null, isReplaced: false, leftover: [...mark.leftover] };
        for (const tell of mark.told.splice(0)) tell(marked);
        continue;
      }
      apply(mark, change, await this.#request(channelId, mark, change));
    }
    this.#channels.delete(channelId);
  }

  async #request(channelId: string, { messageId }: Mark, { method, emoji }: Change): Promise<Outcome> {
    const path = Routes.channelMessageOwnReaction(channelId, messageId, encodeURIComponent(emoji));
    for (let waitedMs = 0; ;) {
      let freeInMs = 0;
      const onBucket = ({ remaining, resetAfterMs }: BucketState) => (freeInMs = remaining > 0 ? 0 : resetAfterMs);
      try {
        const how = { priority: 'decoration', patient: false, repeatable: true } as const;
        await this.#http.request({ method, path, ...how, onBucket });
        if (freeInMs > 0) await this.#clock.sleep(Math.min(freeInMs, MOST_WAITED_MS));
        return 'done';
      } catch (error) {
        const passing = error instanceof VendorError && error.retryable;
        const waitMs = passing ? (error.retryAfterMs ?? AFTER_FAILURE_MS) : Infinity;
        waitedMs += waitMs;
        if (waitedMs > MOST_WAITED_MS) {
          this.#tell(error, channelId, emoji);
          // What Discord refused for a limit has not been done.
          return passing && !(method === 'PUT' && error.code === discordCodes.rateLimited) ? 'unsure' : 'refused';
        }
        await this.#clock.sleep(waitMs);
      }
    }
  }

  #tell(error: unknown, channelId: string, emoji: string): void {
    if (isDiscordError(error, discordCodes.unknownEmoji)) {
      this.#logger.warn(
        { emoji, channelId },
        'Discord does not know an emoji that I should react with; I go on without.',
      );
    } else {
      this.#logger.debug({ error, channelId }, 'a reaction could not be set or removed');
    }
  }
}

interface Change {
  method: 'PUT' | 'DELETE';
  emoji: string;
}

/** What is known of the message after a request. */
function apply(mark: Mark, { method, emoji }: Change, outcome: Outcome): void {
  mark.leftover.delete(emoji);
  if (method === 'DELETE') {
    mark.standing.delete(emoji);
    if (outcome === 'unsure') mark.leftover.add(emoji);
    return;
  }
  // One that may be there after all is removed like any other.
  if (outcome === 'refused') mark.standing.delete(emoji);
  else mark.standing.add(emoji);
  if (outcome !== 'done' && emoji === mark.wanted) mark.wanted = null;
}

/** What comes goes before what goes, so that the message is never without. */
function nextChange({ wanted, standing }: Mark): Change | undefined {
  if (wanted !== null && !standing.has(wanted)) return { method: 'PUT', emoji: wanted };
  for (const emoji of standing) if (emoji !== wanted) return { method: 'DELETE', emoji };
  return undefined;
}
