import type { Period } from '../../../kernel/calendar.ts';
import { UserError } from '../../../kernel/errors.ts';
import { formatMicros } from '../../../kernel/money.ts';
import { actOf, defineCommand } from '../../../sdk/index.ts';
import type { Budget, Call, Command, CommandCall } from '../../../sdk/index.ts';
import { fill } from '../budgets.ts';
import { poolPlace, targetOf } from '../money.ts';
import type { MoneyContext } from '../money.ts';
import { budgetTarget, quoted, readBudget, scopeChoices, scopesOf } from '../rules.ts';
import type { BudgetTarget, ScopeChoice } from '../rules.ts';
import { budgetText, scopeText } from '../views/budget.ts';
import { lines } from '../views/figures.ts';

interface Change extends BudgetTarget {
  period: Period;
  micros: number | undefined;
}

export function setBudgetCommand(context: MoneyContext): Command {
  return defineCommand({
    name: 'set-budget',
    aliases: ['set_budget'],
    options: {
      amount: { type: 'string', required: true, maxLength: 20 },
      period: { type: 'string', choices: ['day', 'week', 'month'] },
      scope: { type: 'string', choices: scopeChoices },
      channel: { type: 'channel' },
    },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      const { caller, options, reply, t } = call;
      const chosen = options.scope !== undefined || options.channel !== undefined;
      if (call.source === 'prefix' && !chosen && readBudget(options.amount) !== undefined) {
        const scopes = scopesOf(caller, call.guildId);
        if (scopes.length > 1) {
          await reply({ content: whichText(context, call, scopes) });
          return;
        }
      }
      const choice = { scope: options.scope as ScopeChoice | undefined, channel: options.channel };
      const target = budgetTarget(caller, poolPlace(context, call), choice);
      if (target.scope.kind === 'channel') await checkChannel(context, call, target.scope.id);
      const change: Change = {
        ...target,
        period: (options.period ?? 'month') as Period,
        micros: readBudget(options.amount),
      };
      const counts = await set(context, call, change);
      const [filled] = counts ? await fill(context, [counts]) : [];
      const each = t(`each.${change.period}`);
      const scope = scopeText(target.scope, t);
      const description = lines(
        change.micros === undefined
          ? t(`set-budget.unset.${target.scope.kind === 'user' ? 'own' : 'pool'}`, {
              scope,
              period: t(`periods.${change.period}`),
            })
          : t('set-budget.set', { scope, amount: formatMicros(change.micros), each }),
        counts?.source === 'guild' && target.by === 'instance' && t('set-budget.lower-counts'),
        filled ? lines(t('set-budget.counts'), budgetText(filled, t)) : t('set-budget.none'),
        !chosen && scopesOf(caller, call.guildId).length > 1 && t('set-budget.default-scope', { scope }),
      );
      await reply({ embeds: [{ description }] });
    },
  });
}

/** The commands that a prefix command without a scope may have meant. */
function whichText(
  { prefix }: MoneyContext,
  { caller, options, t }: CommandCall<{ amount: string; period: string | undefined }>,
  scopes: readonly ScopeChoice[],
): string {
  const { amount, period = 'month' } = options;
  const written = quoted(amount);
  const choices = scopes.map((scope) => {
    const command = `${prefix}set-budget ${written} ${period} ${scope}`;
    return `\`${command}\` · ${t(`set-budget.which.${scope}`, { each: t(`each.${period}`) })}`;
  });
  const allowance = `\`${prefix}set-allowance ${written}\` · ${t('set-budget.which.allowance')}`;
  return lines(
    t('set-budget.which.title', { amount: written }),
    ...choices,
    caller.instanceAdministrator && allowance,
    t('set-budget.which.slash'),
  );
}

async function checkChannel({ discord }: MoneyContext, { guildId }: Call, channelId: string): Promise<void> {
  const channel = await discord.cache.channel(channelId);
  if (channel?.guildId !== guildId) throw new UserError('set-budget.other-channel', 'another server');
}

/** Sets and records a budget; returns the one that now applies. A person's own cap isn't recorded. */
async function set(context: MoneyContext, call: Call, change: Change): Promise<Budget | undefined> {
  const { scope, by, period, micros } = change;
  const { budgets } = context.money;
  const before = await counting(context, change);
  await budgets.set(scope, period, micros, by);
  const after = await counting(context, change);
  if (by !== 'person') {
    const details = {
      ...{ scope: scope.kind, period, by, micros: micros ?? null },
      ...{ before: before?.micros ?? null, after: after?.micros ?? null },
    };
    const act = actOf(call, { action: 'set-budget', targetId: targetOf(scope), details });
    await context.audit.record(context.db, act);
  }
  return after;
}

async function counting({ money }: MoneyContext, { scope, period }: Change): Promise<Budget | undefined> {
  const { kind, id } = scope;
  const place = { guildId: kind === 'guild' ? id : null, channelId: kind === 'channel' ? id : null };
  const all = kind === 'user' ? await money.budgets.personal(id) : money.budgets.pools(place);
  return all.find((budget) => budget.scope.kind === kind && budget.period === period);
}
