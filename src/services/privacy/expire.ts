import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Postgres } from '../../platform/postgres/index.ts';
import type { Expiry, PersonalDataProvider } from './port.ts';

const dayMs = 86_400_000;

/** SQL condition for `expire`: the guild in this column (null for none) is one of `guilds`. */
export function guildIn(column: string, guilds: Expiry['guilds']): RawBuilder<boolean> {
  const guild = sql.ref(column);
  return 'only' in guilds
    ? sql<boolean>`${guild} = ${guilds.only}`
    : sql<boolean>`(${guild} IS NULL OR ${guild} <> ALL (${guilds.allBut}::text[]))`;
}

/** One entry per guild with its own retention, and one for everything else. A guild's retention can only be shorter. */
export function expiries(
  instanceDays: number | null,
  daysOfGuilds: ReadonlyMap<string, number>,
  nowMs: number,
): Expiry[] {
  const before = (days: number) => nowMs - days * dayMs;
  const own = [...daysOfGuilds].map(([guildId, days]) => ({
    beforeMs: before(Math.min(days, instanceDays ?? days)),
    guilds: { only: guildId },
  }));
  if (instanceDays === null) return own;
  return [...own, { beforeMs: before(instanceDays), guilds: { allBut: [...daysOfGuilds.keys()] } }];
}

/** Runs each deletion in its own transaction, so a later failure doesn't undo earlier ones. */
export async function expireAll(
  postgres: Postgres,
  providers: readonly PersonalDataProvider[],
  due: readonly Expiry[],
): Promise<number> {
  let total = 0;
  for (const { expire } of providers) {
    if (!expire) continue;
    for (const expiry of due) total += await postgres.transaction((tx) => expire(tx, expiry));
  }
  return total;
}
