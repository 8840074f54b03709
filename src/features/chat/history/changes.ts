import type { Db, Tx } from '../../../sdk/index.ts';
import { deleteSummariesFrom, deleteSummariesOf, deleteSummariesOfMessages } from '../summaries/store.ts';

/**
 * Called in the transaction that edits or deletes something of a conversation's history: what was derived from what was
 * asked at `fromAskedAt` or later no longer holds. What is left is summarised anew after the next answer.
 */
export async function historyChanged(tx: Tx, channelId: string, fromAskedAt: Date): Promise<void> {
  await deleteSummariesFrom(tx, channelId, fromAskedAt);
}

/** As `historyChanged` for messages of which the history knows nothing any more, while a summary may still cover them. */
export async function messagesChanged(db: Db, messageIds: readonly string[]): Promise<void> {
  await deleteSummariesOfMessages(db, messageIds);
}

/**
 * As `historyChanged` for every conversation in which something of a person may have been derived, from what they asked or
 * what others were told of them; before their questions go. Returns how many summaries went.
 */
export async function historyForgotten(tx: Tx, authorId: string): Promise<number> {
  return deleteSummariesOf(tx, authorId);
}
