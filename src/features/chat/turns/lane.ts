import type { ChatContext } from '../chat.ts';
import type { QuestionRow } from './store.ts';

/** The lane in which a question is answered, one after the other; null: in parallel to all others. */
export function laneOf(
  settings: Pick<ChatContext['settings'], 'peek'>,
  {
    guild_id: guildId,
    channel_id: channelId,
    author_id: authorId,
  }: Pick<QuestionRow, 'author_id' | 'guild_id' | 'channel_id'>,
): string | null {
  const { oneAnswerPer } = settings.peek({ guildId, channelId });
  if (oneAnswerPer === 'question') return null;
  return oneAnswerPer === 'person' ? `chat/${channelId}/${authorId}` : `chat/${channelId}`;
}
