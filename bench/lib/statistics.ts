/** The value below which the given share of the values lies (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1));
  const value = sorted[index];
  if (value === undefined) throw new Error('No values to take a percentile of.');
  return value;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** One line of the report: what was measured, against what it is held. */
export interface Figure {
  name: string;
  value: number;
  unit: 'ms' | '×' | 'per s' | 'count' | 'MB' | 'B' | 'USD';
  /** The bound that this figure must keep; a figure without one is told for information. */
  atMost?: number;
  atLeast?: number;
}

export function holds({ value, atMost, atLeast }: Figure): boolean {
  return (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
}

/** The figures that have a bound, as rows for README.md. */
export function boundedRows(figures: readonly Figure[]): string[][] {
  return figures
    .filter((figure) => bound(figure) !== '')
    .map((figure) => [
      figure.name,
      `${format(figure.value)} ${figure.unit}`,
      bound(figure) + (holds(figure) ? '' : ', MISSED'),
    ]);
}

/** A table of the figures with their bounds, for the terminal. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    `${format(figure.value)} ${figure.unit}`,
    bound(figure),
    bound(figure) === '' ? '' : holds(figure) ? 'ok' : 'MISSED',
  ]);
  const all = [['figure', 'measured', 'bound', ''], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function bound({ atMost, atLeast, unit }: Figure): string {
  if (atMost !== undefined && atMost === atLeast) return `= ${format(atMost)} ${unit}`;
  if (atMost !== undefined) return `≤ ${format(atMost)} ${unit}`;
  return atLeast === undefined ? '' : `≥ ${format(atLeast)} ${unit}`;
}

function format(value: number): string {
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
