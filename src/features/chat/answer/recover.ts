import type { JobRun } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { decryptQuestion, requestOf } from '../chat.ts';
import { settingsOf } from '../turns/conversations.ts';
import { offerIfEdited } from '../history/edits.ts';
import { questionEnded } from '../view/reactions.ts';
import { findAnswer } from '../turns/store.ts';
import { enqueueSteps } from './steps.ts';
import type { QuestionRow } from '../turns/store.ts';
import type { AnswerTry } from './task.ts';

/**
 * For a run that has nothing to answer, after one that died: its answer was shown by then, or removed since. What that
 * left open ends. A thread keeps its title.
 */
export async function recoverFinishedRun(
  context: Needs<'clock' | 'db' | 'discord' | 'extensions' | 'jobs' | 'logger' | 'settings' | 'spending' | 'vault'>,
  run: JobRun,
  { answerId, tries }: AnswerTry,
): Promise<void> {
  await context.spending.recover(requestOf({ id: answerId, tries }));
  const found = await findAnswer(context.db, answerId);
  if (found?.answer.state !== 'done' || found.answer.job_id !== run.job.id) return;
  const { question, answer } = found;
  const settings = await settingsOf(context, question);
  questionEnded(context, question, answer, settings, 'done', { again: true });
  await offerIfEdited(context, asReadBefore(question, run), answer);
  const read = context.vault.reader(context.db);
  const asked = await decryptQuestion(read, question);
  if (!asked) return;
  const text = answer.ciphertext && (await read(question.author_id, answer.id, answer.ciphertext));
  await enqueueSteps(context, { row: question, question: asked, answer, text: text ?? '', history: undefined });
}

/** A question as the run that died may have read it: an edit that came after the job was added may have come too late. */
export function asReadBefore(row: QuestionRow, { job }: JobRun): QuestionRow {
  const late = row.edited_at !== null && row.edited_at.getTime() > job.createdAt;
  return late ? { ...row, edited_at: null } : row;
}
