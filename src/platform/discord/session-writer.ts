import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Postgres } from '../postgres/index.ts';
import type { Cache } from './cache.ts';
import { LateWrite } from './late-write.ts';
import { saveSessions, type StoredSession } from './session-store.ts';
import type { Shard } from './shard.ts';

const WRITE_AFTER_MS = 150;

interface SessionWriterContext {
  applicationId: string;
  cache: Cache;
  postgres: Postgres;
  clock: Clock;
  logger: Logger;
}

/**
 * Stores how far the sessions have been handled, some times a second. What the events changed in the cache is stored
 * before, since it would not be told again.
 */
export class SessionWriter {
  #context: SessionWriterContext;
  #state: () => { shards: Shard[]; intents: number };
  #late: LateWrite;

  constructor(context: SessionWriterContext, state: () => { shards: Shard[]; intents: number }) {
    this.#context = context;
    this.#state = state;
    const { clock, logger } = context;
    this.#late = new LateWrite({
      clock,
      afterMs: WRITE_AFTER_MS,
      write: () => this.#write(),
      onFailure: (error) => logger.warn({ error }, 'The gateway session could not be stored and will be tried again'),
    });
  }

  schedule(): void {
    this.#late.schedule();
  }

  flush(): Promise<void> {
    return this.#late.flush();
  }

  async #write(): Promise<void> {
    const { shards, intents } = this.#state();
    const changed: [Shard, StoredSession][] = [];
    for (const shard of shards) {
      const session = shard.toStore(intents);
      if (session) changed.push([shard, session]);
    }
    if (changed.length === 0) return;
    const { applicationId, cache, postgres } = this.#context;
    await cache.flush();
    const sessions = changed.map(([, session]) => session);
    await saveSessions(postgres.db, applicationId, sessions);
    for (const [shard, session] of changed) shard.stored(session);
  }
}
