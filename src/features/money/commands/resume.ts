import { UserError } from '../../../kernel/errors.ts';
import { actOf, defineCommand } from '../../../sdk/index.ts';
import type { Call, Command, Pause } from '../../../sdk/index.ts';
import { targetOf } from '../money.ts';
import type { MoneyContext } from '../money.ts';
import { lines } from '../views/figures.ts';

/**
 * The bot's owner ends every pause of the place, and in a direct message all of them; a guild's managers end their own
 * guild's.
 */
export function resumeCommand(context: MoneyContext): Command {
  return defineCommand({
    name: 'resume',
    options: {},
    access: 'guild-administrator',
    ephemeral: true,
    run: async (call) => {
      const ended: Pause['scope'][] = [];
      for (const { scope } of pausesToEnd(context, call)) {
        if (!(await context.money.budgets.resume(scope))) continue;
        const act = actOf(call, { action: 'resume', targetId: targetOf(scope), details: {} });
        await context.audit.record(context.db, act);
        ended.push(scope);
      }
      if (ended.length === 0) throw new UserError('resume.none', 'nothing is paused');
      const others = ended.filter(({ kind, id }) => kind === 'guild' && id !== call.guildId).length;
      const content = lines(
        ended.some(({ kind }) => kind === 'instance') && call.t('resume.instance'),
        ended.some(({ id }) => id !== '' && id === call.guildId) && call.t('resume.guild'),
        others > 0 && call.t('resume.others', { count: others }),
      );
      await call.reply({ content });
    },
  });
}

function pausesToEnd({ money }: MoneyContext, { caller, guildId }: Call): Pause[] {
  const concerning = money.budgets
    .pauses()
    .filter(({ scope }) => guildId === null || scope.kind === 'instance' || scope.id === guildId);
  if (caller.instanceAdministrator) return concerning;
  // A direct message belongs to the caller, but pauses don't.
  if (guildId === null) throw new UserError('resume.not-allowed', 'not theirs');
  const own = concerning.filter(({ scope }) => scope.kind === 'guild');
  if (own.length === 0 && concerning.length > 0) throw new UserError('resume.instance-only', 'not theirs');
  return own;
}
