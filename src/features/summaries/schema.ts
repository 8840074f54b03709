export interface SummariesSummaryTable {
  id: string;
  channel_id: string;
  guild_id: string | null;
  ciphertext: Buffer;
  author_ids: string[];
  context_author_ids: string[];
  message_ids: string[];
  covers_from: Date;
  covers_until: Date;
  exchanges: number;
  model_id: string;
  made_at: Date;
}

declare module '../../platform/postgres/database.ts' {
  interface Database {
    summaries_summary: SummariesSummaryTable;
  }
}
