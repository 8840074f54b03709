import type { Balance, Caller } from '../../../sdk/index.ts';
import type { ImagePlace } from '../models.ts';
import type { Needs } from '../settings.ts';

/** How many images a member may have drawn today, and has. Undefined where nothing is counted. */
export async function dailyBalance(
  { access, money }: Needs<'access' | 'money'>,
  caller: Caller,
  place: ImagePlace,
): Promise<Balance | undefined> {
  const allowances = access.allowances(await access.ownPolicy(caller, place)).filter(({ unit }) => unit === 'images');
  const [balance] = allowances.length === 0 ? [] : await money.ledger.balances(caller.userId, allowances);
  return balance;
}

/** How many more are drawn today, with those that were granted; null is no limit. */
export function imagesLeft({ allowance, spent, held, overrun, savings }: Balance): number | null {
  if (allowance.amount === null) return null;
  const saved = savings.granted - savings.spent - savings.held;
  return Math.max(0, Math.max(0, allowance.amount - spent - held) + saved - overrun);
}
