import type { Tx } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';
import { deleteQuestionsOf } from '../turns/store.ts';
import { clearAmbient } from './ambient-store.ts';
import { historyChanged } from './changes.ts';
import { clearConversation, shownQuestionsOf } from './clear-store.ts';
import type { ShownQuestion } from './clear-store.ts';
import { cancelAnswers, tidyLater } from './ending.ts';
import { skipBackfill } from './store.ts';

interface Cleared {
  exchanges: number;
  ambient: number;
  /** How many of the exchanges were still being answered, or waited for it. */
  unfinished: number;
}

/**
 * Deletes the exchanges and the ambient messages of a conversation, of one person or (null) of all. What is being written, and
 * what waits, ends and leaves the screen as when its question is deleted.
 */
export async function clearHistory(
  context: Needs<'clock' | 'events' | 'jobs' | 'settings' | 'spending' | 'transaction'>,
  channelId: string,
  authorId: string | null,
): Promise<Cleared> {
  const { unfinished, ...cleared } = await context.transaction(async (tx) => {
    const { questions, unfinished } = await clearConversation(tx, channelId, authorId);
    const ambient = await clearAmbient(tx, channelId, authorId);
    if (authorId === null) await skipBackfill(tx, channelId, new Date(context.clock.now()));
    await historyChanged(context, tx, channelId, new Date(0));
    await leaveScreenLater(
      context,
      tx,
      questions.filter(({ isUnfinished }) => isUnfinished),
    );
    return { exchanges: questions.length, ambient, unfinished };
  });
  await cancelAnswers(context, unfinished);
  return { ...cleared, unfinished: unfinished.length };
}

/** Of a person whose data is deleted, so many of the latest questions are tidied in Discord: each edit takes its time. */
const mostTidied = 200;

/** Deletes what a person asked; their answers keep no buttons, which would do nothing, and what was not answered no mark. */
export async function forgetQuestions(context: Needs<'jobs' | 'settings'>, tx: Tx, authorId: string): Promise<number> {
  const byChannel = Map.groupBy(await shownQuestionsOf(tx, authorId, mostTidied), (one) => one.channel_id);
  for (const questions of byChannel.values()) await leaveScreenLater(context, tx, questions);
  return deleteQuestionsOf(tx, authorId);
}

/** For questions of one channel that go: what is unfinished leaves, what was answered loses its buttons. */
async function leaveScreenLater(
  context: Needs<'jobs' | 'settings'>,
  tx: Tx,
  questions: readonly ShownQuestion[],
): Promise<void> {
  const [first] = questions;
  if (!first) return;
  const { channel_id: channelId, guild_id: guildId } = first;
  const isKept = context.settings.peek({ guildId, channelId }).deleteAnswersWithQuestion === false;
  const goes = ({ isUnfinished }: ShownQuestion) => isUnfinished && !isKept;
  await tidyLater(context, tx, {
    channelId,
    deleted: questions.filter(goes).flatMap(({ parts }) => parts),
    stripped: questions.filter((one) => !goes(one)).flatMap(({ parts }) => parts.slice(-1)),
    unmarked: questions.filter(({ isUnfinished }) => isUnfinished).flatMap(marksOf),
  });
}

function marksOf({ message_id: messageId, origin, reaction, stale_reactions: stale }: ShownQuestion) {
  const emojis = [...new Set([...(reaction === null ? [] : [reaction]), ...stale])];
  return messageId === null || origin !== 'message' || emojis.length === 0 ? [] : [{ messageId, emojis }];
}
