/** A scale from zero to `top`, with the values that get a line. */
export interface Scale {
  top: number;
  ticks: readonly number[];
}

/** More lines would be too dense on a phone. */
const MOST_STEPS = 4;
/** Below this, steps would vanish in floating point. */
const SMALLEST_MAXIMUM = 1e-300;

/**
 * The smallest scale that includes `maximum` in at most four steps of 1, 2 or 5 times a power of ten. `whole` keeps the
 * steps whole. For zeros only, the one tick is zero.
 */
export function scaleFor(maximum: number, whole: boolean): Scale {
  if (maximum < SMALLEST_MAXIMUM) return { top: 1, ticks: [0] };
  const step = whole ? Math.max(1, niceStep(maximum)) : niceStep(maximum);
  const steps = Math.ceil(withoutNoise(maximum / step));
  const ticks = Array.from({ length: steps + 1 }, (_, index) => withoutNoise(index * step));
  return { top: steps * step, ticks };
}

function niceStep(maximum: number): number {
  const atLeast = maximum / MOST_STEPS;
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= atLeast * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** 0.30000000000000004 → 0.3 */
function withoutNoise(value: number): number {
  return Number(value.toPrecision(12));
}
