import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely';
import type { JsonObject } from '../../kernel/json.ts';

export type JobState = 'waiting' | 'active' | 'done' | 'dead' | 'cancelled';

export interface QueueJobTable {
  id: string;
  sequence: GeneratedAlways<number>;
  queue: string;
  kind: string;
  payload: JSONColumnType<JsonObject>;
  key: string | null;
  user_id: string | null;
  guild_id: string | null;
  lane: string | null;
  held: Generated<boolean>;
  priority: number;
  turn: number;
  state: JobState;
  run_at_ms: number;
  attempt: number;
  max_attempts: number;
  instance_id: string | null;
  boot_id: string | null;
  lease_until_ms: number | null;
  cancel_by: string | null;
  error: string | null;
  created_at_ms: number;
  begun_at_ms: number | null;
  ended_at_ms: number | null;
}

declare module '../postgres/database.ts' {
  interface Database {
    queue_job: QueueJobTable;
  }
}
