import type { Command } from '../../../sdk/index.ts';
import type { MoneyContext } from '../money.ts';
import { movementsText, allowanceField } from '../views/account.ts';
import { sections } from '../views/figures.ts';
import { accountCommand } from './account.ts';

const transactionsShown = 10;

export function balanceCommand(context: MoneyContext): Command {
  return accountCommand(context, 'balance', async ({ t }, { userId, own, allowances }) => {
    const money = allowances.filter(({ unit }) => unit === 'micros');
    const { ledger } = context.money;
    const [balances, movements] = await Promise.all([
      ledger.balances(userId, money),
      ledger.movements(userId, transactionsShown),
    ]);
    const whose = !own && { name: '', value: t('balance.other', { user: userId }) };
    const description = sections([
      whose,
      ...balances.map((balance) => allowanceField(balance, own, t)),
      { name: t('balance.transactions'), value: movementsText(movements, context.texts, t) },
    ]);
    return { embeds: [{ title: t('balance.title'), description }] };
  });
}
