import { defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import { policyOf, subjectOf } from '../money.ts';
import type { MoneyContext } from '../money.ts';
import { purseField } from '../views/account.ts';
import { sections } from '../views/figures.ts';

export function balanceCommand(context: MoneyContext): Command {
  return defineCommand({
    name: 'balance',
    options: { user: { type: 'user' } },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      const { options, reply, t } = call;
      const subject = subjectOf(call, options.user);
      const purses = context.access.purses(policyOf(context, call, subject)).filter(({ unit }) => unit === 'micros');
      const balances = await context.money.ledger.balances(subject.userId, purses);
      const whose = !subject.own && { name: '', value: t('balance.other', { user: subject.userId }) };
      const description = sections([whose, ...balances.map((balance) => purseField(balance, subject.own, t))]);
      await reply({ embeds: [{ title: t('balance.title'), description }] });
    },
  });
}
