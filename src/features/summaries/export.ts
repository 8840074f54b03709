import type { Json } from '../../kernel/json.ts';
import type { SummaryContext } from './settings.ts';
import { summariesOf } from './store.ts';

/**
 * The summaries that were made of what a person said, and of nothing of anybody else. Those of talks with others are shown
 * where the talk was, to those who see it.
 */
export async function exportSummaries(context: SummaryContext, userId: string): Promise<Json[]> {
  const rows = await summariesOf(context.db, userId);
  const opened = await Promise.all(
    rows.map(async ({ id, ciphertext, channel_id: channelId, made_at: madeAt }) => {
      const text = await context.vault.decryptTogether(context.db, [userId], id, ciphertext);
      return text === null ? null : { at: madeAt.toISOString(), channelId, text };
    }),
  );
  return opened.filter((one) => one !== null);
}
