import type { Clock, Timer } from '../../kernel/clock.ts';
import { modelError } from './errors.ts';

export interface Timeouts {
  /** Until the first sign of life. */
  firstByteMs: number;
  /** Between two signs of life. */
  stallMs: number;
  totalMs: number;
}

/**
 * Ends a call that takes too long or that the caller gives up, at once, also when the provider's client does not react:
 * whatever is awaited through `wait` is then left behind.
 */
export class Watchdog {
  private readonly controller = new AbortController();
  private readonly clock: Clock;
  private readonly timeouts: Timeouts;
  private readonly caller: AbortSignal;
  private readonly provider: string;
  private readonly startedAt: number;
  private lastSignAt: number;
  private alive = false;
  private timer: Timer | undefined;

  constructor(options: { clock: Clock; timeouts: Timeouts; caller: AbortSignal; provider: string }) {
    this.clock = options.clock;
    this.timeouts = options.timeouts;
    this.caller = options.caller;
    this.provider = options.provider;
    this.startedAt = this.lastSignAt = options.clock.now();
    this.caller.addEventListener('abort', this.onCallerAbort, { once: true });
    if (this.caller.aborted) this.onCallerAbort();
    this.watch();
  }

  /** For the provider's client. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The provider has sent something. */
  sign(): void {
    this.alive = true;
    this.lastSignAt = this.clock.now();
  }

  /** The outcome of `work`, or a rejection with the reason as soon as the call has ended. */
  wait<T>(work: PromiseLike<T>): Promise<T> {
    const { signal } = this.controller;
    return new Promise<T>((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason as Error);
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      work.then(resolve, reject).then(
        () => signal.removeEventListener('abort', onAbort),
        () => undefined,
      );
    });
  }

  /** Ends the call, if it has not ended, and all watching. */
  stop(): void {
    this.timer?.cancel();
    this.caller.removeEventListener('abort', this.onCallerAbort);
    this.controller.abort(new Error('the call has ended'));
  }

  private readonly onCallerAbort = (): void => {
    this.timer?.cancel();
    this.controller.abort(this.caller.reason);
  };

  /** One timer for all three limits; a sign of life only moves the time that it finds when it runs. */
  private watch(): void {
    const now = this.clock.now();
    const idleMs = this.alive ? this.timeouts.stallMs : this.timeouts.firstByteMs;
    const idleLeft = this.lastSignAt + idleMs - now;
    const totalLeft = this.startedAt + this.timeouts.totalMs - now;
    if (totalLeft <= 0) return this.expire(`no complete answer within ${seconds(this.timeouts.totalMs)}`);
    if (idleLeft <= 0) {
      return this.expire(
        this.alive ? `it fell silent for ${seconds(idleMs)}` : `nothing came within ${seconds(idleMs)}`,
      );
    }
    // A stall may be the shorter limit, and it starts to count with a first sign that comes while this timer runs.
    this.timer = this.clock.after(Math.min(idleLeft, totalLeft, this.timeouts.stallMs), () => this.watch());
  }

  private expire(what: string): void {
    this.controller.abort(modelError('model/timeout', `${this.provider}: ${what}`, { retryable: true }));
  }
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
