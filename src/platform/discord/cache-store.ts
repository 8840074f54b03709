import { sql } from 'kysely';
import type { Db, Postgres } from '../postgres/index.ts';
import type { CachedChannel } from './port.ts';
import { channelFromRow, channelToRow, guildFromRow, guildToRow, SharedParts, type GuildRecord } from './records.ts';
import './schema.ts';

/** NOTIFY channel on which processes hear what changed: ids apart by commas, or `*` for much. */
export const CACHE_CHANNEL = 'discord_cache';
/** Keeps a payload far below PostgreSQL's 8000 bytes. */
const MOST_IDS = 300;
const ROWS_PER_STATEMENT = 500;

/** Changes to be written together; null deletes. A guild that is deleted takes its channels along. */
export interface CacheChanges {
  guilds: Map<string, GuildRecord | null>;
  channels: Map<string, CachedChannel | null>;
}

export async function loadGuilds(db: Db): Promise<GuildRecord[]> {
  return (await db.selectFrom('discord_guild').selectAll().execute()).map(guildFromRow);
}

export async function loadChannels(db: Db): Promise<CachedChannel[]> {
  const shared = new SharedParts();
  const rows = await db.selectFrom('discord_channel').selectAll().execute();
  return rows.map((row) => channelFromRow(row, shared));
}

export async function findGuild(db: Db, id: string): Promise<GuildRecord | undefined> {
  const row = await db.selectFrom('discord_guild').selectAll().where('id', '=', id).executeTakeFirst();
  return row && guildFromRow(row);
}

export async function findChannel(db: Db, id: string): Promise<CachedChannel | undefined> {
  const row = await db.selectFrom('discord_channel').selectAll().where('id', '=', id).executeTakeFirst();
  return row && channelFromRow(row);
}

/** Writes all changes in one transaction and tells the other processes. */
export async function writeChanges(postgres: Postgres, changes: CacheChanges): Promise<void> {
  await postgres.transaction(async (tx) => {
    const guilds = split(changes.guilds);
    const channels = split(changes.channels);
    if (guilds.deleted.length > 0) {
      await tx.deleteFrom('discord_channel').where('guild_id', 'in', guilds.deleted).execute();
      await tx.deleteFrom('discord_guild').where('id', 'in', guilds.deleted).execute();
    }
    if (channels.deleted.length > 0) {
      await tx.deleteFrom('discord_channel').where('id', 'in', channels.deleted).execute();
    }
    for (const some of chunks(guilds.kept)) await upsertGuilds(tx, some.map(guildToRow));
    for (const some of chunks(channels.kept)) await upsertChannels(tx, some.map(channelToRow));
    const ids = [...changes.guilds.keys(), ...changes.channels.keys()];
    await postgres.notify(tx, CACHE_CHANNEL, ids.length > MOST_IDS ? '*' : ids.join());
  });
}

/** All rows as one JSON parameter: a tenth of the work of a parameter for each value, at a bot's first start. */
async function upsertGuilds(db: Db, rows: ReturnType<typeof guildToRow>[]): Promise<void> {
  await sql`
    INSERT INTO discord_guild (id, name, owner_id, system_channel_id, self_role_ids, self_muted_until_ms, premium_tier, roles)
    SELECT id, name, owner_id, system_channel_id, self_role_ids, self_muted_until_ms, premium_tier, roles
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS row (
      id text, name text, owner_id text, system_channel_id text, self_role_ids jsonb, self_muted_until_ms bigint,
      premium_tier integer, roles jsonb)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, owner_id = excluded.owner_id,
      system_channel_id = excluded.system_channel_id, self_role_ids = excluded.self_role_ids,
      self_muted_until_ms = excluded.self_muted_until_ms, premium_tier = excluded.premium_tier, roles = excluded.roles
  `.execute(db);
}

async function upsertChannels(db: Db, rows: ReturnType<typeof channelToRow>[]): Promise<void> {
  await sql`
    INSERT INTO discord_channel (id, guild_id, type, name, parent_id, nsfw, overwrites)
    SELECT id, guild_id, type, name, parent_id, nsfw, overwrites
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS row (
      id text, guild_id text, type integer, name text, parent_id text, nsfw boolean, overwrites jsonb)
    ON CONFLICT (id) DO UPDATE SET guild_id = excluded.guild_id, type = excluded.type, name = excluded.name,
      parent_id = excluded.parent_id, nsfw = excluded.nsfw, overwrites = excluded.overwrites
  `.execute(db);
}

function split<T>(changes: Map<string, T | null>): { deleted: string[]; kept: T[] } {
  const deleted: string[] = [];
  const kept: T[] = [];
  for (const [id, value] of changes) {
    if (value === null) deleted.push(id);
    else kept.push(value);
  }
  return { deleted, kept };
}

function* chunks<T>(rows: T[]): Generator<T[]> {
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) yield rows.slice(at, at + ROWS_PER_STATEMENT);
}
