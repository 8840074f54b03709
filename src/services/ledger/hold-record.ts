import type { Amounts, Hold } from './port.ts';

/** An admission is a place in line for a request; a call is the worst case of something that costs. */
export type HoldKind = 'admission' | 'call';

/** A hold with what only the ledger needs to know of it. */
export interface HoldRecord extends Hold {
  kind: HoldKind;
  /** The UTC day of its creation, whose meters count it. */
  day: string;
  /** The part of `held` that comes from savings. */
  heldSavings: Amounts;
  expiresAtMs: number;
}

/** What others see of a hold. */
export function publicHold(record: HoldRecord): Hold {
  const { key, request, step, attempt, terms, state, held, charged, fromSavings, refunded, onInstance } = record;
  const { createdAtMs, endedAtMs, facts } = record;
  return {
    ...{ key, request, step, attempt, terms, state, held, charged, fromSavings, refunded, onInstance },
    ...{ createdAtMs, endedAtMs, facts },
  };
}
