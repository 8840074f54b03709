import {
  GatewayDispatchEvents,
  PermissionFlagsBits as Bits,
  Routes,
  type APIChannel,
  type APIGuildMember,
  type APIMessage,
  type GatewayGuildCreateDispatchData,
  type GatewayMessageCreateDispatch,
} from 'discord-api-types/v10';
import type { Clock } from '../../kernel/clock.ts';
import { VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { compareSnowflakes, snowflakeAt } from '../../kernel/snowflake.ts';
import type { Cache } from './cache.ts';
import type { DiscordHttp } from './http.ts';
import { discordLimits } from './limits.ts';
import { messageAsDiscordSends } from './other-servers.ts';

const FARTHEST_BACK_MS = 24 * 60 * 60 * 1000;
/** Messages of different channels are handled side by side, so slightly older ones may be missing. */
const OVERLAP_MS = 5000;
const CONCURRENT_FETCHES = 8;
const MOST_DMS = 200;
const MOST_FETCHES = 10;
const READ_HISTORY = Bits.ViewChannel | Bits.ReadMessageHistory;

interface CatchUpContext {
  http: DiscordHttp;
  cache: Cache;
  clock: Clock;
  logger: Logger;
}

/**
 * Looks for the messages that were written between the end of one session and the begin of the next: at most 24 hours
 * back and 1,000 in a channel, oldest first.
 */
export class CatchUp {
  /** Set when Discord could not be asked: the messages are to be looked for again. */
  incomplete = false;
  #context: CatchUpContext;
  #after: string;
  #fetching = 0;
  #turns: (() => void)[] = [];
  #members = new Map<string, Promise<APIGuildMember | undefined>>();

  constructor(context: CatchUpContext, handledUntilMs: number) {
    this.#context = context;
    const fromMs = Math.max(handledUntilMs - OVERLAP_MS, context.clock.now() - FARTHEST_BACK_MS);
    this.#after = snowflakeAt(Math.floor(fromMs) - 1);
  }

  /** The channels and threads of a guild in which something new has been written. */
  channelsOf(guild: GatewayGuildCreateDispatchData): string[] {
    return ([...guild.channels, ...guild.threads] as APIChannel[])
      .filter((channel) => {
        const last = 'last_message_id' in channel ? channel.last_message_id : undefined;
        return typeof last === 'string' && compareSnowflakes(last, this.#after) > 0;
      })
      .map(({ id }) => id);
  }

  /** DM channels say nothing about themselves at the begin of a session, so all that are known are asked. */
  directChannels(): string[] {
    return this.#context.cache.dmChannelIds().sort(compareSnowflakes).slice(-MOST_DMS);
  }

  /** What MESSAGE_CREATE would have said, oldest first. */
  async missed(channelId: string, guildId: string | null): Promise<GatewayMessageCreateDispatch[]> {
    try {
      if (guildId !== null) {
        const permissions = await this.#context.cache.selfPermissions(channelId);
        if ((permissions & READ_HISTORY) !== READ_HISTORY) return [];
      }
      const messages = await this.#fetchAll(channelId);
      return await Promise.all(messages.map((message) => this.#asEvent(message, guildId)));
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      // A channel that is gone or closed to us has nothing to catch up on.
      if (error.retryable) this.incomplete = true;
      this.#context.logger.warn({ channelId, error }, 'Missed messages of a channel could not be read');
      return [];
    }
  }

  /** Oldest first, as they come after each other; the answers of the bot itself are among them. */
  async #fetchAll(channelId: string): Promise<APIMessage[]> {
    const all: APIMessage[] = [];
    for (let fetches = 0; fetches < MOST_FETCHES; fetches += 1) {
      const messages = await this.#fetch(channelId, all.at(-1)?.id ?? this.#after);
      messages.sort((a, b) => compareSnowflakes(a.id, b.id));
      all.push(...messages);
      if (messages.length < discordLimits.messagesPerFetch) break;
    }
    return all;
  }

  async #fetch(channelId: string, after: string): Promise<APIMessage[]> {
    if (this.#fetching >= CONCURRENT_FETCHES) await new Promise<void>((resolve) => this.#turns.push(resolve));
    this.#fetching += 1;
    try {
      return await this.#context.http.ask<APIMessage[]>({
        method: 'GET',
        path: Routes.channelMessages(channelId),
        query: { after, limit: String(discordLimits.messagesPerFetch) },
        priority: 'progress',
        repeatable: true,
      });
    } finally {
      this.#fetching -= 1;
      this.#turns.shift()?.();
    }
  }

  async #asEvent(written: APIMessage, guildId: string | null): Promise<GatewayMessageCreateDispatch> {
    const message = messageAsDiscordSends(written);
    const inGuild = guildId === null ? {} : { guild_id: guildId, ...(await this.#memberOf(message, guildId)) };
    const d = { ...message, ...inGuild, mentions: message.mentions } as GatewayMessageCreateDispatch['d'];
    return { op: 0, t: GatewayDispatchEvents.MessageCreate, s: 0, d };
  }

  async #memberOf(message: APIMessage, guildId: string): Promise<{ member?: object }> {
    if (message.webhook_id !== undefined || message.author.bot) return {};
    const key = `${guildId}/${message.author.id}`;
    let found = this.#members.get(key);
    if (!found) this.#members.set(key, (found = this.#fetchMember(guildId, message.author.id)));
    const member = await found;
    if (!member) return { member: { roles: [], joined_at: null, deaf: false, mute: false, flags: 0 } };
    const { user: _user, ...partial } = member;
    return { member: partial };
  }

  /** Undefined for who has left. */
  async #fetchMember(guildId: string, userId: string): Promise<APIGuildMember | undefined> {
    try {
      const path = Routes.guildMember(guildId, userId);
      return await this.#context.http.ask<APIGuildMember>({ method: 'GET', path, repeatable: true });
    } catch (error) {
      if (error instanceof VendorError && !error.retryable) return undefined;
      throw error;
    }
  }
}
