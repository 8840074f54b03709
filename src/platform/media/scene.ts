import { displayText } from './display-text.ts';
import type { BarChart } from './port.ts';
import { scaleFor, type Scale } from './scale.ts';
import { palettes, type Palette } from './theme.ts';

/** A checked chart as plain data that can be sent to a thread: every text is ready to draw. */
export interface Scene {
  title: string;
  subtitle: string;
  bars: readonly { label: string; values: readonly number[]; total: number; totalText: string }[];
  series: readonly { name: string; colour: string }[];
  /** A tick that repeats the text below it has an empty text. */
  ticks: readonly { value: number; text: string }[];
  top: number;
  limit: { text: string; value: number; onScale: boolean } | undefined;
  palette: Palette;
}

const MOST_BARS = 62;
const MOST_SERIES = 6;
/** Leaves room for the scale above the highest bar. */
const LARGEST_TOTAL = 1e300;
/** A limit further above the highest bar would leave less than a third of the height to the bars. */
const MOST_LIMIT_PER_MAXIMUM = 3;

/** Throws a RangeError that names the problem with the chart. */
export function sceneOf(chart: BarChart): Scene {
  check(chart);
  const { format, limit } = chart;
  const text = (value: number): string => displayText(format(value));
  const palette = palettes[chart.theme ?? 'dark'];
  const bars = chart.bars.map(({ label, values }) => {
    const total = sum(values);
    return { label: displayText(label), values: [...values], total, totalText: text(total) };
  });
  const highest = Math.max(...bars.map(({ total }) => total));
  const onScale = limit !== undefined && (highest === 0 || limit.value <= highest * MOST_LIMIT_PER_MAXIMUM);
  const numbers = [...chart.bars.flatMap(({ values }) => values), limit?.value ?? 0];
  const scale = scaleFor(onScale ? Math.max(highest, limit.value) : highest, numbers.every(Number.isInteger));
  return {
    title: displayText(chart.title),
    subtitle: displayText(chart.subtitle ?? ''),
    bars,
    series: chart.series.map(({ name, colour }, index) => ({
      name: displayText(name),
      colour: colour ?? palette.series[index] ?? palette.text,
    })),
    ticks: ticksOf(scale, text),
    top: scale.top,
    limit: limit && {
      text: `${displayText(limit.label)} ${text(limit.value)}${onScale ? '' : ' ↑'}`,
      value: limit.value,
      onScale,
    },
    palette,
  };
}

/** Rounding makes tiny amounts equal: "$0.00" four times would say nothing. */
function ticksOf(scale: Scale, text: (value: number) => string): Scene['ticks'] {
  const texts = scale.ticks.map(text);
  return scale.ticks.map((value, index) => ({
    value,
    text: texts[index] === texts[index - 1] ? '' : (texts[index] ?? ''),
  }));
}

function check({ bars, series, limit }: BarChart): void {
  if (bars.length < 1 || bars.length > MOST_BARS) {
    throw new RangeError(`A chart has 1 to ${MOST_BARS} bars, not ${bars.length}`);
  }
  if (series.length < 1 || series.length > MOST_SERIES) {
    throw new RangeError(`A chart has 1 to ${MOST_SERIES} series, not ${series.length}`);
  }
  for (const { name, colour } of series) {
    if (colour !== undefined && !/^#[0-9a-f]{6}$/i.test(colour)) {
      throw new RangeError(`The colour of the series "${name}" must be #rrggbb, not "${colour}"`);
    }
  }
  for (const { label, values } of bars) {
    if (values.length !== series.length) {
      throw new RangeError(`The bar "${label}" needs ${series.length} values, one a series, not ${values.length}`);
    }
    if (!values.every(isAmount) || !isAmount(sum(values))) {
      throw new RangeError(`The values of the bar "${label}" must be 0 or more and finite: ${values.join(', ')}`);
    }
  }
  if (limit && !isAmount(limit.value)) {
    throw new RangeError(`The limit must be 0 or more and finite, not ${limit.value}`);
  }
}

function isAmount(value: number): boolean {
  return value >= 0 && value <= LARGEST_TOTAL;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
