import type { VendorError } from '../../../kernel/errors.ts';
import type { AnswerState } from '../schema.ts';
import { endAnswer, trimConversation } from '../store.ts';
import type { Work } from './work.ts';

/** Stores how an answer ended, before anybody sees it. */
export async function end(work: Work, state: AnswerState, errorCode: string | null): Promise<void> {
  const { context, answer, row, text, finish } = work;
  const kept = await endAnswer(context.db, answer.id, {
    state,
    finish,
    sealed: text === '' ? null : await context.vault.seal(context.db, row.author_id, answer.id, text),
    finishedAt: new Date(context.clock.now()),
    modelId: work.model.id,
    ...(errorCode === null ? {} : { errorCode }),
  });
  work.removed = !kept;
  context.checkpoint('stored');
}

/** The asker pays for the answer they get. */
export async function charge(work: Work): Promise<void> {
  const notices = (await work.paid?.settle(work.uses)) ?? [];
  const t = work.context.commonTexts.in(undefined);
  work.notices.push(...notices.map(({ key, data }) => ({ key: 'notices.said', data: { text: t(key, data) } })));
}

/** For an answer that Discord refuses for good: what there is of it is stored, and its job has nothing left to do. */
export async function keepUnseen(work: Work, error: VendorError): Promise<void> {
  const { context, row, settings } = work;
  await end(work, 'failed', error.code);
  context.logger.warn({ error, channelId: row.channel_id }, 'Discord does not take an answer; it is kept unseen.');
  await trimConversation(context.db, row.channel_id, settings.historyKept);
}
