import { PermissionFlagsBits } from 'discord-api-types/v10';
import type { Announcement, Core } from '../contract.ts';
import type { FaultAnswer } from '../faults.ts';
import { memberKey } from '../world.ts';
import { intentsAllow } from './intents.ts';
import { PayloadVariants } from './payload-variants.ts';
import { guildCreateData, presenceObject } from './ready.ts';
import type { Presence, Session } from './session.ts';
import type { Sessions } from './sessions.ts';

/** The close code of a planted fault that names none; clients resume after it. */
const faultCloseCode = 4000;

/** Direct-message channels reach bots with their first message only, never by these. */
const peopleOnlyInDirectMessages = new Set(['CHANNEL_CREATE', 'CHANNEL_UPDATE', 'CHANNEL_DELETE']);

/** Brings each announcement to the sessions that may see it. */
export class Delivery {
  readonly #core: Core;
  readonly #sessions: Sessions;
  #isStopped = false;

  constructor(core: Core, sessions: Sessions) {
    this.#core = core;
    this.#sessions = sessions;
    core.isOnline = (userId) => {
      const status = this.presenceOf(userId)?.status ?? 'offline';
      return status !== 'offline' && status !== 'invisible';
    };
  }

  /** Delivers at once unless a planted fault drops or delays the event. */
  deliver(announcement: Announcement): void {
    const fault = this.#core.faults.takeForEvent(announcement.t);
    if (fault?.drop === true) return;
    if (fault?.delayMs === undefined) return this.#deliver(announcement, fault);
    setTimeout(() => this.#deliver(announcement, fault), fault.delayMs).unref();
  }

  /** Sends a GUILD_CREATE for a guild that the session has not been told of yet. */
  introduceGuild(session: Session, guildId: string): void {
    const guild = this.#core.world.guilds.get(guildId);
    if (!guild || session.guildIds.has(guildId) || !session.serves(guildId)) return;
    session.guildIds.add(guildId);
    if (session.intents !== null && !intentsAllow(session.intents, 'GUILD_CREATE', 'guild')) return;
    const data = guildCreateData(this.#core, guild, session, (userId) => this.presenceOf(userId));
    session.dispatch('GUILD_CREATE', JSON.stringify(data));
  }

  /** What a member's dot shows; null when the user is offline. */
  presenceOf(userId: string): Presence | null {
    for (const session of this.#sessions.all()) {
      if (session.user.id === userId && session.connection !== null) return session.presence;
    }
    return null;
  }

  /** Tells every session that shares a guild with the user how the user's presence is now. */
  announcePresence(userId: string): void {
    const presence = this.presenceOf(userId) ?? { status: 'offline', activities: [] };
    const guilds = this.#core.world.guildsOf(userId);
    for (const session of this.#sessions.all()) {
      if (session.user.id === userId) continue;
      if (session.intents !== null && !intentsAllow(session.intents, 'PRESENCE_UPDATE', 'guild')) continue;
      for (const { id } of guilds) {
        if (!this.#isMember(session, id) || !session.serves(id)) continue;
        const data = { ...presenceObject(userId, presence), guild_id: id };
        session.dispatch('PRESENCE_UPDATE', JSON.stringify(data));
      }
    }
  }

  /** From now on nothing is delivered: what timers still announce after the end must not touch the stored sessions. */
  stop(): void {
    this.#isStopped = true;
  }

  #deliver(announcement: Announcement, fault: FaultAnswer | undefined): void {
    if (this.#isStopped) return;
    const variants = new PayloadVariants(announcement);
    for (const session of [...this.#sessions.all()]) {
      if (this.#followsMembership(session, announcement) || !this.#reaches(session, announcement)) continue;
      if (fault?.close !== undefined && fault.close !== false) {
        session.connection?.close(typeof fault.close === 'number' ? fault.close : faultCloseCode, 'Planted fault.');
        session.connection = null;
        session.disconnectedAt ??= this.#core.clock.now();
      }
      session.dispatch(announcement.t, variants.jsonFor(session));
    }
    // Also without a request whose answer would write them, the sequence numbers that clients know are on disk.
    this.#core.world.flush();
  }

  /**
   * A guild that the user has just entered is introduced whole, whichever event told of it. True when that is all the
   * session gets.
   */
  #followsMembership(session: Session, { t, d }: Announcement): boolean {
    if (t !== 'GUILD_CREATE' && t !== 'GUILD_DELETE' && t !== 'GUILD_MEMBER_ADD') return false;
    const data = d as { id: string; guild_id: string; user?: { id: string } };
    if (t === 'GUILD_DELETE') {
      session.guildIds.delete(data.id);
      return false;
    }
    if (t === 'GUILD_MEMBER_ADD' && data.user?.id !== session.user.id) return false;
    const guildId = t === 'GUILD_CREATE' ? data.id : data.guild_id;
    if (this.#isMember(session, guildId)) this.introduceGuild(session, guildId);
    return true;
  }

  #reaches(session: Session, { t, d, audience }: Announcement): boolean {
    if (audience.kind === 'users') {
      if (!audience.userIds.includes(session.user.id)) return false;
      const guildId = guildOf(t, d);
      return session.serves(guildId) && this.#passesIntents(session, t, d, guildId === null ? 'dm' : 'guild');
    }
    if (!this.#passesIntents(session, t, d, audience.kind)) return false;
    if (audience.kind === 'dm') {
      const channel = this.#core.world.channels.get(audience.channelId);
      if (session.intents !== null && peopleOnlyInDirectMessages.has(t)) return false;
      return session.serves(null) && channel?.recipientIds.includes(session.user.id) === true;
    }
    if (!session.serves(audience.guildId) || !this.#isMember(session, audience.guildId)) return false;
    return audience.channelId === undefined || this.#mayView(session.user.id, audience.channelId);
  }

  /** A bot's own member is told of to it whatever its intents are. */
  #passesIntents(session: Session, t: string, d: unknown, kind: 'guild' | 'dm'): boolean {
    if (session.intents === null || intentsAllow(session.intents, t, kind)) return true;
    return t === 'GUILD_MEMBER_UPDATE' && (d as { user?: { id: string } }).user?.id === session.user.id;
  }

  #isMember(session: Session, guildId: string): boolean {
    return this.#core.world.members.get(memberKey(guildId, session.user.id)) !== undefined;
  }

  /** A channel that is gone can be asked no longer: all members hear that it is. */
  #mayView(userId: string, channelId: string): boolean {
    if (!this.#core.world.channels.get(channelId)) return true;
    return (this.#core.permissions(userId, { channelId }) & PermissionFlagsBits.ViewChannel) !== 0n;
  }
}

/** The guild that an event for named users is about; null when it has to do with direct messages or with nothing. */
function guildOf(t: string, d: unknown): string | null {
  const { id, guild_id: guildId } = d as { id?: string; guild_id?: string };
  return guildId ?? (t.startsWith('GUILD_') ? (id ?? null) : null);
}
