import type { Db } from '../../../sdk/index.ts';
import type { AnswerRow } from '../turns/store.ts';

/** Answers to what a person asked that have thoughts kept with them. */
export async function thoughtsOf(
  db: Db,
  authorId: string,
  { offset, limit }: { offset: number; limit: number },
): Promise<Pick<AnswerRow, 'id' | 'reasoning_ciphertext' | 'finished_at'>[]> {
  return db
    .selectFrom('chat_answer as a')
    .innerJoin('chat_question as q', 'q.id', 'a.question_id')
    .select(['a.id', 'a.reasoning_ciphertext', 'a.finished_at'])
    .where('q.author_id', '=', authorId)
    .where('a.reasoning_ciphertext', 'is not', null)
    .orderBy('a.finished_at', 'desc')
    .orderBy('a.id')
    .offset(offset)
    .limit(limit)
    .execute();
}
