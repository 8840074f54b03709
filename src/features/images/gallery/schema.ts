import type { Generated } from 'kysely';

export interface ImagesViewTable {
  id: string;
  author_id: string;
  ciphertext: Buffer;
  page: Generated<number>;
  used_at: Date;
}

export interface ImagesShareTable {
  id: string;
  result_id: string;
  author_id: string;
  made_at: Date;
  expires_at: Date;
}

export interface ImagesStyleTable {
  author_id: string;
  name: string;
  ciphertext: Buffer;
  saved_at: Date;
}

export type BatchState = 'asked' | 'running' | 'done' | 'cancelled';

export interface ImagesBatchTable {
  id: string;
  author_id: string;
  guild_id: string | null;
  channel_id: string;
  model_id: string;
  state: Generated<BatchState>;
  ciphertext: Buffer;
  message_id: string | null;
  made_at: Date;
}

export interface ImagesBatchItemTable {
  batch_id: string;
  position: number;
  request_id: string | null;
  refusal: string | null;
  is_shown: Generated<boolean>;
}

declare module '../../../platform/postgres/database.ts' {
  interface Database {
    images_view: ImagesViewTable;
    images_share: ImagesShareTable;
    images_style: ImagesStyleTable;
    images_batch: ImagesBatchTable;
    images_batch_item: ImagesBatchItemTable;
  }
}
