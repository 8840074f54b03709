import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Postgres } from '../../platform/postgres/index.ts';
import type { Expiry, Keeper } from './port.ts';

const dayMs = 86_400_000;

/** For `expire`: the condition that a row's guild, in this column (null: none), is one of those whose time is over. */
export function guildIn(column: string, guilds: Expiry['guilds']): RawBuilder<boolean> {
  const guild = sql.ref(column);
  return 'only' in guilds
    ? sql<boolean>`${guild} = ${guilds.only}`
    : sql<boolean>`(${guild} IS NULL OR ${guild} <> ALL (${guilds.allBut}::text[]))`;
}

/** What goes now: for each guild with days of its own, and for everything else. Guilds may only keep less. */
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

/** Each in a transaction of its own: what fails later leaves what has gone gone. */
export async function expireAll(
  postgres: Postgres,
  keepers: readonly Keeper[],
  due: readonly Expiry[],
): Promise<number> {
  let total = 0;
  for (const { expire } of keepers) {
    if (!expire) continue;
    for (const expiry of due) total += await postgres.transaction((tx) => expire(tx, expiry));
  }
  return total;
}
