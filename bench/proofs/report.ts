import { duration } from '../lib/readme.ts';
import type { Proof } from './list.ts';

export interface Outcome {
  proof: Pick<Proof, 'name' | 'what' | 'unit'>;
  cases: number;
  /** Undefined when it holds. */
  failure: string | undefined;
  elapsedMs: number;
}

/** What a run of a proof comes to: it holds when it ended with 0 and tried as much as it must. */
export function judge(
  proof: Proof,
  run: { code: number | null; told: string; elapsedMs: number },
  { quick }: { quick: boolean },
): Outcome {
  const cases = casesIn(run.told, proof.name);
  const least = quick ? 1 : proof.least;
  const failures = [
    ...(run.code === 0 ? [] : [run.code === null ? 'took too long or was stopped' : `ended with ${run.code}`]),
    ...(cases >= least ? [] : [`tried ${cases} of ${least} ${proof.unit}`]),
  ];
  return { proof, cases, failure: failures.length > 0 ? failures.join(', ') : undefined, elapsedMs: run.elapsedMs };
}

/** The sum of what `tellCases` told of a proof. */
function casesIn(told: string, name: string): number {
  const lines = told.split('\n').filter((line) => line !== '');
  return lines.reduce((sum, line) => {
    const { proof, cases } = JSON.parse(line) as { proof: string; cases: number };
    return proof === name ? sum + cases : sum;
  }, 0);
}

export const head = ['proof', 'what', 'size', 'result', 'duration'];

export function rowOf({ proof, cases, failure, elapsedMs }: Outcome): string[] {
  return [
    proof.name,
    proof.what,
    `${cases.toLocaleString('en')} ${proof.unit}`,
    failure === undefined ? 'holds' : `FAILED: ${failure}`,
    duration(elapsedMs),
  ];
}
