import { appendFileSync } from 'node:fs';

/** Whether to run the property, crash and hostile-input suites whole (`npm run test:long`) instead of a sample. */
export function longTests(): boolean {
  return process.env['FAMILIAR_TEST_LONG'] === '1';
}

/** Tells `npm run proofs` how many cases of a proof were tried: one that told of too few of them has failed. */
export function tellCases(proof: string, cases: number): void {
  const file = process.env['FAMILIAR_PROOF_FILE'];
  if (file) appendFileSync(file, `${JSON.stringify({ proof, cases })}\n`);
}
