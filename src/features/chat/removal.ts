import type { Tx } from '../../sdk/index.ts';
import { requestOf } from './chat.ts';
import type { ChatContext } from './chat.ts';
import type { AnswerRow, QuestionRow } from './store.ts';

/**
 * Removes a question with its answers from history and from the screen. What is being written is cancelled and its hold
 * released; its job takes along what it still sends. Nothing happens when it is gone already.
 */
export async function removeExchange(context: ChatContext, questionId: string, by: string): Promise<void> {
  const removed = await context.transaction((tx) => takeExchange(tx, questionId));
  if (!removed) return;
  for (const answer of removed.answers) {
    const result = answer.job_id && (await context.jobs.cancel(answer.job_id, by));
    // No worker has it, so that nobody else would end it.
    if (result === 'cancelled') await context.spending.finish(requestOf(answer));
  }
  const { channel_id: channelId, parts } = removed.question;
  for (const messageId of parts) await context.discord.actions.delete(channelId, messageId);
}

async function takeExchange(
  tx: Tx,
  questionId: string,
): Promise<{ question: QuestionRow; answers: AnswerRow[] } | undefined> {
  const answers = await tx
    .selectFrom('chat_answer')
    .selectAll()
    .where('question_id', '=', questionId)
    .where('state', 'in', ['waiting', 'written'])
    .execute();
  const question = await tx.deleteFrom('chat_question').where('id', '=', questionId).returningAll().executeTakeFirst();
  return question && { question, answers };
}
