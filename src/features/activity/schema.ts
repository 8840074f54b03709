import type { ColumnType } from 'kysely';

export interface ActivityDayTable {
  guild_id: string;
  user_id: string;
  /** A date without time, read as text so that no time zone shifts it. */
  day: ColumnType<string, string, string>;
  messages: number;
}

declare module '../../platform/postgres/database.ts' {
  interface Database {
    activity_day: ActivityDayTable;
  }
}
