import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Postgres } from '../postgres/index.ts';
import type { GlobalGate } from './global-gate.ts';
import { discordLimits } from './limits.ts';
import './schema.ts';

const BEAT_MS = 5000;
const DEAD_AFTER_MS = 3 * BEAT_MS;

interface SharedRateOptions {
  postgres: Postgres;
  gate: GlobalGate;
  clock: Clock;
  logger: Logger;
  applicationId: string;
}

/**
 * Divides the bot's requests per second evenly among the processes that live: each shows itself in the database every
 * five seconds and counts those that did so within fifteen.
 */
export class SharedRate {
  #options: SharedRateOptions;
  #id = randomUUID();
  #timer: Timer | undefined;
  #beating: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: SharedRateOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.#beat();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#beating;
    await this.#options.postgres.db.deleteFrom('discord_process').where('id', '=', this.#id).execute();
  }

  #schedule(): void {
    this.#timer = this.#options.clock.after(BEAT_MS, () => {
      this.#beating = this.#beat()
        .catch((error: unknown) => this.#options.logger.debug({ error }, 'Rate shares could not be updated'))
        .then(() => {
          if (!this.#stopped) this.#schedule();
        });
    });
  }

  async #beat(): Promise<void> {
    const { postgres, gate, clock, applicationId } = this.#options;
    const nowMs = clock.now();
    await postgres.db
      .insertInto('discord_process')
      .values({ id: this.#id, application_id: applicationId, seen_at_ms: nowMs })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ seen_at_ms: nowMs }))
      .execute();
    await postgres.db
      .deleteFrom('discord_process')
      .where('seen_at_ms', '<', nowMs - DEAD_AFTER_MS)
      .execute();
    const { count } = await postgres.db
      .selectFrom('discord_process')
      .select(sql<number>`count(*)`.as('count'))
      .where('application_id', '=', applicationId)
      .executeTakeFirstOrThrow();
    gate.requestsPerSecond = discordLimits.requestsPerSecond / Math.max(1, count);
  }
}
