import type { VendorError } from '../../../kernel/errors.ts';
import type { AnswerState } from '../schema.ts';
import { questionEnded } from '../view/reactions.ts';
import { encryptThoughts } from '../view/thoughts.ts';
import { endAnswer, trimConversation } from '../turns/store.ts';
import { encryptFootnotes } from '../view/footnotes.ts';
import type { Draft } from './draft.ts';
import type { AnswerTask } from './task.ts';

interface StoredEnd {
  state: AnswerState;
  errorCode?: string;
  /** Explains a failure in place of the text of its code. */
  said?: string;
}

/** Stores how an answer ended, before it is shown. False when the answer was removed in the meantime. */
export async function storeEnd(
  task: AnswerTask,
  draft: Draft,
  { state, errorCode, said }: StoredEnd,
): Promise<boolean> {
  const { context, answer, row, settings } = task;
  const { text, thoughts, finish, notices } = draft;
  const footnotes = { notices, ...(said === undefined ? {} : { said }) };
  const isKept = await endAnswer(context.db, answer.id, {
    state,
    finish,
    ciphertext: text === '' ? null : await context.vault.encryptIfKnown(context.db, row.author_id, answer.id, text),
    footnotes: await encryptFootnotes(context, task, footnotes),
    finishedAt: new Date(context.clock.now()),
    contextAuthorIds: draft.contextAuthorIds,
    reasoning: await encryptThoughts(context, { answer, row, thoughts, settings }),
    modelId: draft.model.id,
    ...(errorCode === undefined ? {} : { errorCode }),
  });
  context.checkpoint('stored');
  return isKept;
}

/** Stores an answer that Discord refuses for good; its job has nothing left to do. False when the answer was removed. */
export async function keepUnseen(task: AnswerTask, draft: Draft, error: VendorError): Promise<boolean> {
  const { context, row, answer, settings } = task;
  const isKept = await storeEnd(task, draft, { state: 'failed', errorCode: error.code });
  questionEnded(context, row, answer, settings, 'failed');
  context.logger.warn({ error, channelId: row.channel_id }, 'Discord does not take an answer; it is kept unseen.');
  await trimConversation(context.db, row.channel_id, settings.historyKept);
  return isKept;
}
