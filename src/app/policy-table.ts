import { formatMicros } from '../kernel/money.ts';
import type { FigureName } from '../services/access/index.ts';
import type { PolicyReport, Verdict } from './policy-report.ts';

const figureTitles: Readonly<Record<FigureName, string>> = {
  requestsPerMinute: 'requests a minute',
  requestsPerHour: 'requests an hour',
  freeMicrosPerDay: 'free money a day',
  tokensPerDay: 'tokens a day',
  tokensPerWeek: 'tokens a week',
  tokensPerMonth: 'tokens a month',
  imagesPerDay: 'pictures a day',
  imageStorageMb: 'MB of images kept',
};

/** The report for people, as sections of aligned columns. */
export function renderReport(report: PolicyReport): string {
  const where = placeText(report);
  const sections = [
    section(`User ${report.userId}, ${where}`, [
      ...report.roles.map(({ name, why }) => [`role ${name}`, why]),
      ['rank', `${report.ranks.join(', ')} (what asks for another rank is refused, whatever is allowed below)`],
    ]),
    section('Models, per million tokens', report.models.map(modelRow)),
    section('Features', report.features.map(verdictRow)),
    section('Commands', report.commands.map(verdictRow)),
    section('Tools', [
      ...report.tools.map(({ pattern, rule }) => [pattern, 'yes', rule]),
      ...report.toolsOnly.map(({ patterns, rule }) => [`only ${patterns.join(', ') || 'none'}`, '', rule]),
    ]),
    section('Limits of this person', [
      ...(report.instanceAdministrator ? [['requests', 'unlimited', 'instance administrator']] : []),
      ...report.figures.map(({ name, value, rule }) => [figureTitles[name], amount(name, value), rule]),
    ]),
    section(
      'Budgets that this comes out of',
      report.budgets.map(({ scope, period, micros, rule }) => [`${scope}, ${period}`, formatMicros(micros), rule]),
    ),
    ...report.notes.map((note) => `Note: ${note}\n`),
  ];
  return sections.join('\n');
}

function placeText({ guildId, channelId }: PolicyReport): string {
  if (guildId === null) return 'in a direct message';
  const guild = guildId === '' ? 'in a server without settings of its own' : `in server ${guildId}`;
  return channelId === null ? guild : `${guild}, channel ${channelId}`;
}

function modelRow({ prices, priceSource, ...verdict }: PolicyReport['models'][number]): string[] {
  const cost =
    prices === null
      ? 'price unknown, so not used'
      : priceSource === 'free'
        ? 'free'
        : `$${prices.inputPerMillion} in, $${prices.outputPerMillion} out (${priceSource})`;
  const [name = '', allowed = '', rule = ''] = verdictRow(verdict);
  return [name, allowed, cost, rule];
}

const verdictRow = ({ name, allowed, rule }: Verdict) => [name, allowed ? 'yes' : 'no', rule];

function amount(name: FigureName, value: number | null): string {
  if (value === null) return 'unlimited';
  return name === 'freeMicrosPerDay' ? formatMicros(value) : value.toLocaleString('en-US');
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`);
  return `${[title, ...(lines.length > 0 ? lines : ['  none'])].map((line) => line.trimEnd()).join('\n')}\n`;
}
