/** What is stored about people: see `port.ts` for what it promises. */
import { join } from 'node:path';
import type { Json, JsonObject } from '../../kernel/json.ts';
import type { MigrationSource } from '../../platform/postgres/index.ts';
import type { Audit } from '../audit/index.ts';
import type { Limits } from '../limits/index.ts';
import type { SettingsService } from '../settings/index.ts';
import type { Queue } from '../../platform/queue/index.ts';
import type { Spending } from '../spending/index.ts';
import { expireAll, expiries } from './expire.ts';
import { forgetUser, receiptHash } from './forget.ts';
import type { ForgetOptions } from './forget.ts';
import { personHash } from './past-use.ts';
import type { Amount, Keeper, Privacy } from './port.ts';
import { findReceipt, forgottenAt, setUnread, unreadOf } from './store.ts';
import './schema.ts';

export type * from './port.ts';
export { guildIn } from './expire.ts';
export { openPastUses } from './past-use.ts';
export type { PastUses } from './past-use.ts';

/** A feature is called privacy too, and its migrations would be recorded under that name. */
export const privacyMigrations: MigrationSource = {
  name: 'privacy-service',
  folder: join(import.meta.dirname, 'migrations'),
};

/** Under this name and key guilds' own number of days is kept: the setting of the feature that people set it with. */
const retentionSetting = { feature: 'privacy', key: 'retentionDays' };

interface PrivacyOptions extends Omit<ForgetOptions, 'keepers'> {
  settings: Pick<SettingsService, 'all' | 'exportUser' | 'forgetUser'>;
  limits: Pick<Limits, 'forgetUser'>;
  audit: Pick<Audit, 'exportUser' | 'flush' | 'forgetUser'>;
  queue: Queue;
  spending: Spending;
  /** Asked when somebody asks, by when every feature is set up. */
  features: () => readonly Keeper[];
}

export function createPrivacy(options: PrivacyOptions): Privacy {
  const { postgres, vault, clock, settings } = options;
  const { db } = postgres;
  const services = servicesOf(options);
  const keepers = () => [...options.features(), ...services];
  const forgetting: ForgetOptions = { ...options, keepers };
  const looking = new Map<string, Promise<Amount[]>>();
  const isUnread = async (userId: string) => (await unreadOf(db, [personHash(vault, userId)])).length > 0;
  return {
    overview: (userId) => {
      // It reads everything, so those who ask at the same time for the same person share one look.
      const look = looking.get(userId) ?? overview(keepers(), userId).finally(() => looking.delete(userId));
      looking.set(userId, look);
      return look;
    },
    exportUser: async (userId) => {
      const document: Record<string, JsonObject> = { feature: {}, service: {} };
      for (const keeper of keepers()) {
        const data = await ask(keeper, userId);
        if (data !== null) document[keeper.kind] = { ...document[keeper.kind], [keeper.name]: data };
      }
      return {
        person: userId,
        at: new Date(clock.now()).toISOString(),
        mayBeReadAsContext: !(await isUnread(userId)),
        features: document['feature'] ?? {},
        services: document['service'] ?? {},
      };
    },
    forgetUser: (userId) => forgetUser(forgetting, userId),
    findReceipt: (receiptId, userId) => findReceipt(db, receiptHash(vault, receiptId, userId)),
    mayRead: async (userIds) => {
      if (userIds.length === 0) return new Set();
      const hashes = new Map(userIds.map((userId) => [personHash(vault, userId), userId]));
      const unread = new Set((await unreadOf(db, [...hashes.keys()])).map((hash) => hashes.get(hash)));
      return new Set(userIds.filter((userId) => !unread.has(userId)));
    },
    forgottenAt: async (userIds) => {
      const people = new Map(userIds.map((userId) => [personHash(vault, userId), userId]));
      const times = await forgottenAt(db, [...people.keys()]);
      return new Map(times.map(({ hash, atMs }) => [people.get(hash) ?? '', atMs]));
    },
    setMayRead: (userId, may) =>
      postgres.transaction(async (tx) => {
        await setUnread(tx, personHash(vault, userId), !may);
        if (!may) for (const { unreadUser } of keepers()) await unreadUser?.(tx, userId);
      }),
    expire: async (instanceDays) => {
      await options.past.sweep();
      const own = settings.all(retentionSetting.feature, 'guild');
      const days = [...own].flatMap(([guildId, values]): [string, number][] => {
        const value = values[retentionSetting.key];
        return typeof value === 'number' && value >= 1 ? [[guildId, value]] : [];
      });
      return expireAll(postgres, keepers(), expiries(instanceDays, new Map(days), clock.now()));
    },
  };
}

async function overview(keepers: readonly Keeper[], userId: string): Promise<Amount[]> {
  const exported = await Promise.all(keepers.map(async (keeper) => ({ keeper, data: await ask(keeper, userId) })));
  return exported
    .map(({ keeper: { kind, name }, data }): Amount => ({ kind, name, count: entriesIn(data) }))
    .filter(({ count }) => count > 0);
}

/**
 * After the features. Limits before the ledger, whose locks are taken in that order everywhere; spending before the
 * ledger, which knows whose it was; the queue last, for the same reasons.
 */
function servicesOf({ settings, limits, spending, ledger, audit, queue }: PrivacyOptions): Keeper[] {
  const service = (name: string, parts: Omit<Keeper, 'kind' | 'name'>): Keeper => ({ kind: 'service', name, ...parts });
  return [
    service('settings', {
      exportUser: (userId) => settings.exportUser(userId),
      forgetUser: (tx, userId) => settings.forgetUser(tx, userId),
    }),
    service('limits', { forgetUser: (tx, userId) => limits.forgetUser(tx, userId) }),
    service('spending', { forgetUser: (tx, userId) => spending.forgetUser(tx, userId) }),
    service('ledger', {
      exportUser: (userId) => ledger.exportUser(userId),
      forgetUser: (tx, userId) => ledger.forgetUser(tx, userId),
    }),
    service('audit', {
      exportUser: (userId) => audit.exportUser(userId),
      forgetUser: (tx, userId) => audit.forgetUser(tx, userId),
    }),
    service('queue', {
      exportUser: (userId) => queue.exportUser(userId),
      forgetUser: (tx, userId) => queue.forgetUser(tx, userId),
    }),
  ];
}

async function ask({ exportUser }: Keeper, userId: string): Promise<Json> {
  return (await exportUser?.(userId)) ?? null;
}

/** Of a list its entries, of an object those of its lists. */
function entriesIn(data: Json): number {
  if (Array.isArray(data)) return data.length;
  if (data === null || typeof data !== 'object') return 0;
  return Object.values(data).reduce<number>((sum, value) => sum + (Array.isArray(value) ? value.length : 0), 0);
}
