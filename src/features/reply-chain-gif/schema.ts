import type { ColumnType, Generated } from 'kysely';

export type RequestState = 'waiting' | 'done' | 'failed' | 'cancelled';

export interface ReplyChainGifRequestTable {
  id: string;
  guild_id: string | null;
  channel_id: string;
  author_id: string;
  message_id: string | null;
  target_id: string;
  job_id: string;
  options: ColumnType<unknown, string, never>;
  state: Generated<RequestState>;
  shown_message_id: string | null;
  asked_at: Date;
  ended_at: Date | null;
}

declare module '../../platform/postgres/database.ts' {
  interface Database {
    reply_chain_gif_request: ReplyChainGifRequestTable;
  }
}
