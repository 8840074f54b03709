import { join } from 'node:path';
import type { Clock } from '../../kernel/clock.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { MigrationSource, Postgres } from '../../platform/postgres/index.ts';
import type { Audit, RecordedEntry } from './port.ts';
import { RefusalLog } from './refusals.ts';
import * as store from './store.ts';

export type * from './port.ts';

export const auditMigrations: MigrationSource = { name: 'audit', folder: join(import.meta.dirname, 'migrations') };

interface AuditOptions {
  postgres: Postgres;
  clock: Clock;
  logger: Logger;
}

/** Close it before the database. */
export function createAudit({ postgres, clock, logger }: AuditOptions): Audit {
  const { db } = postgres;
  const refusals = new RefusalLog({ write: (entries) => store.insertEntries(db, entries), clock, logger });
  return {
    record: (target, entry) => store.insertEntries(target, [{ ...entry, atMs: clock.now() }]),
    refused: (refusal) => refusals.add(refusal),
    find: (query) => store.findEntries(db, query),
    flush: () => refusals.flush(),
    exportUser: async (userId) => {
      await refusals.flush();
      return (await store.entriesOfUser(db, userId)).map((entry) => asSeenBy(userId, entry));
    },
    forgetUser: async (tx, userId) => {
      await refusals.flush();
      return store.forgetUser(tx, userId);
    },
    close: () => refusals.close(),
  };
}

function asSeenBy(userId: string, entry: RecordedEntry): JsonObject {
  const { atMs, action, outcome, guildId, channelId, reason, details } = entry;
  const role = entry.actorId === userId ? 'actor' : 'target';
  return { at: new Date(atMs).toISOString(), role, action, outcome, guildId, channelId, reason, details };
}
