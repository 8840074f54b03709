import type { ColumnType, Generated, JSONColumnType, RawBuilder } from 'kysely';

export interface StoredRole {
  id: string;
  name: string;
  permissions: string;
  position: number;
  /** Not yet in rows written before it was kept. */
  botId?: string | null;
}

export interface StoredOverwrite {
  id: string;
  type: 0 | 1;
  allow: string;
  deny: string;
}

/** Written as JSON text. */
type JsonList<T extends object> = JSONColumnType<T[]>;

export interface DiscordGuildTable {
  id: string;
  name: string;
  owner_id: string;
  system_channel_id: string | null;
  self_role_ids: ColumnType<string[], string, string>;
  self_muted_until_ms: Generated<number>;
  premium_tier: Generated<number>;
  roles: JsonList<StoredRole>;
}

export interface DiscordChannelTable {
  id: string;
  guild_id: string | null;
  type: number;
  name: string | null;
  parent_id: string | null;
  nsfw: boolean;
  overwrites: JsonList<StoredOverwrite>;
}

export interface DiscordSessionTable {
  application_id: string;
  shard_id: number;
  shard_count: number;
  session_id: string;
  resume_url: string;
  sequence: number;
  intents: number;
  handled_until_ms: number;
}

export interface DiscordProcessTable {
  id: string;
  application_id: string;
  seen_at_ms: number;
}

export interface DiscordRegistrationTable {
  application_id: string;
  at_ms: number;
  outcome: 'registered' | 'partly' | 'failed';
  detail: string;
  next_try_ms: number | null;
}

export interface DiscordVisitTable {
  id: string;
  application_id: string;
  token: string;
  expires_at_ms: number;
  file_size_bytes: number | null;
  answered: Generated<boolean>;
  sent: ColumnType<Record<string, string>, never, RawBuilder<unknown>>;
}

declare module '../postgres/database.ts' {
  interface Database {
    discord_guild: DiscordGuildTable;
    discord_channel: DiscordChannelTable;
    discord_session: DiscordSessionTable;
    discord_process: DiscordProcessTable;
    discord_registration: DiscordRegistrationTable;
    discord_visit: DiscordVisitTable;
  }
}
