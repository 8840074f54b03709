import type { ChatContext } from '../chat.ts';
import { clearConversation } from '../turns/store.ts';
import { historyChanged } from './changes.ts';
import { clearHeard, stayCold } from './store.ts';

/** Forgets what has ended of a conversation and what was heard in it, of one person or (null) of all. */
export async function clearHistory(
  context: ChatContext,
  channelId: string,
  authorId: string | null,
): Promise<{ exchanges: number; heard: number }> {
  return context.transaction(async (tx) => {
    const exchanges = await clearConversation(tx, channelId, authorId);
    const heard = await clearHeard(tx, channelId, authorId);
    if (authorId === null) await stayCold(tx, channelId, new Date(context.clock.now()));
    await historyChanged(context, tx, channelId, new Date(0));
    return { exchanges, heard };
  });
}
