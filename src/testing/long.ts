/** Whether to run the property, crash and hostile-input suites whole (`npm run test:long`) instead of a sample. */
export function longTests(): boolean {
  return process.env['FAMILIAR_TEST_LONG'] === '1';
}
