import type { Rate, TakeResult } from './port.ts';

/** The state of a rate's key when a take is decided. */
export interface Standing {
  rate: Rate;
  /** Of the latest take; 0 and null without one. */
  lastNumber: number;
  lastAtMs: number | null;
  /** The time of the take that lies `count` takes back; null when there are fewer. */
  displacedAtMs: number | null;
}

export interface Take {
  rate: Rate;
  number: number;
  atMs: number;
}

/**
 * A later take was made before the clock was set back, and is dropped. Otherwise people would be blocked until the
 * clock gets there again.
 */
export function forgottenAfterMs(rate: Rate, nowMs: number): number {
  return nowMs + rate.periodMs;
}

export function isForgotten({ rate, lastAtMs }: Standing, nowMs: number): boolean {
  return lastAtMs !== null && lastAtMs > forgottenAfterMs(rate, nowMs);
}

/**
 * A sliding log: a take is allowed when the one that lies `count` takes back is at least `periodMs` old. That is "at
 * most `count` in any period" to the letter, with one look whatever the count. A count of 0 allows nothing.
 * The generic cell rate algorithm (ITU-T I.371) keeps one figure per key, but lets nearly as many takes follow a burst
 * of `count` within one period; fixed windows do the same at their border.
 * Time never goes back within a key, as in a hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", OPODIS
 * 2014): when the clock is behind the last take, the take gets the last one's time.
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

/** Throws a RangeError for invalid rates. */
export function checkRates(rates: readonly Rate[]): void {
  for (const { key, count, periodMs } of rates) {
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`The rate ${key} has the count ${count}.`);
    if (!Number.isSafeInteger(periodMs) || periodMs < 1) throw new RangeError(`The rate ${key} lasts ${periodMs} ms.`);
  }
  if (new Set(rates.map(({ key }) => key)).size !== rates.length) {
    throw new RangeError(`Two rates share a key: ${rates.map(({ key }) => key).join(', ')}.`);
  }
}
