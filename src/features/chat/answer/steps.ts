import { z } from 'zod';
import { UserError, VendorError } from '../../../kernel/errors.ts';
import type { AnswerStep, Extension, HistoryFill, JobRun, ShownAnswer } from '../../../sdk/index.ts';
import { followUpOf } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { decryptQuestion, requestOf } from '../chat.ts';
import type { Question } from '../intake/read-message.ts';
import { findAnswer } from '../turns/store.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { turnOf } from '../turns/turn.ts';

/** What is known of an answer that is on the screen. */
export interface Shown {
  row: QuestionRow;
  question: Question;
  answer: AnswerRow;
  text: string;
  /** Undefined for a run that goes on where one died. */
  history: HistoryFill | undefined;
}

export const stepPayload = z.strictObject({
  answerId: z.uuid(),
  tries: z.int(),
  step: z.string(),
  history: z
    .strictObject({
      exchanges: z.int(),
      tokens: z.int(),
      roomTokens: z.int(),
      mostSent: z.int(),
      mostKept: z.int(),
    })
    .nullable(),
});

type StepJob = z.output<typeof stepPayload>;
type AfterShown = Extract<AnswerStep, { at: 'after-shown' }>;
type Step = Omit<Extension<'answerSteps'>, 'part'> & { part: AfterShown };

const stepsOf = (context: Needs<'extensions'>): Step[] =>
  context.extensions('answerSteps').filter((one): one is Step => one.part.at === 'after-shown');

/** Adds a job for every step that has something to do after an answer. Steps that cannot be added are left out. */
export async function enqueueSteps(
  context: Needs<'db' | 'extensions' | 'jobs' | 'logger'>,
  shown: Shown,
): Promise<void> {
  for (const { feature, part: step } of stepsOf(context)) {
    const answer = shownTo(feature, shown);
    if (!step.applies(answer)) continue;
    const { row, answer: answered } = shown;
    try {
      await context.jobs.enqueue(context.db, {
        queue: 'text',
        name: 'step',
        key: `chat/step/${step.name}/${answer.request}`,
        payload: {
          answerId: answered.id,
          tries: answered.tries,
          step: step.name,
          history: shown.history ? { ...shown.history } : null,
        },
        userId: answer.payerId,
        ...(row.guild_id === null ? {} : { guildId: row.guild_id }),
        // One at a time for a conversation: the next finds what is done already.
        lane: `${step.name}/${row.channel_id}`,
        maxAttempts: step.maxAttempts ?? 1,
        // People come first.
        priority: -1,
      });
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      context.logger.debug(
        { error, channelId: row.channel_id, step: step.name },
        'A step after an answer is left out.',
      );
    }
  }
}

function shownTo(feature: string, { row, question, answer, text, history }: Shown): ShownAnswer {
  return {
    id: answer.id,
    turn: turnOf(row, question, feature),
    text,
    modelId: answer.model_id,
    payerId: answer.payer_id ?? row.author_id,
    isFirst: answer.version === 1 && answer.tries === 0,
    history,
    request: requestOf(answer),
  };
}

/** Runs one step after an answer. Nothing is done for an answer that was removed, or is written again. */
export async function runStep(
  context: Needs<'db' | 'extensions' | 'logger' | 'spending' | 'vault'>,
  run: JobRun,
  { answerId, tries, step: name, history }: StepJob,
): Promise<void> {
  const request = followUpOf(requestOf({ id: answerId, tries }), name);
  if (run.job.attempt > 1) await context.spending.recover(request);
  const found = await findAnswer(context.db, answerId);
  const step = stepsOf(context).find(({ part }) => part.name === name);
  if (!step || found?.answer.state !== 'done' || found.answer.tries !== tries) return;
  const { question: row, answer } = found;
  const read = context.vault.reader(context.db);
  const question = await decryptQuestion(read, row);
  const text = answer.ciphertext && (await read(row.author_id, answer.id, answer.ciphertext));
  if (!question) return;
  const shown = shownTo(step.feature, { row, question, answer, text: text ?? '', history: history ?? undefined });
  try {
    await step.part.run(shown, { attempt: run.job.attempt, signal: run.signal, request });
  } catch (error) {
    if (run.signal.aborted || !(error instanceof UserError || error instanceof VendorError)) throw error;
    context.logger.debug({ error, channelId: row.channel_id, step: name }, 'A step after an answer came to nothing.');
    if (!run.lastAttempt) throw error;
  }
}

/** For one whose every run was lost with its worker: what they held is free at once, not only when its time is over. */
export async function loseStep(context: Needs<'spending'>, { answerId, tries, step }: StepJob): Promise<void> {
  await context.spending.recover(followUpOf(requestOf({ id: answerId, tries }), step));
}
