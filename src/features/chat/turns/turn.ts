import type { Turn } from '../../../sdk/index.ts';
import type { Question } from '../intake/read-message.ts';
import type { QuestionRow } from './store.ts';

/** What another feature sees of a question; `feature` is whose `extra` it gets. */
export function turnOf(row: Omit<QuestionRow, 'ciphertext'>, question: Question, feature: string): Turn {
  return {
    id: row.id,
    place: { guildId: row.guild_id, channelId: row.channel_id },
    asker: { userId: row.author_id, name: question.name },
    askedAtMs: row.asked_at.getTime(),
    messageId: row.message_id,
    text: question.text,
    attachments: question.attachments,
    openedThread: hasOwnThread(row, question),
    extra: question.extras?.[feature],
  };
}

/** Whether the thread that a question is in was opened for it. */
function hasOwnThread({ channel_id: channelId }: Pick<QuestionRow, 'channel_id'>, { source }: Question): boolean {
  return source?.kind === 'ask' && source.threadIn !== null && source.threadIn !== channelId;
}
