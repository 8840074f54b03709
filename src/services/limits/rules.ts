import type { Rate, TakeResult } from './port.ts';

/** What is known of a rate's key when a take is decided. */
export interface Standing {
  rate: Rate;
  /** Of the latest take; 0 and null when there is none. */
  lastNumber: number;
  lastAtMs: number | null;
  /** When the take was made that is `count` takes ago from the one to decide; null when there were not so many. */
  displacedAtMs: number | null;
}

export interface Take {
  rate: Rate;
  number: number;
  atMs: number;
}

/**
 * A take later than this was made before the clock was set back, and is forgotten: with it, people would be locked out
 * until the clock is there again.
 */
export function forgottenAfterMs(rate: Rate, nowMs: number): number {
  return nowMs + rate.periodMs;
}

export function isForgotten({ rate, lastAtMs }: Standing, nowMs: number): boolean {
  return lastAtMs !== null && lastAtMs > forgottenAfterMs(rate, nowMs);
}

/**
 * A sliding log: a take is let through when the one that lies `count` takes back is at least `periodMs` old, which is
 * "at most `count` in any stretch" word for word, at the cost of one look whatever the count; a count of 0 lets nothing
 * through. (The generic cell rate
 * algorithm of ITU-T I.371 keeps one figure per key, but lets a burst of `count` be followed by nearly as many again
 * within one stretch; fixed windows do the same at their border.) As in a hybrid logical clock (Kulkarni et al.,
 * "Logical Physical Clocks", OPODIS 2014), time never falls within a key: when the clock stands before the last take,
 * which another machine or a clock set back explains, the take counts as made together with the last.
 */
export function decide(standings: readonly Standing[], nowMs: number): { result: TakeResult; takes: Take[] } {
  const takes: Take[] = [];
  let refusal: Extract<TakeResult, { status: 'refused' }> | undefined;
  for (const { rate, lastNumber, lastAtMs, displacedAtMs } of standings) {
    const atMs = Math.max(nowMs, lastAtMs ?? nowMs);
    const nextAtMs = rate.count === 0 ? atMs + rate.periodMs : nextAfter(displacedAtMs, atMs, rate);
    takes.push({ rate, number: lastNumber + 1, atMs });
    if (nextAtMs > Math.max(atMs, refusal?.nextAtMs ?? 0)) refusal = { status: 'refused', rate, nextAtMs };
  }
  return refusal ? { result: refusal, takes: [] } : { result: { status: 'taken' }, takes };
}

function nextAfter(displacedAtMs: number | null, atMs: number, { periodMs }: Rate): number {
  return displacedAtMs === null ? atMs : displacedAtMs + periodMs;
}

/** Throws a RangeError for rates that cannot be meant. */
export function checkRates(rates: readonly Rate[]): void {
  for (const { key, count, periodMs } of rates) {
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`The rate ${key} has the count ${count}.`);
    if (!Number.isSafeInteger(periodMs) || periodMs < 1) throw new RangeError(`The rate ${key} lasts ${periodMs} ms.`);
  }
  if (new Set(rates.map(({ key }) => key)).size !== rates.length) {
    throw new RangeError(`Two rates share a key: ${rates.map(({ key }) => key).join(', ')}.`);
  }
}
