import type { ColumnType } from 'kysely';
import type { Json } from '../../kernel/json.ts';

export interface SettingsValueTable {
  feature: string;
  scope: 'instance' | 'guild' | 'channel' | 'user';
  scope_id: string;
  key: string;
  value: ColumnType<Json, string, string>;
}

declare module '../../platform/postgres/database.ts' {
  interface Database {
    settings_value: SettingsValueTable;
  }
}
