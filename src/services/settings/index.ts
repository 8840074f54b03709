import { join } from 'node:path';
import { sql } from 'kysely';
import type { Json } from '../../kernel/json.ts';
import type { Db, MigrationSource, Postgres } from '../../platform/postgres/index.ts';
import { SettingsOfUsers } from './of-users.ts';
import type { SettingsValueTable } from './schema.ts';

export type ScopeName = SettingsValueTable['scope'];
type Values = Record<string, Json>;

export const settingsMigrations: MigrationSource = {
  name: 'settings',
  folder: join(import.meta.dirname, 'migrations'),
};

type HeldScope = Exclude<ScopeName, 'user'>;
/** By scope, feature and id. */
type Held = Record<HeldScope, Map<string, Map<string, Values>>>;

const noOverrides = (): Held => ({ instance: new Map(), guild: new Map(), channel: new Map() });

const changedChannel = 'settings_changed';
/** Before the id of a person whose settings changed; what else is told is the name of a feature. */
const userNotice = 'user/';

/** Where one value is kept. */
interface SettingPlace {
  feature: string;
  scope: HeldScope;
  scopeId: string;
  key: string;
}

/**
 * Overrides set by command, per feature or service and scope. The instance's, guilds' and channels' are held in memory, kept
 * equal to the database in every process by NOTIFY (a change is seen everywhere within milliseconds, here at once);
 * users' are read when first asked for, since there may be very many.
 */
export interface SettingsService {
  /** Overrides of the instance (whose id is empty), a guild or channel, from memory; undefined when there are none. Cheap enough for every message. */
  peek(feature: string, scope: HeldScope, scopeId: string): Values | undefined;
  /** The same of every scope of a kind that has any, by its id. */
  all(feature: string, scope: HeldScope): ReadonlyMap<string, Values>;
  /** From memory when it was asked for before. Within a transaction when `db` is one, which needs no second connection. */
  forUser(feature: string, userId: string, db?: Db): Promise<Values>;
  /** Undefined unsets. */
  set(feature: string, scope: ScopeName, scopeId: string, key: string, value: Json | undefined): Promise<void>;
  /**
   * Sets a value if it still is `expected` (undefined: not set). False when it is not, whoever changed it: of several
   * processes that replace the same value, exactly one gets true.
   */
  replace(place: SettingPlace, expected: Json | undefined, value: Json): Promise<boolean>;
  /** Calls back after overrides of any scope but users' changed, here or in another process; returns how to stop. */
  onChange(changed: () => void): () => void;
  exportUser(userId: string): Promise<Json>;
  forgetUser(db: Db, userId: string): Promise<number>;
  close(): Promise<void>;
}

export async function openSettings(postgres: Postgres): Promise<SettingsService> {
  const { db } = postgres;
  let held = noOverrides();
  const listeners = new Set<() => void>();
  const reload = async () => {
    held = await readHeld(db);
    for (const changed of listeners) changed();
  };
  let reloading = Promise.resolve();
  const reloadInTurn = () => (reloading = reloading.then(reload, reload));
  // Twice, since a connection that died unnoticed fails whoever takes it next; a database that is away tells us again.
  const reloadQuietly = () =>
    void reloadInTurn()
      .catch(reloadInTurn)
      .catch(() => undefined);
  const ofUsers = new SettingsOfUsers();
  const onNotice = (payload: string) => {
    if (payload.startsWith(userNotice)) ofUsers.changed(payload.slice(userNotice.length));
    else reloadQuietly();
  };
  const unlisten = await postgres.listen(changedChannel, onNotice, () => {
    ofUsers.allMayHaveChanged();
    reloadQuietly();
  });
  await reloadInTurn();

  return {
    ...settingsOfUsers(postgres, ofUsers),
    peek: (feature, scope, scopeId) => held[scope].get(feature)?.get(scopeId),
    all: (feature, scope) => held[scope].get(feature) ?? new Map<string, Values>(),
    set: async (feature, scope, scopeId, key, value) => {
      await postgres.transaction(async (tx) => {
        await store(tx, { feature, scope, scope_id: scopeId, key }, value);
        await postgres.notify(tx, changedChannel, scope === 'user' ? `${userNotice}${scopeId}` : feature);
      });
      if (scope === 'user') ofUsers.changed(scopeId);
      else await reloadInTurn();
    },
    replace: async (place, expected, value) => {
      const replaced = await postgres.transaction(async (tx) => {
        const changed = await storeInstead(tx, place, expected, value);
        if (changed) await postgres.notify(tx, changedChannel, place.feature);
        return changed;
      });
      await reloadInTurn();
      return replaced;
    },
    onChange: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    close: unlisten,
  };
}

async function readHeld(db: Db): Promise<Held> {
  const rows = await db.selectFrom('settings_value').selectAll().where('scope', '!=', 'user').execute();
  const held = noOverrides();
  for (const row of rows) {
    if (row.scope === 'user') continue;
    const ofFeature = held[row.scope].get(row.feature) ?? new Map<string, Values>();
    held[row.scope].set(row.feature, ofFeature);
    ofFeature.set(row.scope_id, { ...ofFeature.get(row.scope_id), [row.key]: row.value });
  }
  return held;
}

function settingsOfUsers(
  postgres: Postgres,
  remembered: SettingsOfUsers,
): Pick<SettingsService, 'forUser' | 'exportUser' | 'forgetUser'> {
  const { db } = postgres;
  return {
    forUser: (feature, userId, given = db) => remembered.of(given, feature, userId),
    exportUser: async (userId) => {
      const rows = await ofUser(db, userId).select(['feature', 'key', 'value']).execute();
      return rows.map((row) => ({ feature: row.feature, key: row.key, value: row.value }));
    },
    forgetUser: async (tx, userId) => {
      const result = await tx
        .deleteFrom('settings_value')
        .where('scope', '=', 'user')
        .where('scope_id', '=', userId)
        .executeTakeFirst();
      await postgres.notify(tx, changedChannel, `${userNotice}${userId}`);
      remembered.changed(userId);
      return Number(result.numDeletedRows);
    },
  };
}

const ofUser = (db: Db, userId: string) =>
  db.selectFrom('settings_value').where('scope', '=', 'user').where('scope_id', '=', userId);

async function store(
  db: Db,
  place: Pick<SettingsValueTable, 'feature' | 'scope' | 'scope_id' | 'key'>,
  value: Json | undefined,
): Promise<void> {
  if (value === undefined) {
    await db
      .deleteFrom('settings_value')
      .where('scope', '=', place.scope)
      .where('scope_id', '=', place.scope_id)
      .where('feature', '=', place.feature)
      .where('key', '=', place.key)
      .execute();
    return;
  }
  const json = JSON.stringify(value);
  await db
    .insertInto('settings_value')
    .values({ ...place, value: json })
    .onConflict((conflict) => conflict.columns(['scope', 'scope_id', 'feature', 'key']).doUpdateSet({ value: json }))
    .execute();
}

async function storeInstead(
  db: Db,
  { feature, scope, scopeId, key }: SettingPlace,
  expected: Json | undefined,
  value: Json,
): Promise<boolean> {
  const row = { feature, scope, scope_id: scopeId, key };
  const json = JSON.stringify(value);
  if (expected === undefined) {
    const result = await db
      .insertInto('settings_value')
      .values({ ...row, value: json })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return result.numInsertedOrUpdatedRows === 1n;
  }
  const result = await db
    .updateTable('settings_value')
    .set({ value: json })
    .where('feature', '=', feature)
    .where('scope', '=', scope)
    .where('scope_id', '=', scopeId)
    .where('key', '=', key)
    .where(sql<boolean>`value = ${JSON.stringify(expected)}::jsonb`)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
