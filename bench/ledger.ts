/**
 * The ledger on the embedded server as it runs in production: whether a budget holds when hundreds ask at the same time
 * from several processes, against the usual way of checking first and charging after; and what a hold costs.
 */
import type { Figure } from './lib/statistics.ts';
import { overspendFigures } from './ledger/overspend.ts';
import { rateFigures } from './ledger/rates.ts';

export async function benchLedger(): Promise<Figure[]> {
  return [...(await overspendFigures()), ...(await rateFigures())];
}
