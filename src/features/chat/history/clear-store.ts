import { sql } from 'kysely';
import type { Tx } from '../../../sdk/index.ts';
import type { QuestionRow } from '../turns/store.ts';
import { unfinishedOf } from './store.ts';
import type { Unfinished } from './store.ts';

type Shown = Pick<
  QuestionRow,
  'id' | 'channel_id' | 'guild_id' | 'message_id' | 'parts' | 'reaction' | 'stale_reactions' | 'origin'
>;

/** A question as Discord shows it. */
export interface ShownQuestion extends Shown {
  /** An answer to it is waited for or written. */
  isUnfinished: boolean;
}

/** Deletes a conversation, or one person's part in it; returns what was deleted and what was still being answered. */
export async function clearConversation(
  tx: Tx,
  channelId: string,
  authorId: string | null,
): Promise<{ questions: ShownQuestion[]; unfinished: Unfinished[] }> {
  const locked = await tx
    .selectFrom('chat_question')
    .select('id')
    .where('channel_id', '=', channelId)
    .$if(authorId !== null, (query) => query.where('author_id', '=', authorId ?? ''))
    .orderBy('id')
    .forUpdate()
    .execute();
  const ids = locked.map(({ id }) => id);
  if (ids.length === 0) return { questions: [], unfinished: [] };
  const questions = await shownQuestions(tx).where('chat_question.id', 'in', ids).execute();
  const unfinished = await unfinishedOf(tx, ids);
  await tx.deleteFrom('chat_question').where('id', 'in', ids).execute();
  return { questions, unfinished };
}

/** What a person asked and Discord shows, latest first. */
export async function shownQuestionsOf(tx: Tx, authorId: string, limit: number): Promise<ShownQuestion[]> {
  return shownQuestions(tx)
    .where('author_id', '=', authorId)
    .where('origin', '!=', 'branch')
    .orderBy('asked_at', 'desc')
    .limit(limit)
    .execute();
}

const shownQuestions = (tx: Tx) =>
  tx
    .selectFrom('chat_question')
    .select(['id', 'channel_id', 'guild_id', 'message_id', 'parts', 'reaction', 'stale_reactions', 'origin'])
    .select(
      sql<boolean>`EXISTS (
        SELECT FROM chat_answer a
        WHERE a.question_id IN (chat_question.id, chat_question.merged_into) AND a.state IN ('waiting', 'written')
      )`.as('isUnfinished'),
    );
