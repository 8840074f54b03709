import { dayAt } from '../../../kernel/calendar.ts';
import { errorMessage } from '../../../kernel/errors.ts';
import { formatMicros } from '../../../kernel/money.ts';
import { defineCommand } from '../../../sdk/index.ts';
import type { BarChart, Command, OutgoingFile } from '../../../sdk/index.ts';
import { policyOf, subjectOf } from '../money.ts';
import type { MoneyContext } from '../money.ts';
import { generationsText, lastDays, purseField, usageChart } from '../views/account.ts';
import { field } from '../views/figures.ts';

const days = 14;
const fileName = 'usage.png';

export function usageCommand(context: MoneyContext): Command {
  return defineCommand({
    name: 'usage',
    options: { user: { type: 'user' } },
    access: 'everyone',
    ephemeral: true,
    run: async (call) => {
      const { options, reply, t } = call;
      const subject = subjectOf(call, options.user);
      const { ledger } = context.money;
      const purses = context.access.purses(policyOf(context, call, subject));
      const period = lastDays(days, context.clock.now());
      const today = dayAt(context.clock.now());
      const [balances, use] = await Promise.all([
        ledger.balances(subject.userId, purses),
        ledger.use({ kind: 'user', id: subject.userId }, period[0] ?? today, today),
      ]);
      const ofToday = use.find(({ day }) => day === today);
      const allowance = purses.find(({ unit }) => unit === 'micros')?.allowance ?? null;
      const chart = usageChart(period, use, subject.own ? allowance : null, t);
      const files = use.length > 0 ? await draw(context, chart) : [];
      const now = t('now.day');
      await reply({
        embeds: [
          {
            title: t(subject.own ? 'usage.title' : 'usage.title-other'),
            ...(subject.own ? {} : { description: `<@${subject.userId}>` }),
            fields: [
              field(t('usage.spent', { now }), `**${formatMicros(ofToday?.spent.micros ?? 0)}**`),
              ...balances.map((balance) => purseField(balance, subject.own, t)),
              field(t('usage.requests', { now }), generationsText(ofToday, context.texts, t)),
            ],
            ...(files.length > 0 ? { image: { url: `attachment://${fileName}` } } : {}),
          },
        ],
        files,
      });
    },
  });
}

/** The figures are worth telling without their picture. */
async function draw(context: MoneyContext, chart: BarChart): Promise<OutgoingFile[]> {
  try {
    return [{ name: fileName, contentType: 'image/png', data: await context.charts.bars(chart) }];
  } catch (error) {
    context.logger.warn({ error: errorMessage(error) }, 'The chart of /usage could not be drawn.');
    return [];
  }
}
