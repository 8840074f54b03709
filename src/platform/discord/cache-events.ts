import {
  GatewayDispatchEvents as Events,
  type APIChannel,
  type GatewayDispatchPayload,
  type GatewayGuildCreateDispatchData,
} from 'discord-api-types/v10';
import type { Cache } from './cache.ts';
import type { CachedChannel } from './port.ts';
import { isThread } from './permissions.ts';
import { channelOf, guildOf, mutedUntilMs, roleOf, SharedParts, type GuildRecord } from './records.ts';

/** Keeps the cache as the gateway's events say. */
export class CacheEvents {
  #cache: Cache;
  #selfUserId: string;

  constructor(cache: Cache, selfUserId: string) {
    this.#cache = cache;
    this.#selfUserId = selfUserId;
  }

  apply(event: GatewayDispatchPayload): void {
    switch (event.t) {
      case Events.MessageCreate:
        if (event.d.guild_id === undefined) this.#cache.rememberDm(event.d.channel_id);
        return;
      case Events.GuildCreate:
        if (!event.d.unavailable) this.#guildCreate(event.d);
        return;
      case Events.GuildUpdate: {
        const known = this.#cache.guilds.get(event.d.id);
        if (known) this.#cache.setGuild(guildOf(event.d, known));
        return;
      }
      case Events.GuildDelete:
        if (!event.d.unavailable) this.#cache.deleteGuild(event.d.id);
        return;
      case Events.GuildRoleCreate:
      case Events.GuildRoleUpdate:
        this.#changeRoles(event.d.guild_id, (roles) => roles.set(event.d.role.id, roleOf(event.d.role)));
        return;
      case Events.GuildRoleDelete:
        this.#changeRoles(event.d.guild_id, (roles) => roles.delete(event.d.role_id));
        return;
      case Events.GuildMemberUpdate: {
        if (event.d.user.id !== this.#selfUserId) return;
        const known = this.#cache.guilds.get(event.d.guild_id);
        const self = { selfRoleIds: event.d.roles, selfMutedUntilMs: mutedUntilMs(event.d) };
        if (known) this.#cache.setGuild({ ...known, ...self });
        return;
      }
      default:
        this.#applyChannel(event);
    }
  }

  #applyChannel(event: GatewayDispatchPayload): void {
    switch (event.t) {
      case Events.ChannelCreate:
      case Events.ChannelUpdate:
      case Events.ThreadCreate:
      case Events.ThreadUpdate:
        this.#cache.setChannel(channelOf(event.d));
        return;
      case Events.ChannelDelete:
        for (const thread of this.#threadsOf(event.d.guild_id, event.d.id)) this.#cache.deleteChannel(thread.id);
        this.#cache.deleteChannel(event.d.id);
        return;
      case Events.ThreadDelete:
        this.#cache.deleteChannel(event.d.id);
        return;
      case Events.ThreadListSync:
        for (const thread of event.d.threads) this.#cache.setChannel(channelOf(thread, event.d.guild_id));
        return;
      default:
    }
  }

  #guildCreate(guild: GatewayGuildCreateDispatchData): void {
    const self = guild.members.find((member) => member.user.id === this.#selfUserId);
    const known = this.#cache.guilds.get(guild.id);
    this.#cache.setGuild(
      guildOf(guild, {
        selfRoleIds: self?.roles ?? known?.selfRoleIds ?? [],
        selfMutedUntilMs: mutedUntilMs(self),
      }),
    );
    const shared = new SharedParts();
    const present = new Set<string>();
    for (const channel of [...guild.channels, ...guild.threads] as APIChannel[]) {
      present.add(channel.id);
      this.#cache.setChannel(channelOf(channel, guild.id, shared));
    }
    // Threads are left out once archived, but live on; channels that are left out are gone.
    if (known) this.#dropMissing(guild.id, present);
  }

  #dropMissing(guildId: string, present: ReadonlySet<string>): void {
    for (const channel of this.#cache.channelsOf(guildId)) {
      if (present.has(channel.id)) continue;
      const parentGone = channel.parentId === null || !present.has(channel.parentId);
      if (!isThread(channel) || parentGone) this.#cache.deleteChannel(channel.id);
    }
  }

  #threadsOf(guildId: string, channelId: string): CachedChannel[] {
    return this.#cache.channelsOf(guildId).filter((channel) => channel.parentId === channelId && isThread(channel));
  }

  #changeRoles(guildId: string, change: (roles: GuildRecord['roles']) => void): void {
    const known = this.#cache.guilds.get(guildId);
    if (!known) return;
    const roles = new Map(known.roles);
    change(roles);
    this.#cache.setGuild({ ...known, roles });
  }
}
