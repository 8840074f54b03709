import type { Clock } from '../../kernel/clock.ts';

/** Failures in a row after which a provider or a model is left alone for a while. */
const FAILURES_TO_OPEN = 5;
const COOL_DOWN_MS = 30_000;

/**
 * Spares callers the wait for what does not answer: opens after several failures in a row, and after a
 * cool-down lets a single call through, whose outcome closes it or opens it again.
 */
export class CircuitBreaker {
  private readonly clock: Clock;
  private failures = 0;
  private openUntil = 0;
  private trying = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** 0 when a call may be made, which the caller must then end with `succeeded`, `failed` or `left`. */
  enter(): number {
    if (this.failures < FAILURES_TO_OPEN) return 0;
    const waitMs = this.openUntil - this.clock.now();
    if (waitMs > 0) return waitMs;
    if (this.trying) return COOL_DOWN_MS;
    this.trying = true;
    return 0;
  }

  succeeded(): void {
    this.failures = 0;
    this.trying = false;
  }

  failed(): void {
    this.failures += 1;
    this.trying = false;
    if (this.failures >= FAILURES_TO_OPEN) this.openUntil = this.clock.now() + COOL_DOWN_MS;
  }

  /** The call ended without telling anything (a person cancelled it). */
  left(): void {
    this.trying = false;
  }
}

/** A breaker for each model: what one model does closes no other. */
export class ModelBreakers {
  private readonly clock: Clock;
  private readonly breakers = new Map<string, CircuitBreaker>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  of(model: string): CircuitBreaker {
    let breaker = this.breakers.get(model);
    if (!breaker) this.breakers.set(model, (breaker = new CircuitBreaker(this.clock)));
    return breaker;
  }
}
