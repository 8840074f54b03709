import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { isUnavailable } from './errors.ts';
import { Session } from './session.ts';
import type { SessionConfig } from './session.ts';

interface Subscription {
  onPayload: (payload: string) => void;
  onReconnect: (() => void) | undefined;
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1000;

/** One connection for every LISTEN of the process; reconnects while there are listeners. */
export class Listener {
  readonly #config: SessionConfig;
  readonly #logger: Logger;
  readonly #onConnected: () => void;
  readonly #channels = new Map<string, Set<Subscription>>();
  readonly #closing = new AbortController();
  #client: Session | undefined;
  #connecting: Promise<Session> | undefined;

  /** `onConnected` runs on each new connection, before listeners learn that notifications may have been missed. */
  constructor(config: SessionConfig, logger: Logger, onConnected: () => void) {
    this.#config = config;
    this.#logger = logger;
    this.#onConnected = onConnected;
  }

  async listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReconnect?: () => void,
  ): Promise<() => Promise<void>> {
    const subscription = { onPayload, onReconnect };
    const subscriptions = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, subscriptions.add(subscription));
    await this.#execute('LISTEN', channel);
    return async () => {
      subscriptions.delete(subscription);
      if (subscriptions.size > 0 || this.#channels.get(channel) !== subscriptions) return;
      this.#channels.delete(channel);
      if (this.#client) await this.#execute('UNLISTEN', channel);
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const last = this.#client;
    this.#client = undefined;
    await last?.end();
    await this.#connecting?.catch(() => {});
  }

  /** Repeated when the connection is lost in between; a second LISTEN is harmless. */
  async #execute(command: 'LISTEN' | 'UNLISTEN', channel: string): Promise<void> {
    for (;;) {
      const client = await this.#connected();
      try {
        await client.run(`${command} ${pg.escapeIdentifier(channel)}`);
        return;
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        this.#onLost(client);
      }
    }
  }

  #connected(): Promise<Session> {
    if (this.#client) return Promise.resolve(this.#client);
    this.#connecting ??= this.#openWithRetries().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  async #openWithRetries(): Promise<Session> {
    for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(delayMs * 2, LAST_RETRY_MS)) {
      if (this.#closing.signal.aborted) {
        throw new VendorError('postgres/unavailable', 'The database connection was closed', { retryable: false });
      }
      try {
        return await this.#open();
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        await delay(delayMs, undefined, { signal: this.#closing.signal }).catch(() => {});
      }
    }
  }

  async #open(): Promise<Session> {
    const client = new Session(this.#config);
    client.on('error', () => this.#onLost(client));
    client.on('end', () => this.#onLost(client));
    client.on('notification', ({ channel, payload }) => {
      for (const { onPayload } of this.#channels.get(channel) ?? []) this.#deliver(() => onPayload(payload ?? ''));
    });
    try {
      await client.connect();
      for (const channel of this.#channels.keys()) await client.run(`LISTEN ${pg.escapeIdentifier(channel)}`);
      this.#closing.signal.throwIfAborted();
    } catch (error) {
      await client.end().catch(() => {});
      throw error;
    }
    this.#client = client;
    this.#onConnected();
    return client;
  }

  #onLost(lost: Session): void {
    if (this.#client !== lost) return;
    this.#client = undefined;
    if (this.#closing.signal.aborted || this.#channels.size === 0) return;
    this.#logger.warn({}, 'The connection for database notifications was lost; reconnecting');
    this.#connected().then(
      () => this.#tellReconnected(),
      (error: unknown) => {
        if (!this.#closing.signal.aborted) this.#logger.error({ error }, 'Database notifications ended');
      },
    );
  }

  #tellReconnected(): void {
    for (const subscriptions of this.#channels.values()) {
      for (const { onReconnect } of subscriptions) if (onReconnect) this.#deliver(onReconnect);
    }
  }

  #deliver(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#logger.error({ error }, 'A database notification was not handled');
    }
  }
}
