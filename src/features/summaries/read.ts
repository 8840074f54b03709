import { latestSummary } from './store.ts';
import type { SummaryContext } from './settings.ts';
import type { SummaryRow } from './store.ts';

export interface Summary {
  row: SummaryRow;
  text: string;
}

/**
 * The summary of a channel that covers most of what was asked before a time, or of everything; undefined where there is
 * none. One with words of a person whose data was deleted cannot be read.
 */
export async function summaryOf(
  context: Pick<SummaryContext, 'db' | 'vault'>,
  channelId: string,
  before?: Date,
): Promise<Summary | undefined> {
  const row = await latestSummary(context.db, channelId, before);
  const text = row && (await context.vault.decryptTogether(context.db, row.author_ids, row.id, row.ciphertext));
  return row && typeof text === 'string' ? { row, text } : undefined;
}
