import { setTimeout as delay } from 'node:timers/promises';
import { WebSocketManager, WebSocketShardEvents as Events, type SessionInfo } from '@discordjs/ws';
import {
  ActivityType,
  GatewayCloseCodes,
  GatewayOpcodes,
  PresenceUpdateStatus,
  type GatewayDispatchPayload,
  type GatewayPresenceUpdateData,
  type GatewayReadyDispatchData,
} from 'discord-api-types/v10';
import type { Clock, Timer } from '../../kernel/clock.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Random } from '../../kernel/random.ts';
import { Backoff } from './backoff.ts';
import { networkReason } from './errors.ts';
import type { DiscordHttp } from './http.ts';
import { ShardSockets } from './shard-sockets.ts';

/** Any code but 1000 and 1001 keeps the session; this is the one clients use when they will resume. */
const RESUMABLE_CLOSE = 4200;
const CLOSE_TIMEOUT_MS = 2000;
/** Tries at the address for resuming before the general one is tried as well. */
const TRIES_AT_RESUME_URL = 3;
const ABNORMAL_CLOSE = 1006;
/** From asking for a connection until Discord greets on it. */
const HELLO_TIMEOUT_MS = 15_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** From then until a session is resumed; the library itself waits for that without end. */
const RESUME_TIMEOUT_MS = 60_000;
/** A connection that lasted so long begins the waits again: sooner, a bot could use up its 1,000 sessions a day. */
const STABLE_MS = 120_000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** The first connection, and the first one after it was lost, which is what Discord asks for now and then. */
const FREE_TRIES = 2;

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
  clock: Clock;
  random: Random;
  http: DiscordHttp;
  intents: number;
  /** Null takes as many as Discord recommends. */
  shardCount: number | null;
  logger: Logger;
  /** The bot's status, in its own words. */
  statusText?: string | undefined;
  /** The session to resume; called for every new connection. */
  session: (shardId: number) => SessionInfo | null;
  /** A session was opened or went on; null when Discord declared it invalid. */
  onSession: (shardId: number, session: SessionInfo | null) => void;
  onReady: (shardId: number, data: GatewayReadyDispatchData) => void;
  onDispatch: (shardId: number, event: GatewayDispatchPayload) => void;
  /** Closed for good after it was open; other faults heal by themselves. */
  onFatal: (error: FatalClose) => void;
}

function presenceWith(statusText: string | undefined): GatewayPresenceUpdateData | null {
  if (statusText === undefined) return null;
  const activities = [{ type: ActivityType.Custom, name: 'Custom Status', state: statusText }];
  return { status: PresenceUpdateStatus.Online, activities, since: null, afk: false };
}

/** One shard's connection. */
interface Link {
  backoff: Backoff;
  /** Whether Discord has said HELLO on it. */
  greeted: boolean;
  /** When it became ready; undefined while it is not. */
  upSinceMs: number | undefined;
  isResuming: boolean;
  /** Ends it when what has to come next does not come: HELLO, then RESUMED. */
  timer: Timer | undefined;
}

/**
 * The shards' connections: made, kept alive and resumed by `@discordjs/ws`. That library forgets a session when the
 * network fails and when it is told to stop; here a session lasts until Discord itself refuses it. Connections that fail
 * are made again after longer and longer waits, until one has lasted two minutes.
 */
export class Connection {
  #options: ConnectionOptions;
  #manager: WebSocketManager;
  #up = new Set<number>();
  /** Shards whose last connection failed for reasons of the network, and how often in a row. */
  #broken = new Map<number, number>();
  #links = new Map<number, Link>();
  #sockets = new ShardSockets();
  #stopping = new AbortController();
  #shardCount = 0;
  #stopped = false;
  #open = false;
  #fatal: FatalClose | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#manager = new WebSocketManager({
      token: options.token,
      intents: options.intents,
      initialPresence: presenceWith(options.statusText),
      rest: options.http.rest,
      shardCount: options.shardCount,
      buildStrategy: (manager) =>
        this.#sockets.build(manager, (shardId, event) => {
          if (!this.#stopped) options.onDispatch(shardId, event);
        }),
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      // Only should ours fail: this one waits for the server to agree.
      helloTimeout: 2 * HELLO_TIMEOUT_MS,
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
    this.#stopping.abort();
    for (const { timer } of this.#links.values()) timer?.cancel();
    await this.#sockets.ending(async () => {
      const closed = Promise.resolve(this.#manager.destroy({ code: RESUMABLE_CLOSE, reason: 'Restarting' }));
      await Promise.race([closed, delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    });
    this.#manager.removeAllListeners();
    // A late fault of a connection that is given up has nobody to tell.
    this.#manager.on(Events.Error, () => {});
  }

  #listen(): void {
    const { logger, onReady } = this.#options;
    const manager = this.#manager;
    manager.on(Events.Hello, (shardId) => {
      this.#broken.delete(shardId);
      const link = this.#link(shardId);
      link.greeted = true;
      link.timer?.cancel();
      if (link.isResuming) this.#expect(shardId, 'RESUMED', RESUME_TIMEOUT_MS);
    });
    manager.on(Events.SocketError, (error, shardId) => {
      this.#markBroken(shardId);
      if (!this.#stopped) logger.warn({ shardId, reason: networkReason(error) }, 'Gateway connection failed');
    });
    manager.on(Events.Ready, (data, shardId) => {
      this.#isUp(shardId);
      onReady(shardId, data);
    });
    manager.on(Events.Resumed, (shardId) => {
      this.#isUp(shardId);
      this.#showStatus(shardId);
    });
    manager.on(Events.Dispatch, (event, shardId) => {
      if (!this.#stopped) this.#options.onDispatch(shardId, event);
    });
    manager.on(Events.Closed, (code, shardId) => this.#closed(code, shardId));
    manager.on(Events.Error, (error, shardId) => {
      // While opening, `open` rejects with it.
      if (this.#fatal) {
        if (this.#open) this.#options.onFatal(this.#fatal);
      } else logger.warn({ shardId, error }, 'Gateway connection fault');
    });
  }

  #isUp(shardId: number): void {
    this.#up.add(shardId);
    const link = this.#link(shardId);
    link.timer?.cancel();
    link.upSinceMs = this.#options.clock.now();
  }

  /** A resumed session has the status of the process that opened it. */
  #showStatus(shardId: number): void {
    const presence = presenceWith(this.#options.statusText);
    if (presence === null) return;
    // A connection that is lost again is resumed again.
    Promise.resolve(this.#manager.send(shardId, { op: GatewayOpcodes.PresenceUpdate, d: presence })).catch(() => {});
  }

  #link(shardId: number): Link {
    let link = this.#links.get(shardId);
    if (!link) {
      const { random } = this.#options;
      const waits = { firstMs: FIRST_RETRY_MS, longestMs: LONGEST_RETRY_MS, free: FREE_TRIES };
      link = {
        backoff: new Backoff({ random, ...waits }),
        greeted: false,
        upSinceMs: undefined,
        isResuming: false,
        timer: undefined,
      };
      this.#links.set(shardId, link);
    }
    return link;
  }

  #closed(code: number, shardId: number): void {
    this.#up.delete(shardId);
    this.#link(shardId).timer?.cancel();
    if (FATAL_CLOSES.includes(code)) this.#fatal = new FatalClose(code);
    if (code === ABNORMAL_CLOSE && !this.#broken.has(shardId)) this.#markBroken(shardId);
    if (!this.#stopped) this.#options.logger.info({ shardId, code }, 'Gateway connection closed');
  }

  #markBroken(shardId: number): void {
    this.#broken.set(shardId, (this.#broken.get(shardId) ?? 0) + 1);
  }

  /** Asked for heartbeats too, and before a connection is made: then it is what that waits for. */
  #session(shardId: number): SessionInfo | null | Promise<SessionInfo | null> {
    if (this.#sockets.isIdle(shardId)) return this.#beforeConnecting(shardId);
    return this.#options.session(shardId);
  }

  async #beforeConnecting(shardId: number): Promise<SessionInfo | null> {
    const { clock, logger } = this.#options;
    const link = this.#link(shardId);
    if (link.upSinceMs !== undefined && clock.now() - link.upSinceMs >= STABLE_MS) link.backoff.reset();
    Object.assign(link, { greeted: false, upSinceMs: undefined });
    const delayMs = link.backoff.next();
    if (delayMs > 0 && !this.#stopped) {
      logger.info({ shardId, delayMs: Math.round(delayMs) }, 'Connecting to the gateway again after a wait');
      await clock.sleep(delayMs, this.#stopping.signal).catch(() => {});
    }
    const session = await this.#sessionToResume(shardId);
    // The library has no way to end a connection that waits to be made again, other than never to let it begin.
    if (this.#stopped) return new Promise(() => {});
    link.isResuming = session !== null;
    this.#expect(shardId, 'HELLO', HELLO_TIMEOUT_MS);
    return session;
  }

  #expect(shardId: number, what: 'HELLO' | 'RESUMED', withinMs: number): void {
    const { clock, logger } = this.#options;
    const link = this.#link(shardId);
    link.timer?.cancel();
    link.timer = clock.after(withinMs, () => {
      logger.warn({ shardId, missing: what, withinMs }, 'The gateway is silent; giving this connection up');
      this.#sockets.cut(shardId);
    });
  }

  #sessionToResume(shardId: number): SessionInfo | null | Promise<SessionInfo | null> {
    const session = this.#options.session(shardId);
    if (!session || (this.#broken.get(shardId) ?? 0) <= TRIES_AT_RESUME_URL) return session;
    return this.#manager.fetchGatewayInformation().then(
      ({ url }) => ({ ...session, resumeURL: url }),
      () => session,
    );
  }

  #update(shardId: number, session: SessionInfo | null): void {
    const isDiscords = this.#link(shardId).greeted && !this.#broken.has(shardId);
    if (session === null && (this.#stopped || !isDiscords)) return;
    this.#options.onSession(shardId, session);
  }
}
