import { UserError } from '../../../kernel/errors.ts';
import { formatMicros } from '../../../kernel/money.ts';
import { actOf, defineCommand } from '../../../sdk/index.ts';
import type { Command, EveryonesFree, Translate } from '../../../sdk/index.ts';
import type { MoneyContext } from '../money.ts';
import { quoted, readBudget } from '../rules.ts';
import { lines } from '../views/figures.ts';

/** Shows or sets everyone's free money per day. The settings apply until this command sets a value. */
export function setAllowanceCommand(context: MoneyContext): Command {
  return defineCommand({
    name: 'set-allowance',
    options: { amount: { type: 'string', maxLength: 20 } },
    access: 'instance-administrator',
    ephemeral: true,
    run: async (call) => {
      const { options, reply, t } = call;
      const { access } = context;
      const before = access.everyonesFree();
      if (options.amount === undefined) {
        await reply({ embeds: [{ description: stateText(before, t) }] });
        return;
      }
      const micros = readBudget(options.amount);
      if (micros === undefined && !before.byCommand) {
        throw new UserError('set-allowance.not-set', 'nothing to reset', { text: quoted(options.amount) });
      }
      await access.setEveryonesFree(micros);
      const after = access.everyonesFree();
      const details = { before: before.micros, after: after.micros, micros: micros ?? null };
      await context.audit.record(context.db, actOf(call, { action: 'set-allowance', targetId: 'instance', details }));
      const description = lines(stateText(after, t), t('set-allowance.before', { amount: freeText(before, t) }));
      await reply({ embeds: [{ description }] });
    },
  });
}

const freeText = ({ micros }: Pick<EveryonesFree, 'micros'>, t: Translate) =>
  micros === null ? t('set-allowance.unlimited') : formatMicros(micros);

function stateText(free: EveryonesFree, t: Translate): string {
  const more = free.more.map(({ role, micros }) => `${role} (${freeText({ micros }, t)})`).join(', ');
  return lines(
    t('set-allowance.now', { amount: freeText(free, t) }),
    t(free.byCommand ? 'set-allowance.by-command' : 'set-allowance.by-settings'),
    more !== '' && t('set-allowance.more', { roles: more }),
  );
}
