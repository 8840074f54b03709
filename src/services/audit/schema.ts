import type { ColumnType, GeneratedAlways } from 'kysely';
import type { JsonObject } from '../../kernel/json.ts';

export interface AuditEntryTable {
  id: GeneratedAlways<number>;
  at_ms: number;
  actor_id: string;
  action: string;
  outcome: 'done' | 'refused';
  target_id: string | null;
  guild_id: string | null;
  channel_id: string | null;
  reason: string;
  details: ColumnType<JsonObject, string, never>;
}

export interface AuditNameTable {
  user_id: string;
  ciphertext: Buffer;
}

declare module '../../platform/postgres/database.ts' {
  interface Database {
    audit_entry: AuditEntryTable;
    audit_name: AuditNameTable;
  }
}
