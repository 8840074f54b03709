import { dayAt } from '../../../kernel/calendar.ts';
import { errorMessage } from '../../../kernel/errors.ts';
import { formatMicros } from '../../../kernel/money.ts';
import type { BarChart, Command, OutgoingFile } from '../../../sdk/index.ts';
import type { MoneyContext } from '../money.ts';
import { generationsText, lastDays, allowanceField, usageChart } from '../views/account.ts';
import { field } from '../views/figures.ts';
import { accountCommand } from './account.ts';

const days = 14;
const fileName = 'usage.png';

export function usageCommand(context: MoneyContext): Command {
  return accountCommand(context, 'usage', async ({ t }, { userId, own, allowances }) => {
    const { ledger } = context.money;
    const period = lastDays(days, context.clock.now());
    const today = dayAt(context.clock.now());
    const [balances, use] = await Promise.all([
      ledger.balances(userId, allowances),
      ledger.use({ kind: 'user', id: userId }, period[0] ?? today, today),
    ]);
    const ofToday = use.find(({ day }) => day === today);
    const allowance = allowances.find(({ unit }) => unit === 'micros')?.amount ?? null;
    const files = use.length > 0 ? await draw(context, usageChart(period, use, own ? allowance : null, t)) : [];
    const now = t('now.day');
    const embed = {
      title: t(own ? 'usage.title' : 'usage.title-other'),
      ...(own ? {} : { description: `<@${userId}>` }),
      fields: [
        field(t('usage.spent', { now }), `**${formatMicros(ofToday?.spent.micros ?? 0)}**`),
        ...balances.map((balance) => allowanceField(balance, own, t)),
        field(t('usage.requests', { now }), generationsText(ofToday, context.texts, t)),
      ],
      ...(hasFreeModel(context) ? { footer: { text: t('usage.free-model') } } : {}),
      ...(files.length > 0 ? { image: { url: `attachment://${fileName}` } } : {}),
    };
    return { embeds: [embed], files };
  });
}

/** What the built-in model reads and writes is part of no figure. */
const hasFreeModel = ({ models, money }: MoneyContext): boolean =>
  models.list().some((model) => model.demo && money.prices.ofModel(model)?.source === 'free');

/** The figures are useful without the chart. */
async function draw(context: MoneyContext, chart: BarChart): Promise<OutgoingFile[]> {
  try {
    return [{ name: fileName, contentType: 'image/png', data: await context.charts.bars(chart) }];
  } catch (error) {
    context.logger.warn({ error: errorMessage(error) }, 'The chart of /usage could not be drawn.');
    return [];
  }
}
