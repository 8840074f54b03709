import { z } from 'zod';
import { UserError, VendorError } from '../../../kernel/errors.ts';
import type { AnswerStep, Extension, HistoryFill, JobRun, ShownAnswer, Tx } from '../../../sdk/index.ts';
import { followUpOf } from '../../../sdk/index.ts';
import type { Screens } from '../actions/versions.ts';
import type { ChatContext, Needs } from '../chat.ts';
import { decryptQuestion, requestOf } from '../chat.ts';
import { offerIfEdited } from '../history/edits.ts';
import type { Question } from '../intake/read-message.ts';
import type { Notice } from '../notice.ts';
import { findAnswer, findQuestion, setFootnotes } from '../turns/store.ts';
import type { AnswerRow, QuestionRow } from '../turns/store.ts';
import { turnOf } from '../turns/turn.ts';
import { filesOf } from '../view/answer-file-store.ts';
import { decryptFootnotes, encryptFootnotes } from '../view/footnotes.ts';
import { keepFiles, sources } from './made-files.ts';

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
  context: ChatContext,
  screens: Screens,
  run: JobRun,
  { answerId, tries, step: name, history }: StepJob,
): Promise<void> {
  const request = followUpOf(requestOf({ id: answerId, tries }), name);
  if (run.job.attempt > 1) await context.spending.recover(request);
  const found = await findAnswer(context.db, answerId);
  const step = stepsOf(context).find(({ part }) => part.name === name);
  if (!step || found?.answer.state !== 'done' || found.answer.tries !== tries) return;
  const { question: row, answer } = found;
  const source = sources.after(tries, name);
  const isStored = (await filesOf(context.db, [answerId])).some((file) => file.source === source);
  if (isStored) return showFiles(context, screens, found);
  const read = context.vault.reader(context.db);
  const question = await decryptQuestion(read, row);
  const text = answer.ciphertext && (await read(row.author_id, answer.id, answer.ciphertext));
  if (!question) return;
  const shown = shownTo(step.feature, { row, question, answer, text: text ?? '', history: history ?? undefined });
  try {
    const added = await step.part.run(shown, { attempt: run.job.attempt, signal: run.signal, request });
    const files = added?.files ?? [];
    if (files.length === 0) return;
    await keepFiles(context, { answer, row, source, files }, (tx, kept) =>
      addNotices(context, tx, found, kept.notices),
    );
    context.checkpoint('step-files-stored');
    await showFiles(context, screens, found);
  } catch (error) {
    if (run.signal.aborted || !(error instanceof UserError || error instanceof VendorError)) throw error;
    context.logger.debug({ error, channelId: row.channel_id, step: name }, 'A step after an answer came to nothing.');
    if (!run.lastAttempt) throw error;
  }
}

interface Found {
  answer: AnswerRow;
  question: QuestionRow;
}

/** Adds to what is said below an answer. */
async function addNotices(
  { vault }: Needs<'vault'>,
  tx: Tx,
  { answer, question: row }: Found,
  notices: readonly Notice[],
): Promise<void> {
  if (notices.length === 0) return;
  const before = await decryptFootnotes(vault.reader(tx), row, answer);
  const footnotes = { ...before, notices: [...before.notices, ...notices] };
  await setFootnotes(tx, answer.id, await encryptFootnotes({ vault, db: tx }, { answer, row }, footnotes));
}

/** Shows an answer with what it has by now, unless another version is shown; there it comes when somebody pages back. */
async function showFiles(
  context: Needs<'db' | 'jobs'>,
  screens: Screens,
  { answer, question: row }: Found,
): Promise<void> {
  if ((await findQuestion(context.db, row.id))?.shown_id !== answer.id) return;
  await screens.show(row.id, `chat/files/${answer.id}/${answer.tries}`);
  const wasEdited = row.edited_at !== null && answer.finished_at !== null && row.edited_at > answer.finished_at;
  // Showing the answer has taken the offer away.
  await offerIfEdited(context, wasEdited ? { ...row, edited_at: null } : row, answer);
}

/** For one whose every run was lost with its worker: what they held is free at once, and files that they stored are shown. */
export async function loseStep(
  context: Needs<'db' | 'jobs' | 'spending'>,
  screens: Screens,
  { answerId, tries, step }: StepJob,
): Promise<void> {
  await context.spending.recover(followUpOf(requestOf({ id: answerId, tries }), step));
  const found = await findAnswer(context.db, answerId);
  const isStored = (await filesOf(context.db, [answerId])).some(({ source }) => source === sources.after(tries, step));
  if (found?.answer.tries === tries && isStored) await showFiles(context, screens, found);
}
