import type { SessionInfo } from '@discordjs/ws';
import {
  GatewayCloseCodes,
  GatewayDispatchEvents as Events,
  type GatewayDispatchPayload,
  type GatewayGuildCreateDispatch,
  type GatewayReadyDispatchData,
} from 'discord-api-types/v10';
import type { Clock } from '../../kernel/clock.ts';
import { StartError, VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Random } from '../../kernel/random.ts';
import type { Postgres } from '../postgres/index.ts';
import { fetchApplication } from './application.ts';
import { Backoff } from './backoff.ts';
import { CacheEvents } from './cache-events.ts';
import type { Cache } from './cache.ts';
import { CatchUp } from './catch-up.ts';
import { Connection, FatalClose } from './connection.ts';
import { translateError } from './errors.ts';
import { asDiscordSends } from './other-servers.ts';
import { laneOf } from './event-lane.ts';
import { gatewayStartError } from './gateway-errors.ts';
import type { DiscordHttp } from './http.ts';
import type { DiscordGateway, GatewayOptions } from './port.ts';
import { privilegedWithout, PRIVILEGED_INTENTS } from './intents.ts';
import { OrderedRunner } from './ordered-runner.ts';
import { RecentIds } from './recent-ids.ts';
import type { SequenceTracker, TrackedEvent } from './sequence-tracker.ts';
import { loadSessions, type StoredSession } from './session-store.ts';
import { SessionWriter } from './session-writer.ts';
import { Shard } from './shard.ts';

const MOST_HANDLERS = 500;
const MOST_RECENT_MESSAGES = 10_000;
/** A guild that is not described by then has an outage. */
const GUILDS_TIMEOUT_MS = 5000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** How long `stop` waits for handlers that have begun. */
const HANDLERS_TIMEOUT_MS = 5000;

interface GatewayContext {
  token: string;
  applicationId: string;
  selfUserId: string;
  shardCount: number | null;
  http: DiscordHttp;
  cache: Cache;
  postgres: Postgres;
  clock: Clock;
  random: Random;
  logger: Logger;
}

/** An event to be handled. */
interface EventItem {
  event: GatewayDispatchPayload;
  tracker: SequenceTracker;
  tracked: TrackedEvent;
  /** The bot was just added to the guild that it describes. */
  joined: boolean;
}

/** A channel to be caught up on. */
interface CatchUpItem {
  catchUp: CatchUp;
  channelId: string;
  guildId: string | null;
  resolve: () => void;
}

type Item = EventItem | CatchUpItem;

export class Gateway implements DiscordGateway {
  #context: GatewayContext;
  #cacheEvents: CacheEvents;
  #runner: OrderedRunner<Item>;
  #sessions: SessionWriter;
  #recent = new RecentIds(MOST_RECENT_MESSAGES);
  #shards = new Map<number, Shard>();
  #stored: readonly StoredSession[] = [];
  #options: GatewayOptions | undefined;
  #intents = 0;
  #connection: Connection | undefined;
  #catchingUp = new Set<Promise<void>>();
  #stopped = false;

  constructor(context: GatewayContext) {
    this.#context = context;
    this.#cacheEvents = new CacheEvents(context.cache, context.selfUserId);
    this.#runner = new OrderedRunner(MOST_HANDLERS, (item) => this.#run(item));
    this.#sessions = new SessionWriter(context, () => ({ shards: [...this.#shards.values()], intents: this.#intents }));
  }

  get connected(): boolean {
    return this.#connection?.connected ?? false;
  }

  async start(options: GatewayOptions): Promise<void> {
    const { applicationId, cache, postgres } = this.#context;
    this.#options = options;
    this.#stored = await loadSessions(postgres.db, applicationId);
    await cache.loadAll();
    cache.owns = () => true;
    await this.#chooseIntents(options.intents);
    await this.#connect();
    while (this.#catchingUp.size > 0) await Promise.all(this.#catchingUp);
    await this.#sessions.flush();
  }

  async idle(): Promise<void> {
    do {
      await Promise.all(this.#catchingUp);
      await this.#runner.idle();
    } while (this.#catchingUp.size > 0);
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#runner.drop();
    await this.#connection?.close();
    const giveUp = new AbortController();
    const timeout = this.#context.clock.sleep(HANDLERS_TIMEOUT_MS, giveUp.signal).catch(() => {});
    await Promise.race([this.#runner.idle(), timeout]);
    giveUp.abort();
    await this.#sessions.flush();
  }

  /** A resumed session keeps its intents, so it must be one that would be opened alike today. */
  async #chooseIntents(wanted: number): Promise<void> {
    this.#intents = wanted;
    const kept = this.#stored[0]?.intents;
    if (kept === undefined || kept === wanted || this.#stored.some(({ intents }) => intents !== kept)) return;
    const missing = wanted & ~kept;
    const refusable = privilegedWithout((await fetchApplication(this.#context.http)).flags ?? 0);
    if ((kept & ~wanted) !== 0 || (missing & ~refusable) !== 0) return;
    this.#intents = kept;
    this.#options?.onIntentsRefused(missing);
  }

  async #connect(): Promise<void> {
    const { random } = this.#context;
    const backoff = new Backoff({ random, firstMs: FIRST_RETRY_MS, longestMs: LONGEST_RETRY_MS });
    while (!this.#stopped) {
      const connection = this.#newConnection();
      try {
        await connection.open();
        return;
      } catch (error) {
        if (this.#stopped) return;
        await this.#afterFailure(error, backoff);
      }
    }
  }

  /** Returns when it makes sense to connect again. */
  async #afterFailure(error: unknown, backoff: Backoff | undefined): Promise<void> {
    const { clock, logger } = this.#context;
    if (error instanceof FatalClose && error.closeCode === Number(GatewayCloseCodes.DisallowedIntents)) {
      await this.#dropIntents(error);
      return;
    }
    const cause = error instanceof FatalClose ? error : translateError(error);
    const passing = cause instanceof VendorError && cause.retryable && !isPlain(error);
    if (!passing || !backoff) throw gatewayStartError(isPlain(error) ? error : cause);
    const delayMs = Math.max(backoff.next(), cause.retryAfterMs ?? 0);
    logger.warn(
      { reason: cause.message, delayMs: Math.round(delayMs) },
      'Discord’s gateway cannot be reached; trying again',
    );
    await clock.sleep(delayMs);
  }

  async #dropIntents(error: FatalClose): Promise<void> {
    const privileged = this.#intents & PRIVILEGED_INTENTS;
    if (privileged === 0) throw gatewayStartError(error);
    const off = privileged & privilegedWithout((await fetchApplication(this.#context.http)).flags ?? 0);
    const refused = off === 0 ? privileged : off;
    this.#intents &= ~refused;
    this.#options?.onIntentsRefused(refused);
  }

  #newConnection(): Connection {
    const { token, http, shardCount, clock, random, logger } = this.#context;
    this.#connection = new Connection({
      token,
      clock,
      random,
      http,
      intents: this.#intents,
      shardCount,
      logger,
      statusText: this.#options?.statusText,
      session: (shardId) => this.#shard(shardId).session,
      onSession: (shardId, session) => this.#onSession(shardId, session),
      onReady: (shardId, data) => this.#onReady(shardId, data),
      onDispatch: (shardId, event) => this.#onDispatch(shardId, event),
      onFatal: (error) => void this.#onFatal(error),
    });
    return this.#connection;
  }

  /** Closed for good in mid-life: intents may have been switched off, which is survived; the rest is for people. */
  async #onFatal(error: FatalClose): Promise<void> {
    const { logger } = this.#context;
    try {
      await this.#connection?.close();
      await this.#afterFailure(error, undefined);
      await this.#connect();
    } catch (failure) {
      logger.error({ error: failure }, failure instanceof StartError ? failure.message : 'Discord closed the gateway');
    }
  }

  #shard(shardId: number): Shard {
    let shard = this.#shards.get(shardId);
    if (!shard) {
      const stored = this.#stored.find((session) => session.shardId === shardId);
      shard = new Shard(shardId, stored);
      if (stored?.intents === this.#intents) shard.resume(stored);
      this.#shards.set(shardId, shard);
    }
    return shard;
  }

  #onSession(shardId: number, session: SessionInfo | null): void {
    const shard = this.#shard(shardId);
    if (session === null || session.sessionId === shard.session?.sessionId) shard.session = session;
    else shard.begin(session);
  }

  #onReady(shardId: number, data: GatewayReadyDispatchData): void {
    const { cache } = this.#context;
    const shard = this.#shard(shardId);
    shard.expected = new Set(data.guilds.map(({ id }) => id));
    const count = shard.session?.shardCount ?? 1;
    for (const guildId of cache.guilds.keys()) {
      const ours = Number((BigInt(guildId) >> 22n) % BigInt(count)) === shardId;
      if (ours && !shard.expected.has(guildId)) cache.deleteGuild(guildId);
    }
    const work = this.#describeAll(shard).finally(() => this.#catchingUp.delete(work));
    this.#catchingUp.add(work);
  }

  /** Until the guilds of a new session are described and what was missed before it has been handled. */
  async #describeAll(shard: Shard): Promise<void> {
    const { clock } = this.#context;
    const beganMs = clock.now();
    const sinceMs = shard.handledUntilMs;
    const catchUp = new CatchUp(this.#context, sinceMs ?? beganMs);
    shard.catchUp = catchUp;
    const caughtUp: Promise<void>[] = [];
    if (sinceMs !== undefined && shard.id === 0) {
      for (const channelId of catchUp.directChannels()) caughtUp.push(this.#catchUpChannel(catchUp, channelId, null));
    }
    this.#onGuildOf(shard, sinceMs === undefined ? undefined : catchUp, caughtUp);
    await this.#allDescribed(shard);
    await Promise.all(caughtUp);
    if (shard.catchUp !== catchUp || catchUp.incomplete) return;
    if (sinceMs !== undefined) await this.#tellOfLoss(sinceMs);
    if (shard.catchUp !== catchUp) return;
    shard.caughtUp(beganMs);
    this.#sessions.schedule();
  }

  async #tellOfLoss(sinceMs: number): Promise<void> {
    try {
      await this.#options?.onSessionLost?.(sinceMs);
    } catch (error) {
      this.#failed(error);
    }
  }

  #onGuildOf(shard: Shard, catchUp: CatchUp | undefined, caughtUp: Promise<void>[]): void {
    shard.onGuild = (guild) => {
      if (!catchUp || shard.catchUp !== catchUp) return;
      for (const id of catchUp.channelsOf(guild)) caughtUp.push(this.#catchUpChannel(catchUp, id, guild.id));
    };
  }

  async #allDescribed(shard: Shard): Promise<void> {
    if (shard.expected.size === 0) return;
    await new Promise<void>((resolve) => {
      let timer = this.#context.clock.after(GUILDS_TIMEOUT_MS, resolve);
      shard.onDescribed = () => {
        timer.cancel();
        if (shard.expected.size === 0) resolve();
        else timer = this.#context.clock.after(GUILDS_TIMEOUT_MS, resolve);
      };
    });
  }

  /** In the channel's own lane, so that what is said there meanwhile comes after what was missed. */
  #catchUpChannel(catchUp: CatchUp, channelId: string, guildId: string | null): Promise<void> {
    return new Promise((resolve) => this.#runner.submit(channelId, { catchUp, channelId, guildId, resolve }));
  }

  #onDispatch(shardId: number, received: GatewayDispatchPayload): void {
    const event = asDiscordSends(received);
    const shard = this.#shard(shardId);
    const { tracker } = shard;
    shard.received(event.s);
    if (event.s <= tracker.received) return;
    const messageId = event.t === Events.MessageCreate ? event.d.id : undefined;
    const tracked = tracker.receive(event.s, messageId);
    const joined = event.t === Events.GuildCreate && this.#describe(shard, event);
    this.#cacheEvents.apply(event);
    const isRepeated = messageId !== undefined && !this.#recent.add(messageId);
    if (isRepeated || event.t === Events.Ready || event.t === Events.Resumed) {
      tracker.handled(tracked);
      return;
    }
    if (event.t === Events.GuildCreate) shard.onGuild(event.d);
    this.#runner.submit(laneOf(event), { event, tracker, tracked, joined });
  }

  /** Never throws or rejects: what fails counts as handled. Returns nothing when there is nothing to wait for. */
  #run(item: Item): Promise<void> | undefined {
    if ('catchUp' in item) return this.#runCatchUp(item);
    const work = this.#handle(item);
    if (work) return work.then(() => this.#handled(item));
    this.#handled(item);
    return undefined;
  }

  #handle({ event, joined }: EventItem): Promise<void> | undefined {
    try {
      const work = this.#options?.onDispatch(event);
      if (!joined) return work?.catch((error: unknown) => this.#failed(error));
      return Promise.resolve(work)
        .then(() => this.#greet(event))
        .catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  #handled({ tracker, tracked }: EventItem): void {
    tracker.handled(tracked);
    this.#sessions.schedule();
  }

  #failed(error: unknown): void {
    this.#context.logger.error({ error }, 'An event of Discord could not be handled');
  }

  async #runCatchUp({ catchUp, channelId, guildId, resolve }: CatchUpItem): Promise<void> {
    try {
      for (const event of await catchUp.missed(channelId, guildId)) {
        if (this.#recent.add(event.d.id)) await this.#options?.onDispatch(event);
      }
    } catch (error) {
      this.#failed(error);
    }
    resolve();
  }

  /** Whether the bot was just added to the guild; otherwise it was known, or the session began with it. */
  #describe(shard: Shard, event: GatewayGuildCreateDispatch): boolean {
    const announced = shard.expected.delete(event.d.id);
    shard.onDescribed();
    return !announced && !event.d.unavailable && !this.#context.cache.guilds.has(event.d.id);
  }

  async #greet(event: GatewayDispatchPayload): Promise<void> {
    const guild = event.t === Events.GuildCreate ? this.#context.cache.guilds.get(event.d.id) : undefined;
    if (guild) await this.#options?.onGuildJoined(guild, guild.systemChannelId);
  }
}

/** What `@discordjs/ws` says itself, such as that no sessions are left to open. */
function isPlain(error: unknown): error is Error {
  return error instanceof Error && error.constructor === Error;
}
