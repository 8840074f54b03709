import { dayAt } from '../../kernel/calendar.ts';
import { UserError } from '../../kernel/errors.ts';
import { type Books, type Decision, noChanges } from './books.ts';
import { userName } from './holders.ts';
import type { Unit } from './port.ts';

export interface Grant {
  key: string;
  userId: string;
  unit: Unit;
  amount: number;
  actorId: string;
  reason: string;
}

/**
 * Adds to a person's savings or removes from them, but never what is held. Zero, or a key that was used before, changes
 * nothing.
 */
export function grant(books: Books, asked: Grant, nowMs: number): Decision<{ savings: number; changed: boolean }> {
  const { userId, unit, amount, actorId, reason } = asked;
  const { granted, spent, held } = books.savings(userId, unit);
  const key = `grant/${asked.key}`;
  if (amount === 0 || books.hasTransaction(key)) {
    return { outcome: { savings: granted - spent, changed: false }, changes: noChanges };
  }
  const most = granted - spent - held;
  if (most + amount < 0) {
    throw new UserError('ledger/too-little', `Only ${most} ${unit} can be removed`, { most });
  }
  if (!Number.isSafeInteger(granted + amount)) throw new RangeError(`${amount} ${unit} is too large to count`);
  const transaction = {
    ...{ key, kind: 'grant' as const, holdKey: null, payerId: userId, guildId: null, channelId: null },
    ...{ day: dayAt(nowMs), actorId, reason, atMs: nowMs },
    entries: [
      { account: 'mint', unit, amount: -amount },
      { account: `${userName(userId)}/savings`, unit, amount },
    ],
  };
  return {
    outcome: { savings: granted + amount - spent, changed: true },
    changes: {
      ...noChanges,
      savings: [{ userId, unit, granted: amount, spent: 0, held: 0 }],
      transactions: [transaction],
    },
  };
}
