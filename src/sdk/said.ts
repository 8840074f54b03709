import { UserError } from '../kernel/errors.ts';
import type { Texts } from '../platform/texts/index.ts';

/**
 * Runs a part of a feature for another feature. A UserError of it that its own catalogue explains is thrown on with that
 * text, because nobody else has it.
 */
export async function explainedBy<T>(texts: Texts, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof UserError) || !texts.has(error.code)) throw error;
    throw new UserError('errors.said', error.message, { text: texts.in(undefined)(error.code, error.data) });
  }
}
