import { ChannelType, Routes, type APIChannel, type APIGuild, type APIGuildMember } from 'discord-api-types/v10';
import type { Clock } from '../../kernel/clock.ts';
import { VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import type { Postgres } from '../postgres/index.ts';
import { CACHE_CHANNEL, findChannel, findGuild, loadChannels, loadGuilds } from './cache-store.ts';
import { CacheWriter } from './cache-writer.ts';
import type { DiscordHttp } from './http.ts';
import { discordLimits } from './limits.ts';
import type { CachedChannel, DiscordCache } from './port.ts';
import { DM_PERMISSIONS, effectivePermissions, isThread, VISIT_PERMISSIONS, type Holder } from './permissions.ts';
import { isVisit } from './visit.ts';
import { visitFileSize } from './visits.ts';
import { channelOf, guildOf, mutedUntilMs, sameChannel, sameGuild, type GuildRecord } from './records.ts';

/** A visited place looks like a direct message with the user: nothing of the server is known. */
const visitedChannel = (id: string): CachedChannel => ({
  ...{ id, guildId: null, type: ChannelType.DM, name: null, parentId: null, nsfw: false, overwrites: [] },
});

/** How long something that Discord does not know, or does not show us, is not asked for again. */
const UNKNOWN_FOR_MS = 60_000;
const MOST_UNKNOWN = 10_000;

interface CacheOptions {
  postgres: Postgres;
  http: DiscordHttp;
  clock: Clock;
  logger: Logger;
  selfUserId: string;
}

/**
 * Guilds and channels in memory, backed by the database, backed by REST. Changes are written through in batches; what
 * other processes change is forgotten when they say so. A process with a gateway holds everything of its shards.
 */
export class Cache implements DiscordCache {
  readonly guilds = new Map<string, GuildRecord>();
  readonly #channels = new Map<string, CachedChannel>();
  /** The ids of a guild's channels; DM channels under ''. */
  readonly #channelIds = new Map<string, Set<string>>();
  /** Few of the channels are threads, and this is asked for every message: looked for where there is little. */
  readonly #parentsOfThreads = new Map<string, string>();
  /** Whether this process's gateway keeps the guild (null: DMs) current, so that nobody else's word counts. */
  owns: (guildId: string | null) => boolean = () => false;
  #options: CacheOptions;
  #writer: CacheWriter;
  #unknown = new Map<string, number>();
  #stopListening: () => Promise<void> = () => Promise.resolve();

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#writer = new CacheWriter(options);
  }

  async listen(): Promise<void> {
    const forgetAll = () => this.#forget('*');
    this.#stopListening = await this.#options.postgres.listen(CACHE_CHANNEL, (ids) => this.#forget(ids), forgetAll);
  }

  /** Reads all that is stored, for a gateway that resumes: Discord describes nothing again then. */
  async loadAll(): Promise<void> {
    const { db } = this.#options.postgres;
    for (const guild of await loadGuilds(db)) this.guilds.set(guild.id, guild);
    for (const channel of await loadChannels(db)) this.#put(channel);
  }

  async close(): Promise<void> {
    await this.#stopListening();
    await this.flush();
  }

  /** Resolves when all changes so far are in the database. */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  setGuild(guild: GuildRecord): void {
    const known = this.guilds.get(guild.id);
    this.guilds.set(guild.id, guild);
    if (!known || !sameGuild(known, guild)) this.#writer.guild(guild.id, guild);
  }

  setChannel(channel: CachedChannel): void {
    const known = this.#channels.get(channel.id);
    if (known && sameChannel(known, channel)) return;
    this.#put(channel);
    this.#unknown.delete(channel.id);
    this.#writer.channel(channel.id, channel);
  }

  deleteGuild(guildId: string): void {
    for (const channel of this.channelsOf(guildId)) this.#drop(channel.id);
    this.guilds.delete(guildId);
    this.#writer.guild(guildId, null);
  }

  deleteChannel(channelId: string): void {
    if (this.#drop(channelId)) this.#writer.channel(channelId, null);
  }

  /** Remembers a DM channel, so that what is said there while the bot is away is looked for. */
  rememberDm(channelId: string): void {
    if (this.#channels.has(channelId)) return;
    const dm = { guildId: null, type: ChannelType.DM, name: null, parentId: null, nsfw: false, overwrites: [] };
    this.setChannel({ id: channelId, ...dm });
  }

  dmChannelIds(): string[] {
    return this.channelsOf(null).map(({ id }) => id);
  }

  /** The channels and threads of a guild that are in memory; for null, the DM channels. */
  channelsOf(guildId: string | null): CachedChannel[] {
    const ids = this.#channelIds.get(guildId ?? '') ?? [];
    return Array.from(ids, (id) => this.#channels.get(id)).filter((channel) => channel !== undefined);
  }

  async guild(guildId: string): Promise<GuildRecord | undefined> {
    const known = this.guilds.get(guildId);
    if (known) return known;
    const stored = await findGuild(this.#options.postgres.db, guildId);
    const found = stored ?? (await this.#ask(guildId, () => this.#fetchGuild(guildId)));
    if (!found) return undefined;
    if (stored) this.guilds.set(guildId, stored);
    else this.setGuild(found);
    return found;
  }

  async channel(channelId: string): Promise<CachedChannel | undefined> {
    if (isVisit(channelId)) return visitedChannel(channelId);
    const known = this.#channels.get(channelId);
    if (known) return known;
    const stored = await findChannel(this.#options.postgres.db, channelId);
    const found = stored ?? (await this.#ask(channelId, () => this.#fetchChannel(channelId)));
    if (!found) return undefined;
    if (stored) this.#put(stored);
    else this.setChannel(found);
    return found;
  }

  parentOfThread(channelId: string): string | undefined {
    return this.#parentsOfThreads.get(channelId);
  }

  async selfPermissions(channelId: string): Promise<bigint> {
    const guildId = (await this.channel(channelId))?.guildId;
    if (guildId === undefined) return 0n;
    if (isVisit(channelId)) return VISIT_PERMISSIONS;
    if (guildId === null) return DM_PERMISSIONS;
    const guild = await this.guild(guildId);
    if (!guild) return 0n;
    return this.#permissions(channelId, {
      userId: this.#options.selfUserId,
      roleIds: guild.selfRoleIds,
      muted: guild.selfMutedUntilMs > this.#options.clock.now(),
    });
  }

  async uploadLimit(channelId: string): Promise<number> {
    const { fileSizeBytes, boostedFileSizeBytes } = discordLimits;
    if (isVisit(channelId)) return (await visitFileSize(this.#options.postgres.db, channelId)) ?? fileSizeBytes;
    const guildId = (await this.channel(channelId))?.guildId ?? null;
    const guild = guildId === null ? undefined : await this.guild(guildId);
    return boostedFileSizeBytes[guild?.premiumTier ?? 0] ?? fileSizeBytes;
  }

  memberPermissions(channelId: string, userId: string, roleIds: readonly string[]): Promise<bigint> {
    return this.#permissions(channelId, { userId, roleIds });
  }

  async #permissions(channelId: string, holder: Holder): Promise<bigint> {
    const channel = await this.channel(channelId);
    if (!channel) return 0n;
    if (channel.guildId === null) return DM_PERMISSIONS;
    const guild = await this.guild(channel.guildId);
    const parent = isThread(channel) && channel.parentId !== null ? await this.channel(channel.parentId) : channel;
    return guild && parent ? effectivePermissions(guild, parent.overwrites, holder) : 0n;
  }

  async #fetchChannel(channelId: string): Promise<CachedChannel> {
    const path = Routes.channel(channelId);
    return channelOf(await this.#options.http.ask<APIChannel>({ method: 'GET', path, repeatable: true }));
  }

  async #fetchGuild(guildId: string): Promise<GuildRecord> {
    const { http, selfUserId } = this.#options;
    const selfPath = Routes.guildMember(guildId, selfUserId);
    const [guild, self] = await Promise.all([
      http.ask<APIGuild>({ method: 'GET', path: Routes.guild(guildId), repeatable: true }),
      http.ask<APIGuildMember>({ method: 'GET', path: selfPath, repeatable: true }),
    ]);
    return guildOf(guild, { selfRoleIds: self.roles, selfMutedUntilMs: mutedUntilMs(self) });
  }

  /** Undefined when Discord does not know it or does not show it to us; remembered for a minute. */
  async #ask<T>(id: string, fetch: () => Promise<T>): Promise<T | undefined> {
    const nowMs = this.#options.clock.now();
    if ((this.#unknown.get(id) ?? 0) > nowMs) return undefined;
    try {
      return await fetch();
    } catch (error) {
      if (!(error instanceof VendorError) || error.retryable) throw error;
      if (this.#unknown.size >= MOST_UNKNOWN) this.#unknown.clear();
      this.#unknown.set(id, nowMs + UNKNOWN_FOR_MS);
      return undefined;
    }
  }

  #forget(ids: string): void {
    const foreign = (id: string) => {
      const guild = this.guilds.get(id);
      if (guild && !this.owns(id)) {
        for (const channel of this.channelsOf(id)) this.#drop(channel.id);
        this.guilds.delete(id);
      }
      const channel = this.#channels.get(id);
      if (channel && !this.owns(channel.guildId)) this.#drop(id);
      this.#unknown.delete(id);
    };
    for (const id of ids === '*' ? [...this.guilds.keys(), ...this.#channels.keys()] : ids.split(',')) foreign(id);
    if (ids === '*') this.#unknown.clear();
  }

  #put(channel: CachedChannel): void {
    this.#channels.set(channel.id, channel);
    if (isThread(channel) && channel.parentId !== null) this.#parentsOfThreads.set(channel.id, channel.parentId);
    const key = channel.guildId ?? '';
    const ids = this.#channelIds.get(key);
    if (ids) ids.add(channel.id);
    else this.#channelIds.set(key, new Set([channel.id]));
  }

  #drop(channelId: string): boolean {
    const guildId = this.#channels.get(channelId)?.guildId ?? '';
    this.#channelIds.get(guildId)?.delete(channelId);
    this.#parentsOfThreads.delete(channelId);
    return this.#channels.delete(channelId);
  }
}
