/** A straight line through samples, in units of `y` per unit of `x`. */
interface Trend {
  slope: number;
  /** Ends of the interval that holds the true slope with a probability of 95 %. */
  low: number;
  high: number;
}

/**
 * Ordinary least squares. Memory wanders, so that each sample resembles the one before and there is less to learn from
 * than their number says: the interval is widened by the effective sample size n(1 − r)/(1 + r), r being the correlation
 * of neighbouring residuals (Santer et al., J. Geophys. Res. 105, 2000, section 3). Needs ten points or more.
 */
export function trendOf(points: readonly { x: number; y: number }[]): Trend {
  const count = points.length;
  if (count < 10) throw new Error(`${count} samples are too few for a trend.`);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / count;
  const [meanX, meanY] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const spread = sum(points, ({ x }) => (x - meanX) ** 2);
  const slope = sum(points, ({ x, y }) => (x - meanX) * (y - meanY)) / spread;
  const residuals = points.map(({ x, y }) => y - meanY - slope * (x - meanX));
  const squares = sum(residuals, (value) => value ** 2);
  const neighbours = sum(residuals.slice(1), (value, index) => value * (residuals[index] ?? 0));
  const correlation = squares === 0 ? 0 : Math.min(0.9, Math.max(0, neighbours / squares));
  const effective = Math.max(5, (count * (1 - correlation)) / (1 + correlation));
  const margin = studentQuantile(effective - 2) * Math.sqrt(squares / (effective - 2) / spread);
  return { slope, low: slope - margin, high: slope + margin };
}

const sum = <T>(values: readonly T[], of: (value: T, index: number) => number): number =>
  values.reduce((total, value, index) => total + of(value, index), 0);

/** Of Student's t at 97.5 % (Abramowitz and Stegun, 26.7.5); within 1 % from three degrees of freedom on. */
function studentQuantile(degrees: number): number {
  const z = 1.959964;
  return (
    z +
    (z ** 3 + z) / (4 * degrees) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  );
}
