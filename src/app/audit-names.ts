import { sql } from 'kysely';
import type { JsonObject } from '../kernel/json.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import type { Translate } from '../platform/texts/index.ts';
import type { Audit, RecordedEntry } from '../services/audit/index.ts';

/** What the ids of an audit stand for, as people know it; the id itself where that is not known. */
export interface AuditNames {
  person(id: string): string;
  guild(id: string): string;
  /** `#general`, or what kind of place it is. */
  channel(id: string): string;
  /** A text in which ids of servers, channels and roles stand by their names. */
  inText(text: string): string;
}

interface Known {
  people: ReadonlyMap<string, string>;
  guilds: ReadonlyMap<string, string>;
  channels: ReadonlyMap<string, { name: string | null; guildId: string | null; parentId: string | null }>;
  roles: ReadonlyMap<string, string>;
}

export function namesOf({ people, guilds, channels, roles }: Known, t: Translate): AuditNames {
  const channel = (id: string): string => {
    const known = channels.get(id);
    if (!known) return t('audit.places.channel', { id });
    if (known.name !== null) return `#${known.name}`;
    if (known.guildId === null) return t('audit.places.direct');
    return known.parentId === null
      ? t('audit.places.channel', { id })
      : t('audit.places.thread', { parent: channel(known.parentId) });
  };
  return {
    person: (id) => {
      if (id === 'familiar') return t('audit.familiar');
      if (id === 'forgotten') return t('audit.forgotten');
      return id === 'command line' ? t('audit.command-line') : (people.get(id) ?? id);
    },
    guild: (id) => guilds.get(id) ?? t('audit.places.guild', { id }),
    channel,
    inText: (text) =>
      text.replace(/\d{17,20}/g, (id) => {
        const role = roles.get(id);
        return guilds.get(id) ?? (channels.has(id) ? channel(id) : role === undefined ? id : `@${role}`);
      }),
  };
}

/** Reads what is stored: names in the audit itself, and what the bot last saw of servers, channels and roles. */
export async function readNames(
  postgres: Postgres,
  audit: Audit,
  entries: readonly RecordedEntry[],
  t: Translate,
): Promise<AuditNames> {
  const [people, guildRows, channelRows] = await Promise.all([
    namesKept(postgres, audit, entries),
    has(postgres, 'discord_guild').then((there) =>
      there ? postgres.db.selectFrom('discord_guild').select(['id', 'name', 'roles']).execute() : [],
    ),
    has(postgres, 'discord_channel').then((there) =>
      there ? postgres.db.selectFrom('discord_channel').select(['id', 'name', 'guild_id', 'parent_id']).execute() : [],
    ),
  ]);
  const roles = guildRows.flatMap((guild) => guild.roles.map(({ id, name }) => [id, name] as const));
  return namesOf(
    {
      people,
      guilds: new Map(guildRows.map(({ id, name }) => [id, name])),
      channels: new Map(
        channelRows.map((row) => [row.id, { name: row.name, guildId: row.guild_id, parentId: row.parent_id }]),
      ),
      roles: new Map(roles),
    },
    t,
  );
}

/** None of a database of another key, or of a version that kept none. */
async function namesKept(postgres: Postgres, audit: Audit, entries: readonly RecordedEntry[]) {
  if (!(await has(postgres, 'audit_name'))) return new Map<string, string>();
  return audit.names(peopleIn(entries)).catch(() => new Map<string, string>());
}

function peopleIn(entries: readonly RecordedEntry[]): string[] {
  const ids = entries.flatMap(({ actorId, targetId }) => [actorId, ...(targetId === null ? [] : [targetId])]);
  return [...new Set(ids)];
}

async function has(postgres: Postgres, table: string): Promise<boolean> {
  const asked = sql<{ there: boolean }>`SELECT to_regclass(${table}) IS NOT NULL AS there`;
  return (await asked.execute(postgres.db)).rows[0]?.there === true;
}

/** A value of an entry's details as text: `null` is nothing. */
export function detail(details: JsonObject, name: string): string {
  const value = details[name];
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
