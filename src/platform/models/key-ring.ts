import type { Clock } from '../../kernel/clock.ts';

interface Key {
  value: string;
  /** For people: which of the configured keys, from 1. */
  number: number;
  restsUntil: number;
  fault: KeyFault | undefined;
}

/** Why a key is set aside until someone does something about it. */
export type KeyFault = 'bad' | 'no-credit';

type KeyState = { status: 'ready' } | { status: 'resting'; readyInMs: number } | { status: KeyFault };

/** The keys of one provider, taken in turn. A provider without keys has one that is empty. */
export class KeyRing {
  private readonly clock: Clock;
  private readonly keys: Key[];
  private turn = 0;

  constructor(clock: Clock, values: readonly string[]) {
    this.clock = clock;
    const used = values.length === 0 ? [''] : values;
    this.keys = used.map((value, index) => ({ value, number: index + 1, restsUntil: 0, fault: undefined }));
  }

  get size(): number {
    return this.keys.length;
  }

  /** The next key that may be used and is not among `tried`. */
  next(tried: ReadonlySet<string>): { value: string; number: number } | undefined {
    for (let step = 0; step < this.keys.length; step++) {
      const key = this.keys[(this.turn + step) % this.keys.length];
      if (!key || tried.has(key.value) || key.restsUntil > this.clock.now()) continue;
      this.turn = (this.turn + step + 1) % this.keys.length;
      return key;
    }
    return undefined;
  }

  rest(value: string, restMs: number): void {
    const key = this.keys.find((candidate) => candidate.value === value);
    if (key) Object.assign(key, { restsUntil: this.clock.now() + restMs, fault: undefined });
  }

  /** Like `rest`, for a key that was refused or has no credit. True when that is new. */
  setAside(value: string, fault: KeyFault, restMs: number): boolean {
    const key = this.keys.find((candidate) => candidate.value === value);
    if (!key) return false;
    const isNew = key.fault !== fault;
    Object.assign(key, { restsUntil: this.clock.now() + restMs, fault });
    return isNew;
  }

  worked(value: string): void {
    const key = this.keys.find((candidate) => candidate.value === value);
    if (key) Object.assign(key, { restsUntil: 0, fault: undefined });
  }

  /** Of all keys together. */
  state(): KeyState {
    const now = this.clock.now();
    const resting = this.keys.filter((key) => key.restsUntil > now);
    if (resting.length < this.keys.length) return { status: 'ready' };
    const limited = resting.filter((key) => key.fault === undefined);
    if (limited.length === 0) return { status: resting.some((key) => key.fault === 'bad') ? 'bad' : 'no-credit' };
    return { status: 'resting', readyInMs: Math.min(...limited.map((key) => key.restsUntil)) - now };
  }
}
