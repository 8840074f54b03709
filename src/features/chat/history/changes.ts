import type { Tx } from '../../../sdk/index.ts';
import type { Needs } from '../chat.ts';

type Emitter = Needs<'events'>;

/**
 * Called in the transaction that edits or deletes something of a conversation's history: what was derived from what was
 * asked at `fromAskedAt` or later no longer holds.
 */
export async function historyChanged({ events }: Emitter, tx: Tx, channelId: string, fromAskedAt: Date): Promise<void> {
  await events.emit(tx, 'chat/history-changed', { channelId, fromMs: fromAskedAt.getTime() });
}
