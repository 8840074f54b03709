import { defineCommand, mayUse } from '../../../sdk/index.ts';
import type { Command } from '../../../sdk/index.ts';
import { fill } from '../budgets.ts';
import { poolPlace } from '../money.ts';
import type { MoneyContext } from '../money.ts';
import { budgetEmbed } from '../views/budget.ts';

export function budgetCommand(context: MoneyContext): Command {
  return defineCommand({
    name: 'budget',
    options: {},
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      const { caller, reply, t } = call;
      const { budgets } = context.money;
      const place = poolPlace(context, call);
      const [pools, personal] = await Promise.all([
        fill(context, budgets.pools(place)),
        budgets.personal(caller.userId).then((own) => fill(context, own)),
      ]);
      const pause = budgets.paused(place);
      const mayResume =
        pause?.scope.kind === 'guild' ? mayUse('guild-administrator', caller) : caller.instanceAdministrator;
      const { downgrade } = budgets;
      await reply({ embeds: [budgetEmbed({ pools, personal, pause, downgrade, mayResume }, t)] });
    },
  });
}
