import type { OddCase } from './case.ts';
import { chatCases } from './chat.ts';
import { errorCases } from './errors.ts';
import { geminiCases } from './gemini.ts';
import { learningCases } from './learning.ts';
import { toolCases } from './tools.ts';
import { transportCases } from './transport.ts';
import { vendorCases } from './vendors.ts';

export type { OddCase } from './case.ts';
export { oddKey, startOddServer } from './server.ts';

/** Every known odd way in which a provider answers, with the right result. */
export const oddCases: readonly OddCase[] = [
  ...chatCases,
  ...errorCases,
  ...learningCases,
  ...vendorCases,
  ...geminiCases,
  ...transportCases,
  ...toolCases,
];
