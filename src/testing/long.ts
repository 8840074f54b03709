import { appendFileSync } from 'node:fs';

/** Whether to run the whole property, crash and hostile-input suites (`npm run test:long`) instead of a sample. */
export function longTests(): boolean {
  return process.env['FAMILIAR_TEST_LONG'] === '1';
}

/** For tests of linear time: ten to a hundred times less than quadratic time would be, and ten times the time needed. */
export const hugeText: { characters: number; withinMs: number } = longTests()
  ? { characters: 1_000_000, withinMs: 10_000 }
  : { characters: 200_000, withinMs: 4_000 };

/** Reports to `npm run proofs` how many cases of a proof ran: too few mean that it failed. */
export function tellCases(proof: string, cases: number): void {
  const file = process.env['FAMILIAR_PROOF_FILE'];
  if (file) appendFileSync(file, `${JSON.stringify({ proof, cases })}\n`);
}
