import { defineCommand } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import { poolPlace } from '../money.ts';
import type { MoneyContext } from '../money.ts';
import { limitsEmbed } from '../views/limits.ts';

export function limitsCommand(context: MoneyContext): Command {
  return defineCommand({
    name: 'limits',
    options: {},
    access: 'everyone',
    installs: ['guild', 'user'],
    ephemeral: true,
    run: async (call) => {
      const { caller, reply, t } = call;
      const { access, files, limits, money } = context;
      const policy = await access.ownPolicy(caller, call);
      const caps = [...money.budgets.pools(poolPlace(context, call)), ...(await money.budgets.personal(caller.userId))];
      const [rates, balances, levels, stored] = await Promise.all([
        limits.peek(access.rates(policy)),
        money.ledger.balances(caller.userId, access.allowances(policy)),
        money.ledger.levels([...access.limits(policy), ...money.budgets.asLimits(caps)]),
        files.usage({ kind: 'user', id: caller.userId }),
      ]);
      await reply({ embeds: [limitsEmbed({ policy, rates, balances, levels, storedBytes: stored.bytes }, t)] });
    },
  });
}
