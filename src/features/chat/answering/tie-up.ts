import type { JobRun } from '../../../sdk/index.ts';
import type { ChatContext } from '../chat.ts';
import { requestOf } from '../chat.ts';
import { offerIfEdited } from '../history/edits.ts';
import { findAnswer } from '../store.ts';
import type { QuestionRow } from '../store.ts';

/** For a run that finds its answer shown, by one that died then: what that left open ends. A thread keeps its title. */
export async function tieUp(context: ChatContext, run: JobRun): Promise<void> {
  const found = await findAnswer(context.db, run.job.payload['answerId'] as string);
  if (found?.answer.state !== 'done' || found.answer.job_id !== run.job.id) return;
  await context.spending.recover(requestOf(found.answer));
  await offerIfEdited(context, asReadBefore(found.question, run), found.answer);
}

/** A question as the run that died may have read it: an edit that came after the job was added may have come too late. */
export function asReadBefore(row: QuestionRow, { job }: JobRun): QuestionRow {
  const late = row.edited_at !== null && row.edited_at.getTime() > job.createdAt;
  return late ? { ...row, edited_at: null } : row;
}
