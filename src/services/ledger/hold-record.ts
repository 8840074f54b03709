import type { Amounts, Hold } from './port.ts';

/** An admission is a place in line for a request. A call is the highest possible cost of a paid call. */
export type HoldKind = 'admission' | 'call';

/** A hold with fields that only the ledger needs. */
export interface HoldRecord extends Hold {
  kind: HoldKind;
  /** The UTC day of its creation, whose meters it is added to. */
  day: string;
  /** The part of `held` that comes from savings. */
  heldSavings: Amounts;
  expiresAtMs: number;
}

/** The public part of a hold. */
export function publicHold(record: HoldRecord): Hold {
  const { key, request, step, attempt, terms, state, held, charged, fromSavings, refunded, onInstance } = record;
  const { createdAtMs, endedAtMs, facts } = record;
  return {
    ...{ key, request, step, attempt, terms, state, held, charged, fromSavings, refunded, onInstance },
    ...{ createdAtMs, endedAtMs, facts },
  };
}
