import type { Needs } from '../chat.ts';
import { clearConversation } from '../turns/store.ts';
import { historyChanged } from './changes.ts';
import { skipBackfill } from './store.ts';
import { clearAmbient } from './ambient-store.ts';

/** Deletes the ended exchanges and the ambient messages of a conversation, of one person or (null) of all. */
export async function clearHistory(
  context: Needs<'clock' | 'events' | 'transaction'>,
  channelId: string,
  authorId: string | null,
): Promise<{ exchanges: number; ambient: number }> {
  return context.transaction(async (tx) => {
    const exchanges = await clearConversation(tx, channelId, authorId);
    const ambient = await clearAmbient(tx, channelId, authorId);
    if (authorId === null) await skipBackfill(tx, channelId, new Date(context.clock.now()));
    await historyChanged(context, tx, channelId, new Date(0));
    return { exchanges, ambient };
  });
}
