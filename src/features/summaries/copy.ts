import type { Tx } from '../../sdk/index.ts';
import type { SummaryContext } from './settings.ts';
import { insertSummary, lockedSummary, messagesCovered } from './store.ts';

/** Gives a conversation that begins as a copy of another the summary of what was asked in that before a time. */
export async function copySummary(
  context: SummaryContext,
  tx: Tx,
  { fromId, toId, before }: { fromId: string; toId: string; before: Date },
): Promise<void> {
  const row = await lockedSummary(tx, fromId, before);
  const text = row && (await context.vault.decryptTogether(tx, row.author_ids, row.id, row.ciphertext));
  if (!row || typeof text !== 'string') return;
  const id = context.ids.uuid();
  const ciphertext = await context.vault.encryptTogether(tx, row.author_ids, id, text);
  if (!ciphertext) return;
  const messageIds = await messagesCovered(tx, fromId, row.covers_until);
  await insertSummary(tx, { ...row, id, channel_id: toId, ciphertext, message_ids: messageIds });
}
