import { UserError } from '../../../kernel/errors.ts';
import { uuidFromName } from '../../../kernel/ids.ts';
import type { ComponentCall, ModelInfo, Tx } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { historyChanged } from '../history/changes.ts';
import { findAnswer } from '../turns/store.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import type { Reached } from './reach.ts';
import { estimateTokens, modelOf, submit } from '../turns/submit.ts';
import type { Begun } from '../turns/submit.ts';
import { mayContinue } from '../view/render-answer.ts';
import { beginAgain, insertVersion, isBegun, lockQuestion } from './store.ts';

/** Another version, written into the same messages. */
export async function regenerate(
  context: Needs<
    'checkpoint' | 'db' | 'events' | 'jobs' | 'models' | 'settings' | 'spending' | 'transaction' | 'vault'
  >,
  call: ComponentCall,
  { question }: Reached,
): Promise<Begun | undefined> {
  const id = uuidFromName(`chat/answer/${call.calledId}`);
  const payerId = call.caller.userId === question.author_id ? null : call.caller.userId;
  return putToWork(context, call, { question, wantedModelId: null }, async (tx, jobId) => {
    await insertVersion(tx, { id, questionId: question.id, jobId, payerId });
    return { id, tries: 0 };
  });
}

/** Goes on where the version that is shown was cut. */
export async function continueAnswer(
  context: Needs<
    'checkpoint' | 'db' | 'events' | 'jobs' | 'models' | 'settings' | 'spending' | 'transaction' | 'vault'
  >,
  call: ComponentCall,
  reached: Reached,
): Promise<Begun | undefined> {
  const { answer, question } = reached;
  const { wanted_model_id: wantedModelId } = answer;
  const extraTokens = answer.ciphertext ? await tokensIn(context, question, answer.id, answer.ciphertext) : 0;
  return putToWork(context, call, { question, wantedModelId, extraTokens }, async (tx, jobId) => {
    const { state, finish, ciphertext } = await shownStill(tx, answer.id);
    if (!mayContinue({ state, finish, hasText: ciphertext !== null })) {
      throw new UserError('nothing-to-continue', 'the answer is whole');
    }
    return { id: answer.id, tries: await beginAgain(tx, answer.id, { jobId, continued: true, wantedModelId }) };
  });
}

/** Tries a version that failed again, with the same model unless another one is given. */
export async function retry(
  context: Needs<
    'checkpoint' | 'db' | 'events' | 'jobs' | 'models' | 'settings' | 'spending' | 'transaction' | 'vault'
  >,
  call: ComponentCall,
  { answer, question }: Reached,
  model?: ModelInfo,
): Promise<Begun | undefined> {
  const wantedModelId = model?.id ?? answer.wanted_model_id;
  return putToWork(context, call, { question, wantedModelId }, async (tx, jobId) => {
    const { state, continued } = await shownStill(tx, answer.id);
    if (state !== 'failed') throw new UserError('not-failed', 'this answer has not failed');
    return { id: answer.id, tries: await beginAgain(tx, answer.id, { jobId, continued, wantedModelId }) };
  });
}

/** Of a stored text, estimated as for a new question; none once its author was forgotten. */
async function tokensIn(
  { vault, db }: Needs<'db' | 'vault'>,
  { author_id: authorId }: QuestionRow,
  id: string,
  ciphertext: Buffer,
): Promise<number> {
  return estimateTokens((await vault.reader(db)(authorId, id, ciphertext)) ?? '');
}

/** The answer as it is by now. Throws a UserError when its question shows another one. */
async function shownStill(tx: Tx, answerId: string): Promise<AnswerRow> {
  const found = await findAnswer(tx, answerId);
  if (found?.question.shown_id !== answerId) throw new UserError('not-shown', 'another version is shown');
  return found.answer;
}

/**
 * Has an answer written by a job; the member who presses pays. `begin` writes down what is begun. Throws a UserError, and leaves
 * everything as it was, when a version is being written already, or when the presser may not or cannot pay. Undefined when
 * this press has begun it before.
 */
async function putToWork(
  context: Needs<
    'checkpoint' | 'db' | 'events' | 'jobs' | 'models' | 'settings' | 'spending' | 'transaction' | 'vault'
  >,
  { caller, calledId }: ComponentCall,
  asked: { question: QuestionRow; wantedModelId: string | null; extraTokens?: number },
  begin: (tx: Tx, jobId: string) => Promise<{ id: string; tries: number }>,
): Promise<Begun | undefined> {
  const { question, wantedModelId, extraTokens = 0 } = asked;
  const jobId = uuidFromName(`chat/press/${calledId}`);
  const [model, textTokens] = await Promise.all([
    modelOf(context, question, wantedModelId),
    tokensIn(context, question, question.id, question.ciphertext),
  ]);
  const next = async (tx: Tx): Promise<{ id: string; tries: number } | undefined> => {
    // Delivered before, to a process that died before it could tell Discord so.
    if (await isBegun(tx, question.id, jobId)) return undefined;
    await lockQuestion(tx, question.id);
    const begun = await begin(tx, jobId);
    await historyChanged(context, tx, question.channel_id, question.asked_at);
    return begun;
  };
  const submission = { place: question, begin: next, jobId, inputTokens: textTokens + extraTokens };
  const begun = await context.transaction((tx) => submit(context, tx, submission, { caller, model }));
  context.checkpoint('admitted');
  return begun;
}
