import type { RESTPutAPIApplicationCommandsJSONBody } from 'discord-api-types/v10';
import type { Clock } from '../../kernel/clock.ts';
import { errorMessage, VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Random } from '../../kernel/random.ts';
import type { Db, Postgres } from '../postgres/index.ts';
import { Backoff } from './backoff.ts';
import { registerCommands, type Registered } from './commands.ts';
import { discordCodes, isDiscordError } from './errors.ts';
import type { DiscordHttp } from './http.ts';
import './schema.ts';

const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 60 * 60_000;
/** Whatever Discord says: a new day has new commands. */
const LONGEST_WAIT_MS = 24 * 60 * 60_000;
/** Of what is logged and kept of a refusal. */
const MOST_DETAIL = 500;

interface RegistrationContext {
  http: DiscordHttp;
  postgres: Postgres;
  clock: Clock;
  random: Random;
  logger: Logger;
  applicationId: string;
}

/** How the last try ended. */
export interface RegistrationState {
  atMs: number;
  outcome: 'registered' | 'partly' | 'failed';
  /** What Discord said, or which commands it has. */
  detail: string;
  /** Null when there is nothing to try again. */
  nextTryMs: number | null;
}

/**
 * Has Discord know the commands. The bot serves whether it does or not: prefix commands, mentions and what Discord knows
 * from before need no registration, so a try that fails is logged, kept for `familiar doctor`, and made again later.
 */
export class CommandRegistration {
  readonly #context: RegistrationContext;
  readonly #backoff: Backoff;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(context: RegistrationContext) {
    this.#context = context;
    const { random } = context;
    this.#backoff = new Backoff({ random, firstMs: FIRST_RETRY_MS, longestMs: LONGEST_RETRY_MS });
  }

  /** Resolves when the first try has ended, however it did. Tries go on until Discord has taken every command, or `stop`. */
  start(commands: RESTPutAPIApplicationCommandsJSONBody): Promise<void> {
    const { promise: tried, resolve } = Promise.withResolvers<void>();
    this.#running = this.#keepTrying(commands, resolve);
    return tried;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #keepTrying(commands: RESTPutAPIApplicationCommandsJSONBody, tried: () => void): Promise<void> {
    const { clock } = this.#context;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const waitMs = await this.#try(commands);
      tried();
      if (waitMs === undefined) return;
      await clock.sleep(waitMs, signal).catch(() => {});
    }
    tried();
  }

  /** Milliseconds until the next try; undefined when there is none. */
  async #try(commands: RESTPutAPIApplicationCommandsJSONBody): Promise<number | undefined> {
    const { http, applicationId } = this.#context;
    const { signal } = this.#stopping;
    try {
      return await this.#taken(await registerCommands(http, applicationId, commands, signal), commands.length);
    } catch (error) {
      return signal.aborted ? undefined : await this.#failed(error);
    }
  }

  async #taken({ outcome, rejected }: Registered, count: number): Promise<number | undefined> {
    const { logger } = this.#context;
    if (rejected.length === 0) {
      logger.info({ count, outcome }, 'Discord has every slash command');
      await this.#keep('registered', `${count} commands`, undefined);
      return undefined;
    }
    const waitMs = this.#backoff.next();
    const named = rejected.map(({ name, why }) => `/${name} (${why})`).join(', ');
    logger.error(
      { rejected, retryInMs: Math.round(waitMs) },
      'Discord rejects some slash commands: those stay as they were, the others are registered. Please report this.',
    );
    await this.#keep('partly', `Discord rejects ${named}`, waitMs);
    return waitMs;
  }

  async #failed(error: unknown): Promise<number> {
    const { logger } = this.#context;
    const askedMs = error instanceof VendorError ? (error.retryAfterMs ?? 0) : 0;
    const leastMs = isDiscordError(error, discordCodes.dailyCommands) ? LONGEST_RETRY_MS : 0;
    const waitMs = Math.min(Math.max(this.#backoff.next(), askedMs, leastMs), LONGEST_WAIT_MS);
    const reason = oneLine(errorMessage(error));
    const code = error instanceof VendorError ? error.code : undefined;
    logger.error(
      { reason, ...(code === undefined ? { error } : { code }), retryInMs: Math.round(waitMs) },
      'The slash commands could not be registered; the bot goes on with those that Discord knows, and tries again later',
    );
    await this.#keep('failed', reason, waitMs);
    return waitMs;
  }

  async #keep(outcome: RegistrationState['outcome'], detail: string, waitMs: number | undefined): Promise<void> {
    const { postgres, clock, logger, applicationId } = this.#context;
    const atMs = clock.now();
    const nextTryMs = waitMs === undefined ? null : Math.round(atMs + waitMs);
    const state = { at_ms: atMs, outcome, detail: oneLine(detail), next_try_ms: nextTryMs };
    try {
      await postgres.db
        .insertInto('discord_registration')
        .values({ application_id: applicationId, ...state })
        .onConflict((conflict) => conflict.column('application_id').doUpdateSet(state))
        .execute();
    } catch (error) {
      logger.debug({ error }, 'How the registration of commands ended could not be kept');
    }
  }
}

const oneLine = (text: string) => text.replaceAll('\n', '; ').slice(0, MOST_DETAIL);

export async function readRegistration(db: Db, applicationId: string): Promise<RegistrationState | undefined> {
  const row = await db
    .selectFrom('discord_registration')
    .selectAll()
    .where('application_id', '=', applicationId)
    .executeTakeFirst();
  return row && { atMs: row.at_ms, outcome: row.outcome, detail: row.detail, nextTryMs: row.next_try_ms };
}
