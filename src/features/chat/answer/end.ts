import type { VendorError } from '../../../kernel/errors.ts';
import type { AnswerState } from '../schema.ts';
import { questionEnded } from '../view/reactions.ts';
import { sealThoughts } from '../view/thoughts.ts';
import { endAnswer, trimConversation } from '../turns/store.ts';
import { sealFootnotes } from '../view/footnotes.ts';
import type { Work } from './work.ts';

/** Stores how an answer ended, before anybody sees it. `said` explains a failure in place of the text of its code. */
export async function end(work: Work, state: AnswerState, errorCode: string | null, said?: string): Promise<void> {
  const { context, answer, row, text, finish, notices } = work;
  const footnotes = { notices, ...(said === undefined ? {} : { said }) };
  const kept = await endAnswer(context.db, answer.id, {
    state,
    finish,
    sealed: text === '' ? null : await context.vault.sealIfKnown(context.db, row.author_id, answer.id, text),
    footnotes: await sealFootnotes(context, work, footnotes),
    finishedAt: new Date(context.clock.now()),
    contextAuthorIds: work.contextAuthorIds,
    reasoning: await sealThoughts(context, context.db, work),
    modelId: work.model.id,
    ...(errorCode === null ? {} : { errorCode }),
  });
  work.removed = !kept;
  context.checkpoint('stored');
}

/** For an answer that Discord refuses for good: what there is of it is stored, and its job has nothing left to do. */
export async function keepUnseen(work: Work, error: VendorError): Promise<void> {
  const { context, row, answer, settings } = work;
  await end(work, 'failed', error.code);
  questionEnded(context, row, answer, settings, 'failed');
  context.logger.warn({ error, channelId: row.channel_id }, 'Discord does not take an answer; it is kept unseen.');
  await trimConversation(context.db, row.channel_id, settings.historyKept);
}
