import { systemMessage, userMessage } from '../../sdk/index.ts';
import type { FeatureContext, ModelInfo, ShownAnswer, StepRun } from '../../sdk/index.ts';
import { VendorError } from '../../kernel/errors.ts';
import { cleanTitle } from './clean-title.ts';

const titleTokens = { wanted: 24, least: 8 };
/** A model that reasons thinks first, about a title too, and its thoughts count as output. */
const thoughtTokens = { wanted: 1000, least: 250 };
/** What a conversation is about shows at its beginning. */
const readCharacters = 1500;

/** For the model alone, and models follow English best. */
const instruction =
  'Write a title for a conversation that begins with the message of the user: at most six words, in its language, without ' +
  'quotes and without a full stop. Answer with the title alone, never the message.';

type Needed = Pick<FeatureContext<unknown>, 'discord' | 'generate' | 'models'>;

/** Only the first answer of a thread that was opened for its question names it. */
export const needsTitle = ({ turn, isFirst }: ShownAnswer): boolean => turn.openedThread && isFirst;

/**
 * Has the model that answered name the thread of a turn, on the payer's account. Rejects when the thread keeps its name,
 * which then costs the payer nothing.
 */
export async function nameThread(context: Needed, answer: ShownAnswer, run: StepRun): Promise<void> {
  const { turn, modelId, request: follows } = answer;
  const { models, generate, discord } = context;
  const model = models.find(modelId ?? '') ?? models.default;
  const messages = [systemMessage(instruction), userMessage(turn.text.slice(0, readCharacters))];
  const call = { request: run.request, follows, step: 'title', attempt: run.attempt, signal: run.signal };
  const asked = { models: models.candidates(model.id), messages, outputTokens: tokensFor(model) };
  await generate.text({ ...call, ...asked }, async ({ text }) => {
    const name = cleanTitle(text);
    if (name === '') throw new VendorError('model/empty', 'The model gave no title.', { retryable: false });
    await discord.actions.renameThread(turn.place.channelId, name);
    return true;
  });
}

function tokensFor({ abilities }: ModelInfo): { wanted: number; least: number } {
  const thoughts = abilities.reasoning ? thoughtTokens : { wanted: 0, least: 0 };
  return { wanted: titleTokens.wanted + thoughts.wanted, least: titleTokens.least + thoughts.least };
}
