import { VendorError } from '../../../kernel/errors.ts';
import { requestOf } from '../chat.ts';
import { endOf } from '../view/render-answer.ts';
import type { End } from '../view/render-answer.ts';
import { showAnswer } from '../view/show-answer.ts';
import { answerVanished } from '../history/deletions.ts';
import { offerIfEdited } from '../history/edits.ts';
import { tidyNow } from '../history/ending.ts';
import { questionEnded, questionRemoved } from '../view/reactions.ts';
import { decryptThoughts, keepsThoughts } from '../view/thoughts.ts';
import { showParts, trimConversation } from '../turns/store.ts';
import { storeEnd } from './end.ts';
import { decryptFootnotes } from '../view/footnotes.ts';
import { firstDraft } from './draft.ts';
import type { Draft } from './draft.ts';
import { wasSeen } from './payment.ts';
import { asReadBefore } from './recover.ts';
import { isLost, isStopped } from './task.ts';
import type { AnswerTask } from './task.ts';

interface Shown {
  end: End;
  /** False when the answer was removed. */
  isKept: boolean;
}

/**
 * Shows how the answer ended, and says whether people see it. What Discord refuses for good stays stored, and the job has
 * nothing left to do.
 */
export async function showEnd(task: AnswerTask, draft: Draft, shown: Shown): Promise<boolean> {
  const { context, row, settings } = task;
  let seen = false;
  try {
    if (!shown.isKept) {
      await leaveScreen(task, draft);
      return false;
    }
    seen = await finishOnScreen(task, draft, shown.end);
  } catch (error) {
    await endRefused(task, draft, shown, error);
  }
  await trimConversation(context.db, row.channel_id, settings.historyKept);
  context.checkpoint('finished');
  return seen;
}

async function finishOnScreen(task: AnswerTask, draft: Draft, end: End): Promise<boolean> {
  const { context, run, answer, row, settings, screen } = task;
  const { text, thoughts, notices, finish, model } = draft;
  const ended = { text, notices, finish, end, modelId: model.id, hasThoughts: keepsThoughts({ thoughts, settings }) };
  const { voice, maxMessages } = screen;
  const shown = { answer, question: row, settings, voice, maxMessages, ...ended };
  const ids = await showAnswer(context, shown, async (message) => {
    const parts = await screen.live.finish(message);
    context.checkpoint('shown');
    questionEnded(context, row, answer, settings, end.state, { again: run.job.attempt > 1 });
    return parts;
  });
  if (ids.length === 0 && (draft.text !== '' || draft.files.length > 0)) {
    await answerVanished(context, row.id);
    return false;
  }
  if (await showParts(context.db, answer, ids)) {
    await offerIfEdited(context, row, answer);
    return ids.length > 0;
  }
  await leaveScreen(task, draft);
  return false;
}

/** Throws what the queue should try again. */
async function endRefused(task: AnswerTask, draft: Draft, shown: Shown, error: unknown): Promise<void> {
  const { context, run, answer, row, settings } = task;
  const refused = error instanceof VendorError && !error.retryable;
  let { isKept } = shown;
  if (shown.end.state === 'done' && (refused || run.lastAttempt || isStopped(run))) {
    const errorCode = error instanceof VendorError ? error.code : 'discord/failed';
    isKept = await storeEnd(task, draft, { state: 'failed', errorCode });
  }
  const isOver = refused || run.lastAttempt || (await isLost(task, isKept));
  if (isOver && !wasSeen(task)) await context.spending.writeOff(requestOf(answer));
  if (!refused) throw error;
  questionEnded(context, row, answer, settings, 'failed');
  context.logger.warn({ error, channelId: row.channel_id }, 'Discord does not take an answer; it is kept unseen.');
}

/** Removes the messages of an answer that was removed; where the settings keep them, they lose their buttons. */
async function leaveScreen({ context, row, settings, screen }: AnswerTask, { text }: Draft): Promise<void> {
  questionRemoved(context, row, settings);
  const parts = await screen.live.abandon();
  const ids = parts.map(({ messageId }) => messageId);
  const kept = settings.deleteAnswersWithQuestion === false && text !== '';
  await tidyNow(context.discord.actions, {
    channelId: row.channel_id,
    deleted: kept ? [] : ids,
    stripped: kept ? ids.slice(-1) : [],
  });
}

/** For a run that died between storing an end and showing it. Resolves to the answer when people see all of it. */
export async function showAgain(task: AnswerTask): Promise<Draft | undefined> {
  const { context, answer, read } = task;
  const row = asReadBefore(task.row, task.run);
  const text = answer.ciphertext && (await read(row.author_id, answer.id, answer.ciphertext));
  const { notices, said } = await decryptFootnotes(read, row, answer);
  const draft = {
    ...firstDraft(task),
    text: text ?? '',
    thoughts: (await decryptThoughts(read, row, answer)) ?? '',
    notices,
    model: (answer.model_id === null ? undefined : context.models.find(answer.model_id)) ?? task.model,
  };
  const end = endOf(answer, said);
  const isSeen = await showEnd({ ...task, row }, draft, { end, isKept: true });
  return isSeen && end.state === 'done' ? draft : undefined;
}
