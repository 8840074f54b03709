import { assistantMessage, userMessage } from '../../../sdk/index.ts';
import type { ModelMessage } from '../../../sdk/index.ts';
import type { PromptRequest } from './prompt.ts';

/** For the model alone, and models follow English best. */
const instruction =
  'Your answer was cut off. Continue it exactly where it ends, in the same language, as if you had never stopped: begin ' +
  'with the next character (a space or a line break where one belongs), repeat nothing and comment on nothing.';

/** What a model gets after a question to go on with its own answer: the end of that, and what to do. */
export async function continuation(
  { context: { models }, model, written }: Pick<PromptRequest, 'context' | 'model' | 'written'>,
  limitTokens: number,
): Promise<{ messages: ModelMessage[]; tokens: number }> {
  if (written === '') return { messages: [], tokens: 0 };
  const tokens = await models.countTokens(model.id, written);
  // Tokens are spread evenly enough over a text for its share of characters to be a safe cut.
  const kept = tokens <= limitTokens ? written : written.slice(-Math.floor((written.length * limitTokens) / tokens));
  const messages: ModelMessage[] = [assistantMessage(kept), userMessage(instruction)];
  return { messages, tokens: Math.min(tokens, limitTokens) + (await models.countTokens(model.id, instruction)) };
}
