import { setTimeout as delay } from 'node:timers/promises';
import { WebSocketManager, WebSocketShardEvents as Events, type SessionInfo } from '@discordjs/ws';
import { GatewayCloseCodes, type GatewayDispatchPayload, type GatewayReadyDispatchData } from 'discord-api-types/v10';
import type { Logger } from '../../kernel/logger.ts';
import type { DiscordHttp } from './http.ts';

/** Any code but 1000 and 1001 keeps the session; this is the one clients use when they will resume. */
const RESUMABLE_CLOSE = 4200;
const CLOSE_TIMEOUT_MS = 2000;
/** Tries at the address for resuming before the general one is tried as well. */
const TRIES_AT_RESUME_URL = 3;
const ABNORMAL_CLOSE = 1006;

const FATAL_CLOSES: readonly number[] = [
  GatewayCloseCodes.AuthenticationFailed,
  GatewayCloseCodes.InvalidShard,
  GatewayCloseCodes.ShardingRequired,
  GatewayCloseCodes.InvalidAPIVersion,
  GatewayCloseCodes.InvalidIntents,
  GatewayCloseCodes.DisallowedIntents,
];

/** Discord closed a shard's connection for good. */
export class FatalClose extends Error {
  readonly closeCode: number;

  constructor(closeCode: number) {
    super(`Discord closed the gateway connection with code ${closeCode}`);
    this.name = 'FatalClose';
    this.closeCode = closeCode;
  }
}

interface ConnectionOptions {
  token: string;
  http: DiscordHttp;
  intents: number;
  /** Null takes as many as Discord recommends. */
  shardCount: number | null;
  logger: Logger;
  /** The session to resume; called for every new connection. */
  session: (shardId: number) => SessionInfo | null;
  /** A session was opened or went on; null when Discord declared it invalid. */
  onSession: (shardId: number, session: SessionInfo | null) => void;
  onReady: (shardId: number, data: GatewayReadyDispatchData) => void;
  onDispatch: (shardId: number, event: GatewayDispatchPayload) => void;
  /** Closed for good after it was open; other faults heal by themselves. */
  onFatal: (error: FatalClose) => void;
}

/**
 * The shards' connections: made, kept alive and resumed by `@discordjs/ws`. That library forgets a session when the
 * network fails and when it is told to stop; here a session lasts until Discord itself refuses it.
 */
export class Connection {
  #options: ConnectionOptions;
  #manager: WebSocketManager;
  #up = new Set<number>();
  /** Shards whose last connection failed for reasons of the network, and how often in a row. */
  #broken = new Map<number, number>();
  #shardCount = 0;
  #stopped = false;
  #open = false;
  #fatal: FatalClose | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#manager = new WebSocketManager({
      token: options.token,
      intents: options.intents,
      rest: options.http.rest,
      shardCount: options.shardCount,
      // Inflating costs six times the CPU of all the rest that happens to an event, to save a few kB/s.
      compression: null,
      retrieveSessionInfo: (shardId) => this.#session(shardId),
      updateSessionInfo: (shardId, session) => this.#update(shardId, session),
    });
    this.#listen();
  }

  /** Whether every shard is ready or resumed. */
  get connected(): boolean {
    return this.#open && this.#up.size === this.#shardCount;
  }

  /** Resolves when every shard is ready or resumed. Rejects with FatalClose, or with what the HTTP request met. */
  async open(): Promise<void> {
    try {
      await this.#manager.connect();
    } catch (error) {
      await this.close();
      throw this.#fatal ?? error;
    }
    this.#shardCount = await this.#manager.getShardCount();
    this.#open = true;
  }

  /** Closes so that the sessions can be resumed. */
  async close(): Promise<void> {
    this.#stopped = true;
    this.#open = false;
    const closed = Promise.resolve(this.#manager.destroy({ code: RESUMABLE_CLOSE, reason: 'Restarting' }));
    await Promise.race([closed, delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    this.#manager.removeAllListeners();
    // A late fault of a connection that is given up has nobody to tell.
    this.#manager.on(Events.Error, () => {});
  }

  #listen(): void {
    const { logger, onReady, onDispatch } = this.#options;
    const manager = this.#manager;
    manager.on(Events.Hello, (shardId) => this.#broken.delete(shardId));
    manager.on(Events.SocketError, (error, shardId) => {
      this.#markBroken(shardId);
      logger.warn(
        { shardId, error: error instanceof Error ? error.message : String(error) },
        'Gateway connection failed',
      );
    });
    manager.on(Events.Ready, (data, shardId) => {
      this.#up.add(shardId);
      onReady(shardId, data);
    });
    manager.on(Events.Resumed, (shardId) => this.#up.add(shardId));
    manager.on(Events.Dispatch, (event, shardId) => {
      if (!this.#stopped) onDispatch(shardId, event);
    });
    manager.on(Events.Closed, (code, shardId) => this.#closed(code, shardId));
    manager.on(Events.Error, (error, shardId) => {
      // While opening, `open` rejects with it.
      if (this.#fatal) {
        if (this.#open) this.#options.onFatal(this.#fatal);
      } else logger.warn({ shardId, error }, 'Gateway connection fault');
    });
  }

  #closed(code: number, shardId: number): void {
    this.#up.delete(shardId);
    if (FATAL_CLOSES.includes(code)) this.#fatal = new FatalClose(code);
    if (code === ABNORMAL_CLOSE && !this.#broken.has(shardId)) this.#markBroken(shardId);
    if (!this.#stopped) this.#options.logger.info({ shardId, code }, 'Gateway connection closed');
  }

  #markBroken(shardId: number): void {
    this.#broken.set(shardId, (this.#broken.get(shardId) ?? 0) + 1);
  }

  #session(shardId: number): SessionInfo | null | Promise<SessionInfo | null> {
    // The library has no way to end a connection that waits to be made again, other than never to let it begin.
    if (this.#stopped) return new Promise(() => {});
    const session = this.#options.session(shardId);
    if (!session || (this.#broken.get(shardId) ?? 0) <= TRIES_AT_RESUME_URL) return session;
    return this.#manager.fetchGatewayInformation().then(
      ({ url }) => ({ ...session, resumeURL: url }),
      () => session,
    );
  }

  #update(shardId: number, session: SessionInfo | null): void {
    if (session === null && (this.#stopped || this.#broken.has(shardId))) return;
    this.#options.onSession(shardId, session);
  }
}
