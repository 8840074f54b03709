import { amountOf } from './amounts.ts';
import { type Changes, type MeterChange, noChanges } from './books.ts';
import type { HoldRecord } from './hold-record.ts';
import { limitedPools, userName } from './holders.ts';
import { type HoldState, units } from './port.ts';

/** Reserves a place in line. */
export function takePlace(record: HoldRecord): Changes {
  return { ...noChanges, meters: placeMeters(record, 1), holds: [record] };
}

/** Releases the place. */
export function releasePlace(record: HoldRecord, state: HoldState, nowMs: number): Changes {
  const ended = { ...record, state, endedAtMs: nowMs };
  return { ...noChanges, meters: placeMeters(record, -1), holds: [ended] };
}

/** Skips pools without a limit: their rows would stay locked until the caller's transaction ends. */
function placeMeters({ held, terms, day }: HoldRecord, sign: 1 | -1): MeterChange[] {
  return units
    .filter((unit) => amountOf(held, unit) > 0)
    .flatMap((unit) => {
      const common = { unit, day, spent: 0, held: 0, admitted: sign * amountOf(held, unit) };
      return [
        ...limitedPools(terms, unit).map((holder) => ({ ...common, holder, source: 'pool' as const })),
        { ...common, holder: userName(terms.payerId), source: 'allowance' as const },
      ];
    });
}
