import { UserError, VendorError } from '../../../kernel/errors.ts';
import { systemMessage, userMessage } from '../../../sdk/index.ts';
import type { JobRun, ModelInfo, ModelMessage, Use } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { requestOf, titleRequestOf } from '../chat.ts';
import type { Question } from '../rules.ts';
import type { AnswerRow, QuestionRow } from '../store.ts';
import { collectText } from '../collect.ts';
import { cleanTitle } from './clean-title.ts';

const titleTokens = { wanted: 24, least: 8 };
/** A model that reasons thinks first, about a title too, and what it thinks counts. */
const thoughtTokens = { wanted: 1000, least: 250 };
/** What a conversation is about shows at its beginning. */
const readCharacters = 1500;

/** For the model alone, and models follow English best. */
const instruction =
  'Write a title for a conversation that begins with the message of the user: at most six words, in its language, without ' +
  'quotes and without a full stop. Answer with the title alone, never the message.';

/**
 * Has a model name the thread that was opened for a question, on the asker's account; the first answer of the thread has
 * been shown by then. Where that is refused or fails, the thread keeps its name.
 */
export async function giveTitle(
  context: ChatContext,
  run: JobRun,
  asked: { row: QuestionRow; question: Question; answer: AnswerRow; model: ModelInfo },
): Promise<void> {
  const { row, question, answer } = asked;
  const { way } = question;
  const isFirst = answer.version === 1 && answer.tries === 0;
  if (way?.kind !== 'ask' || way.threadIn === null || row.channel_id === way.threadIn || !isFirst) return;
  try {
    await nameThread(context, run, asked);
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof VendorError) && !run.signal.aborted) throw error;
    context.logger.debug({ error, channelId: row.channel_id }, 'A thread keeps its provisional title.');
  }
}

/** Rejects when the thread gets no name, which then costs nobody but the instance anything. */
async function nameThread(
  context: ChatContext,
  run: JobRun,
  { row, answer, question, model }: { row: QuestionRow; answer: AnswerRow; question: Question; model: ModelInfo },
): Promise<void> {
  const begun = question.text.slice(0, readCharacters);
  const messages: ModelMessage[] = [systemMessage(instruction), userMessage(begun)];
  const candidates = context.models.candidates(model.id);
  const paid = await context.spending.call({
    request: titleRequestOf(answer),
    follows: requestOf(answer),
    step: 'title',
    attempt: run.job.attempt,
    candidates,
    inputTokens: await context.models.maxInputTokens(messages, candidates),
    outputTokens: tokensFor(model),
    signal: run.signal,
  });
  const uses: Use[] = [];
  try {
    const events = context.models.stream({
      modelId: model.id,
      messages,
      maxOutputTokens: paid.outputTokens,
      allowed: (candidate) => paid.mayUse(candidate),
      onUsage: (usage, used) => uses.push({ model: used, usage }),
      signal: run.signal,
    });
    const { text } = await collectText(events);
    const name = cleanTitle(text);
    if (name === '') throw new VendorError('model/empty', 'The model gave no title.', { retryable: false });
    await context.discord.actions.renameThread(row.channel_id, name);
  } catch (error) {
    await paid.fail(uses);
    throw error;
  }
  await paid.settle(uses);
}

function tokensFor({ abilities }: ModelInfo): { wanted: number; least: number } {
  const thoughts = abilities.reasoning ? thoughtTokens : { wanted: 0, least: 0 };
  return { wanted: titleTokens.wanted + thoughts.wanted, least: titleTokens.least + thoughts.least };
}
