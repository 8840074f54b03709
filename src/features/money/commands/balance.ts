import type { Command } from '../../../sdk/index.ts';
import type { MoneyContext } from '../money.ts';
import { purseField } from '../views/account.ts';
import { sections } from '../views/figures.ts';
import { accountCommand } from './account.ts';

export function balanceCommand(context: MoneyContext): Command {
  return accountCommand(context, 'balance', async ({ t }, { userId, own, purses }) => {
    const money = purses.filter(({ unit }) => unit === 'micros');
    const balances = await context.money.ledger.balances(userId, money);
    const whose = !own && { name: '', value: t('balance.other', { user: userId }) };
    const description = sections([whose, ...balances.map((balance) => purseField(balance, own, t))]);
    return { embeds: [{ title: t('balance.title'), description }] };
  });
}
