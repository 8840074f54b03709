import { join } from 'node:path';
import type { Clock } from '../../kernel/clock.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { MigrationSource, Postgres } from '../../platform/postgres/index.ts';
import type { Vault } from '../../platform/secrets/index.ts';
import { NameBook } from './names.ts';
import type { Audit, RecordedEntry } from './port.ts';
import { RefusalLog } from './refusals.ts';
import * as store from './store.ts';

export type * from './port.ts';

export const auditMigrations: MigrationSource = { name: 'audit', folder: join(import.meta.dirname, 'migrations') };

interface AuditOptions {
  postgres: Postgres;
  clock: Clock;
  logger: Logger;
  /** Encrypts people's names; without it, only ids are stored. */
  vault?: Vault;
}

/** Close it before the database. */
export function createAudit({ postgres, clock, logger, vault }: AuditOptions): Audit {
  const { db } = postgres;
  const book = new NameBook({ postgres, vault, logger });
  const refusals = new RefusalLog({ write: (entries) => store.insertEntries(db, entries), clock, logger });
  const flush = async () => {
    await refusals.flush();
    await book.flush();
  };
  return {
    record: async (target, entry) => {
      await store.insertEntries(target, [{ ...entry, atMs: clock.now() }]);
      book.note(entry);
    },
    refused: ({ names, ...refusal }) => {
      refusals.add(refusal);
      book.note({ ...refusal, ...(names && { names }) });
    },
    find: (query) => store.findEntries(db, query),
    names: (userIds) => book.find(db, userIds),
    flush,
    exportUser: async (userId) => {
      await flush();
      const entries = (await store.entriesOfUser(db, userId)).map((entry) => asSeenBy(userId, entry));
      const name = (await book.find(db, [userId])).get(userId);
      return [...entries, ...(name === undefined ? [] : [{ name }])];
    },
    forgetUser: async (tx, userId) => {
      // Names are not flushed here: storing one waits for this transaction.
      await refusals.flush();
      return (await store.forgetUser(tx, userId)) + (await book.forget(tx, userId));
    },
    close: async () => {
      await refusals.close();
      await book.flush();
    },
  };
}

function asSeenBy(userId: string, entry: RecordedEntry): JsonObject {
  const { atMs, action, outcome, guildId, channelId, reason, details } = entry;
  const role = entry.actorId === userId ? 'actor' : 'target';
  return { at: new Date(atMs).toISOString(), role, action, outcome, guildId, channelId, reason, details };
}
