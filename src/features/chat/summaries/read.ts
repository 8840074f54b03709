import type { ChatContext } from '../chat.ts';
import { latestSummary } from './store.ts';
import type { SummaryRow } from './store.ts';

export interface Summary {
  row: SummaryRow;
  text: string;
}

/**
 * The summary of a channel that covers most of what was asked before a time, or of everything; undefined where there is
 * none. One in which there are words of somebody who was forgotten cannot be read.
 */
export async function summaryOf(context: ChatContext, channelId: string, before?: Date): Promise<Summary | undefined> {
  const row = await latestSummary(context.db, channelId, before);
  const text = row && (await context.vault.openTogether(context.db, row.author_ids, row.id, row.sealed));
  return row && typeof text === 'string' ? { row, text } : undefined;
}
