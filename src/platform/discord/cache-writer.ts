import type { Clock, Timer } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Postgres } from '../postgres/index.ts';
import { writeChanges, type CacheChanges } from './cache-store.ts';
import type { CachedChannel } from './port.ts';
import type { GuildRecord } from './records.ts';

const WRITE_AFTER_MS = 100;
const RETRY_AFTER_MS = 2000;

/** Collects changes of the cache and writes them together. A failed write is tried again with what came meanwhile. */
export class CacheWriter {
  #postgres: Postgres;
  #clock: Clock;
  #logger: Logger;
  #changes: CacheChanges = { guilds: new Map(), channels: new Map() };
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: { postgres: Postgres; clock: Clock; logger: Logger }) {
    this.#postgres = options.postgres;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  guild(id: string, guild: GuildRecord | null): void {
    this.#changes.guilds.set(id, guild);
    this.#schedule(WRITE_AFTER_MS);
  }

  channel(id: string, channel: CachedChannel | null): void {
    this.#changes.channels.set(id, channel);
    this.#schedule(WRITE_AFTER_MS);
  }

  /** Rejects when the database refuses; the changes are kept for the next time. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const write = this.#writing.then(() => this.#write());
    this.#writing = write.catch(() => {});
    return write;
  }

  #schedule(delayMs: number): void {
    this.#timer ??= this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      this.flush().catch((error: unknown) => {
        this.#logger.warn({ error }, 'The Discord cache could not be written and will be tried again');
        this.#schedule(RETRY_AFTER_MS);
      });
    });
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
