/** Personal data: shown, exported, deleted. `port.ts` states the guarantees. */
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
import type { StoredCount, PersonalDataProvider, Privacy } from './port.ts';
import { findReceipt, forgottenAt, setOptedOut, optedOutOf } from './store.ts';
import './schema.ts';

export type * from './port.ts';
export { guildIn } from './expire.ts';
export { openPastUses } from './past-use.ts';
export type { PastUses } from './past-use.ts';

/** The feature `privacy` already records its migrations under `privacy`. */
export const privacyMigrations: MigrationSource = {
  name: 'privacy-service',
  folder: join(import.meta.dirname, 'migrations'),
};

/** Where a guild's own retention is stored: a setting of the feature `privacy`. */
const retentionSetting = { feature: 'privacy', key: 'retentionDays' };

interface PrivacyOptions extends Omit<ForgetOptions, 'providers'> {
  settings: Pick<SettingsService, 'all' | 'exportUser' | 'forgetUser'>;
  limits: Pick<Limits, 'forgetUser'>;
  audit: Pick<Audit, 'exportUser' | 'flush' | 'forgetUser'>;
  queue: Queue;
  spending: Spending;
  /** Read on each call, when every feature is set up. */
  features: () => readonly PersonalDataProvider[];
}

export function createPrivacy(options: PrivacyOptions): Privacy {
  const { postgres, vault, clock, settings } = options;
  const { db } = postgres;
  const services = servicesOf(options);
  const providers = () => [...options.features(), ...services];
  const forgetting: ForgetOptions = { ...options, providers: providers };
  const looking = new Map<string, Promise<StoredCount[]>>();
  const hasOptedOut = async (userId: string) => (await optedOutOf(db, [personHash(vault, userId)])).length > 0;
  return {
    overview: (userId) => {
      // An overview reads everything, so concurrent calls for one person share it.
      const look = looking.get(userId) ?? overview(providers(), userId).finally(() => looking.delete(userId));
      looking.set(userId, look);
      return look;
    },
    exportUser: async (userId) => {
      const document: Record<string, JsonObject> = { feature: {}, service: {} };
      for (const provider of providers()) {
        const data = await ask(provider, userId);
        if (data !== null) document[provider.kind] = { ...document[provider.kind], [provider.name]: data };
      }
      return {
        person: userId,
        at: new Date(clock.now()).toISOString(),
        mayBeReadAsContext: !(await hasOptedOut(userId)),
        features: document['feature'] ?? {},
        services: document['service'] ?? {},
      };
    },
    forgetUser: (userId) => forgetUser(forgetting, userId),
    findReceipt: (receiptId, userId) => findReceipt(db, receiptHash(vault, receiptId, userId)),
    mayRead: async (userIds) => {
      if (userIds.length === 0) return new Set();
      const hashes = new Map(userIds.map((userId) => [personHash(vault, userId), userId]));
      const optedOut = new Set((await optedOutOf(db, [...hashes.keys()])).map((hash) => hashes.get(hash)));
      return new Set(userIds.filter((userId) => !optedOut.has(userId)));
    },
    forgottenAt: async (userIds) => {
      const people = new Map(userIds.map((userId) => [personHash(vault, userId), userId]));
      const times = await forgottenAt(db, [...people.keys()]);
      return new Map(times.map(({ hash, atMs }) => [people.get(hash) ?? '', atMs]));
    },
    setMayRead: (userId, may) =>
      postgres.transaction(async (tx) => {
        await setOptedOut(tx, personHash(vault, userId), !may);
        if (!may) for (const { onReadConsentRevoked } of providers()) await onReadConsentRevoked?.(tx, userId);
      }),
    expire: async (instanceDays) => {
      await options.past.sweep();
      const own = settings.all(retentionSetting.feature, 'guild');
      const days = [...own].flatMap(([guildId, values]): [string, number][] => {
        const value = values[retentionSetting.key];
        return typeof value === 'number' && value >= 1 ? [[guildId, value]] : [];
      });
      return expireAll(postgres, providers(), expiries(instanceDays, new Map(days), clock.now()));
    },
  };
}

async function overview(providers: readonly PersonalDataProvider[], userId: string): Promise<StoredCount[]> {
  const exported = await Promise.all(
    providers.map(async (provider) => ({ provider, data: await ask(provider, userId) })),
  );
  return exported
    .map(({ provider: { kind, name }, data }): StoredCount => ({ kind, name, count: entriesIn(data) }))
    .filter(({ count }) => count > 0);
}

/**
 * The order after the features. Limits come before the ledger: locks are always taken in that order. Spending comes
 * before the ledger, which knows whose requests they were. The queue comes last for the same reasons.
 */
function servicesOf({ settings, limits, spending, ledger, audit, queue }: PrivacyOptions): PersonalDataProvider[] {
  const service = (name: string, parts: Omit<PersonalDataProvider, 'kind' | 'name'>): PersonalDataProvider => ({
    kind: 'service',
    name,
    ...parts,
  });
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

async function ask({ exportUser }: PersonalDataProvider, userId: string): Promise<Json> {
  return (await exportUser?.(userId)) ?? null;
}

/** The entries of a list, or of all lists in an object. */
function entriesIn(data: Json): number {
  if (Array.isArray(data)) return data.length;
  if (data === null || typeof data !== 'object') return 0;
  return Object.values(data).reduce<number>((sum, value) => sum + (Array.isArray(value) ? value.length : 0), 0);
}
