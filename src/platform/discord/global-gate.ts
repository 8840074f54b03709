import type { Clock } from '../../kernel/clock.ts';
import { discordLimits } from './limits.ts';

/**
 * What a request is for. `urgent`: what somebody waits for, such as first texts and final edits. `progress`: edits of
 * growing answers, which leave room for the urgent. `decoration`: what can be left out, such as typing.
 */
export type Priority = 'urgent' | 'progress' | 'decoration';

const WINDOW_MS = 1000;
/** The part of the budget that each kind may fill. */
const SHARES: Readonly<Record<Priority, number>> = { urgent: 1, progress: 0.8, decoration: 0.4 };

/**
 * Discord's limit on requests per second over all routes. A request counts from when it is sent until a second after it
 * was answered, so that however long the way to Discord is, no second there sees more than the limit.
 */
export class GlobalGate {
  #clock: Clock;
  #perSecond: number = discordLimits.requestsPerSecond;
  #inFlight = 0;
  #answeredAtMs: number[] = [];
  #blockedUntilMs = 0;
  #urgentWaiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** This process's part of the limit. */
  set requestsPerSecond(perSecond: number) {
    this.#perSecond = Math.max(1, Math.floor(perSecond));
  }

  /** Milliseconds until a request of this kind may be sent; 0 is now. `expected` more are about to be sent. */
  delayMs(priority: Priority, expected = 0): number {
    const nowMs = this.#clock.now();
    if (nowMs < this.#blockedUntilMs) return this.#blockedUntilMs - nowMs;
    this.#forget(nowMs);
    const waiting = priority === 'urgent' ? 0 : this.#urgentWaiting;
    const room = Math.max(1, Math.floor(this.#perSecond * SHARES[priority]));
    const over = this.#inFlight + this.#answeredAtMs.length + waiting + expected + 1 - room;
    if (over <= 0) return 0;
    const freed = this.#answeredAtMs[Math.min(over, this.#answeredAtMs.length) - 1];
    return freed === undefined ? WINDOW_MS / 20 : Math.max(1, freed + WINDOW_MS - nowMs);
  }

  /** Waits for a place and takes it. Returns the function that says that the answer has come. */
  async enter(priority: Priority, signal?: AbortSignal): Promise<() => void> {
    let delayMs = this.delayMs(priority);
    if (delayMs > 0) {
      if (priority === 'urgent') this.#urgentWaiting += 1;
      try {
        for (; delayMs > 0; delayMs = this.delayMs(priority)) await this.#clock.sleep(delayMs, signal);
      } finally {
        if (priority === 'urgent') this.#urgentWaiting -= 1;
      }
    }
    this.#inFlight += 1;
    return () => {
      this.#inFlight -= 1;
      this.#answeredAtMs.push(this.#clock.now());
    };
  }

  /** Discord said that the limit is used up. */
  block(delayMs: number): void {
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, this.#clock.now() + delayMs);
  }

  #forget(nowMs: number): void {
    while (this.#answeredAtMs[0] !== undefined && this.#answeredAtMs[0] + WINDOW_MS <= nowMs)
      this.#answeredAtMs.shift();
  }
}
