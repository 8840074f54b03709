import type { Clock } from '../../kernel/clock.ts';
import { VendorError } from '../../kernel/errors.ts';
import { discordCodes } from './errors.ts';
import { discordLimits } from './limits.ts';
import type { Urgency } from './port.ts';

/** Discord's clock may round the end of its window down. */
const MARGIN_MS = 10;
/** Between two edits that only show progress in a channel. */
const PROGRESS_INTERVAL_MS = 1000;
const MOST_LANES = 5000;
/** A refusal that comes later answers nobody any more. */
const REFUSAL_PATIENCE_MS = 10_000;
const MOST_REFUSALS_WAITING = 3;

/** The X-RateLimit headers of an answer. */
export interface BucketState {
  limit: number;
  remaining: number;
  resetAfterMs: number;
}

export function readBucket(headers: { get(name: string): string | null }): BucketState | undefined {
  const limit = Number(headers.get('x-ratelimit-limit') ?? NaN);
  const remaining = Number(headers.get('x-ratelimit-remaining') ?? NaN);
  const resetAfterMs = Number(headers.get('x-ratelimit-reset-after') ?? NaN) * 1000;
  return [limit, remaining, resetAfterMs].every(Number.isFinite) ? { limit, remaining, resetAfterMs } : undefined;
}

/**
 * The budget of one channel: creations and edits of messages counted together, as Discord allows itself to. A window
 * opens with its first request and ends when Discord's headers say. Who shows progress leaves writes in reserve, so
 * that final texts go out at once.
 */
export class ChannelLane {
  #clock: Clock;
  #limit: number = discordLimits.channelWrites;
  #remaining: number = discordLimits.channelWrites;
  #resetAtMs = 0;
  #blockedUntilMs = 0;
  #inFlight = 0;
  readonly #waiting: Record<Urgency, number> = { answer: 0, reply: 0, refusal: 0 };
  #progressAtMs = -Infinity;
  /** Answers growing in this channel, and when each last showed progress. */
  #live = new Map<object, number>();
  /** Those of them that have progress to show. */
  #hungry = new Set<object>();
  #wakers = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get idle(): boolean {
    const isAwaited = Object.values(this.#waiting).some((count) => count > 0);
    return this.liveAnswers === 0 && this.#inFlight === 0 && !isAwaited && this.#clock.now() >= this.#resetAtMs;
  }

  /** Milliseconds until the window ends; a whole window when none is open. */
  get windowLeftMs(): number {
    const leftMs = this.#resetAtMs - this.#clock.now();
    return leftMs > 0 ? leftMs : discordLimits.channelWindowMs;
  }

  /** Milliseconds until a write may be sent that leaves `reserve` writes in the window; 0 is now. */
  delayMs(reserve: number): number {
    const nowMs = this.#clock.now();
    if (nowMs < this.#blockedUntilMs) return this.#blockedUntilMs - nowMs;
    const remaining = nowMs >= this.#resetAtMs ? this.#limit - this.#inFlight : this.#remaining;
    if (remaining > Math.min(reserve, this.#limit - 1)) return 0;
    return Math.max(1, this.#resetAtMs - nowMs);
  }

  /** Answers growing in this channel; each may need a write for its final text at any moment. */
  get liveAnswers(): number {
    return this.#live.size;
  }

  /** An answer begins to grow in this channel. */
  join(answer: object): void {
    this.#live.set(answer, -Infinity);
  }

  /** The answer has nothing to show for now. */
  content(answer: object): void {
    if (this.#hungry.delete(answer)) this.wake();
  }

  /** The answer grows no more. */
  leave(answer: object): void {
    this.#hungry.delete(answer);
    if (this.#live.delete(answer)) this.wake();
  }

  /**
   * As `delayMs` for an edit by which an answer only shows progress: after an interval, in turn with the other answers,
   * and behind all who wait for a write.
   */
  progressDelayMs(answer: object, reserve: number): number {
    this.#hungry.add(answer);
    const lastMs = this.#live.get(answer) ?? -Infinity;
    const ofAnother = [...this.#hungry].some((other) => (this.#live.get(other) ?? lastMs) < lastMs);
    const intervalMs = this.#progressAtMs + PROGRESS_INTERVAL_MS - this.#clock.now();
    return Math.max(
      intervalMs,
      this.delayMs(reserve + this.#waiting.answer + this.#waiting.reply),
      ofAnother ? PROGRESS_INTERVAL_MS : 0,
      0,
    );
  }

  /** Takes a write that `delayMs` allowed, for the progress of an answer or whatever else. Returns the function to call with Discord's answer, if one came. */
  take(progressOf?: object): (answer: BucketState | undefined) => void {
    const nowMs = this.#clock.now();
    if (nowMs >= this.#resetAtMs) {
      this.#resetAtMs = nowMs + discordLimits.channelWindowMs;
      this.#remaining = this.#limit - this.#inFlight;
    }
    if (progressOf) {
      this.#progressAtMs = nowMs;
      this.#live.set(progressOf, nowMs);
      this.#hungry.delete(progressOf);
    }
    this.#remaining -= 1;
    this.#inFlight += 1;
    return (answer) => {
      this.#inFlight -= 1;
      if (answer) this.#learn(answer);
      this.wake();
    };
  }

  /**
   * Waits for a write that somebody waits for, and takes it. What is less urgent leaves writes to what is more. Rejects
   * with `discord/crowded` for a refusal that would wait long, or behind many others.
   */
  async enter(urgency: Urgency = 'answer'): Promise<(answer: BucketState | undefined) => void> {
    const giveUpAtMs = this.#clock.now() + (urgency === 'refusal' ? REFUSAL_PATIENCE_MS : Infinity);
    if (this.#delayMsFor(urgency) > 0) {
      if (urgency === 'refusal' && this.#waiting.refusal >= MOST_REFUSALS_WAITING) throw crowded();
      this.#waiting[urgency] += 1;
      try {
        for (let delayMs = this.#delayMsFor(urgency); delayMs > 0; delayMs = this.#delayMsFor(urgency)) {
          if (this.#clock.now() + delayMs > giveUpAtMs) throw crowded();
          await this.#clock.sleep(delayMs);
        }
      } finally {
        this.#waiting[urgency] -= 1;
      }
    }
    return this.take();
  }

  #delayMsFor(urgency: Urgency): number {
    if (urgency === 'answer') return this.delayMs(0);
    if (urgency === 'reply') return this.delayMs(1 + this.#waiting.answer);
    return this.delayMs(2 + this.#waiting.answer + this.#waiting.reply + this.liveAnswers);
  }

  /** Discord refused a write. */
  block(delayMs: number): void {
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, this.#clock.now() + delayMs);
  }

  /** Calls `run` once when there may be more room than was said. Returns the function that takes it back. */
  onceChanged(run: () => void): () => void {
    this.#wakers.add(run);
    return () => this.#wakers.delete(run);
  }

  wake(): void {
    const wakers = [...this.#wakers];
    this.#wakers.clear();
    for (const run of wakers) run();
  }

  #learn(answer: BucketState): void {
    const resetAtMs = this.#clock.now() + answer.resetAfterMs + MARGIN_MS;
    const remaining = answer.remaining - this.#inFlight;
    // Answers of one window name the same end but for the time they took; a window's length apart is another window.
    const sameWindow = Math.abs(resetAtMs - this.#resetAtMs) < discordLimits.channelWindowMs / 2;
    this.#limit = Math.max(1, answer.limit);
    this.#remaining = sameWindow ? Math.min(this.#remaining, remaining) : remaining;
    this.#resetAtMs = sameWindow ? Math.max(this.#resetAtMs, resetAtMs) : resetAtMs;
  }
}

const crowded = () => new VendorError(discordCodes.crowded, 'the channel is crowded', { retryable: true });

/** The lanes of all channels that were lately written to. */
export class Pacer {
  #clock: Clock;
  #lanes = new Map<string, ChannelLane>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  lane(channelId: string): ChannelLane {
    let lane = this.#lanes.get(channelId);
    if (!lane) {
      if (this.#lanes.size >= MOST_LANES) for (const [id, old] of this.#lanes) if (old.idle) this.#lanes.delete(id);
      this.#lanes.set(channelId, (lane = new ChannelLane(this.#clock)));
    }
    return lane;
  }
}
