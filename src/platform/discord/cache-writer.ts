import type { Clock } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Postgres } from '../postgres/index.ts';
import { writeChanges, type CacheChanges } from './cache-store.ts';
import { LateWrite } from './late-write.ts';
import type { CachedChannel } from './port.ts';
import type { GuildRecord } from './records.ts';

const WRITE_AFTER_MS = 100;

/** Collects changes of the cache and writes them together. A failed write is tried again with what came meanwhile. */
export class CacheWriter {
  #postgres: Postgres;
  #changes: CacheChanges = { guilds: new Map(), channels: new Map() };
  #late: LateWrite;

  constructor({ postgres, clock, logger }: { postgres: Postgres; clock: Clock; logger: Logger }) {
    this.#postgres = postgres;
    this.#late = new LateWrite({
      clock,
      afterMs: WRITE_AFTER_MS,
      write: () => this.#write(),
      onFailure: (error) => logger.warn({ error }, 'The Discord cache could not be written and will be tried again'),
    });
  }

  guild(id: string, guild: GuildRecord | null): void {
    this.#changes.guilds.set(id, guild);
    this.#late.schedule();
  }

  channel(id: string, channel: CachedChannel | null): void {
    this.#changes.channels.set(id, channel);
    this.#late.schedule();
  }

  /** Rejects when the database refuses; the changes are kept for the next time. */
  flush(): Promise<void> {
    return this.#late.flush();
  }

  async #write(): Promise<void> {
    const changes = this.#changes;
    if (changes.guilds.size + changes.channels.size === 0) return;
    this.#changes = { guilds: new Map(), channels: new Map() };
    try {
      await writeChanges(this.#postgres, changes);
    } catch (error) {
      const { guilds, channels } = this.#changes;
      this.#changes = {
        guilds: new Map([...changes.guilds, ...guilds]),
        channels: new Map([...changes.channels, ...channels]),
      };
      throw error;
    }
  }
}
