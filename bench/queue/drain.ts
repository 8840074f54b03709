/** How many jobs ran in which time. */
export interface Drained {
  jobs: number;
  elapsedMs: number;
}

export const perSecond = ({ jobs, elapsedMs }: Drained): number => (jobs / elapsedMs) * 1000;

/**
 * Counts runs from now on. `ended` resolves with the run number `jobs`, or when `withinMs` have passed with those that
 * there were by then.
 */
export function countdown(jobs: number, withinMs: number): { one(): void; ended: Promise<Drained> } {
  const beganMs = performance.now();
  const { promise, resolve } = Promise.withResolvers<Drained>();
  let count = 0;
  const end = () => resolve({ jobs: count, elapsedMs: performance.now() - beganMs });
  const timer = setTimeout(end, withinMs);
  return {
    one: () => {
      count += 1;
      if (count < jobs) return;
      clearTimeout(timer);
      end();
    },
    ended: promise,
  };
}
