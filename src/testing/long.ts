import { appendFileSync } from 'node:fs';

/** Whether to run the whole property, crash and hostile-input suites (`npm run test:long`) instead of a sample. */
export function longTests(): boolean {
  return process.env['FAMILIAR_TEST_LONG'] === '1';
}

/** Reports to `npm run proofs` how many cases of a proof ran: too few mean that it failed. */
export function tellCases(proof: string, cases: number): void {
  const file = process.env['FAMILIAR_PROOF_FILE'];
  if (file) appendFileSync(file, `${JSON.stringify({ proof, cases })}\n`);
}
