import type { ColumnType, Generated } from 'kysely';

export type RequestState = 'waiting' | 'drawn' | 'done' | 'failed' | 'refused' | 'cancelled';

export interface ImagesRequestTable {
  id: string;
  guild_id: string | null;
  channel_id: string;
  author_id: string;
  message_id: string | null;
  job_id: string;
  state: Generated<RequestState>;
  mode: string;
  model_id: string;
  ciphertext: Buffer;
  outcome: string | null;
  shown_channel_id: string | null;
  shown_message_id: string | null;
  is_logged: boolean;
  is_adult: boolean;
  withheld: Generated<number>;
  asked_at: Date;
  ended_at: Date | null;
  /** Of one that stays for the moderators' log alone. */
  deleted_at: ColumnType<Date | null, undefined, Date>;
}

export interface ImagesResultTable {
  id: string;
  request_id: string;
  position: number;
  file_id: string | null;
  content_type: string;
  width: number;
  height: number;
  size_bytes: number;
  seed: ColumnType<string | null, number | null, number | null>;
  attachment_id: string | null;
  favourite_at: Date | null;
  hidden_for: Generated<string[]>;
}

export interface ImagesParentTable {
  request_id: string;
  parent_id: string;
}

/** A request whose price its asker has not agreed to yet. */
export interface ImagesDraftTable {
  id: string;
  author_id: string;
  channel_id: string;
  message_id: string | null;
  model_id: string;
  ciphertext: Buffer;
  made_at: Date;
}

declare module '../../platform/postgres/database.ts' {
  interface Database {
    images_request: ImagesRequestTable;
    images_result: ImagesResultTable;
    images_parent: ImagesParentTable;
    images_draft: ImagesDraftTable;
  }
}
