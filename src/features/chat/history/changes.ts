import type { Tx } from '../../../sdk/index.ts';

/**
 * Called in the transaction that edits or deletes something of a conversation's history: what was derived from what was
 * asked at `fromAskedAt` or later no longer holds.
 */
export function historyChanged(_tx: Tx, _channelId: string, _fromAskedAt: Date): Promise<void> {
  return Promise.resolve();
}

/** As `historyChanged` for every conversation in which a person asked; before their questions go. */
export async function historyForgotten(tx: Tx, authorId: string): Promise<void> {
  const firsts = await tx
    .selectFrom('chat_question')
    .select(({ fn }) => ['channel_id', fn.min('asked_at').as('from')])
    .where('author_id', '=', authorId)
    .groupBy('channel_id')
    .execute();
  for (const { channel_id: channelId, from } of firsts) await historyChanged(tx, channelId, from);
}
