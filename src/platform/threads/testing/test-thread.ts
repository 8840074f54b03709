// A thread with every possible fault.
import { serve } from '../index.ts';

export type TestRequest = { echo: string } | { fail: string } | { exit: number } | { hang: true };

serve((request: TestRequest): string => {
  if ('echo' in request) return request.echo;
  if ('fail' in request) throw new Error(request.fail);
  if ('exit' in request) return process.exit(request.exit);
  for (;;);
});
