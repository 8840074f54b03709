import pg from 'pg';
import { VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';

/** A query that takes longer makes us ask whether the server is there at all. */
const SILENCE_MS = 2_500;
/** How long it has to answer that, and the pause before it is asked again. */
const PROBE_MS = 1_500;
const PROBE_AGAIN_MS = 300;

/**
 * Notices a server that takes what is sent and answers nothing any more: stopped, swapped out, or behind a network that
 * drops what passes. Nothing else would end the wait for it. A query that is only slow is left alone, however long it
 * takes, since the server answers another one meanwhile.
 */
export class ServerWatch {
  readonly #config: pg.ClientConfig;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  #probe: Promise<boolean> | undefined;
  #away = false;

  constructor(config: pg.ClientConfig, logger: Logger) {
    this.#config = { ...config, connectionTimeoutMillis: PROBE_MS, query_timeout: PROBE_MS };
    this.#logger = logger;
  }

  /** Throws at once while the server is known to be silent, so that people are told and nothing piles up. */
  check(): void {
    if (!this.#away) return;
    throw new VendorError('postgres/unavailable', 'The database does not answer', { retryable: true });
  }

  /** Passes `work` on, and calls `cut`, which must make it fail, when the server falls silent under it. */
  follow<T>(work: Promise<T>, cut: () => void): Promise<T> {
    let timer: NodeJS.Timeout;
    let ended = false;
    const wait = () => {
      timer = setTimeout(() => {
        void this.#answers().then((answers) => {
          if (ended) return;
          if (answers) wait();
          else cut();
        });
      }, SILENCE_MS).unref();
    };
    wait();
    return work.finally(() => {
      ended = true;
      clearTimeout(timer);
    });
  }

  /** The server has answered somebody: nobody has to wait for the next look. */
  answered(): void {
    this.#away = false;
  }

  close(): void {
    this.#closing.abort();
  }

  #answers(): Promise<boolean> {
    return (this.#probe ??= this.#ask().finally(() => (this.#probe = undefined)));
  }

  async #ask(): Promise<boolean> {
    const answers = await this.#reaches();
    if (answers && this.#away) this.#logger.info({}, 'The database answers again');
    if (!answers && !this.#away) this.#logger.error({}, 'The database does not answer');
    this.#away = !answers;
    if (!answers && !this.#closing.signal.aborted) setTimeout(() => void this.#answers(), PROBE_AGAIN_MS).unref();
    return answers;
  }

  /** Whatever the server says shows that it is there, a refusal for want of connections included. */
  async #reaches(): Promise<boolean> {
    const client = new pg.Client(this.#config);
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch (error) {
      return error instanceof pg.DatabaseError;
    } finally {
      // Not awaited: a silent server takes no leave either.
      client.end().catch(() => {});
    }
  }
}
