import type { Core, StoredMember } from '../contract.ts';
import { GatewayIntentBits, GatewayOpcodes } from 'discord-api-types/v10';
import { memberWithUserObject } from '../serialise/user.ts';
import { memberKey } from '../world.ts';
import { presenceObject } from './ready.ts';
import type { Presence, Session } from './session.ts';

/** Source: "Request Guild Members" in Discord's gateway documentation. */
const membersPerChunk = 1_000;
const maximumNamedUsers = 100;
const maximumNonceBytes = 32;
/** Source: "Introducing Rate Limit When Requesting All Guild Members" in Discord's change log. */
const allMembersEveryMs = 30_000;

interface MembersRequest {
  guildId: string;
  query: string | null;
  userIds: string[] | null;
  limit: number;
  presences: boolean;
  nonce: string | null;
}

interface MembersAnswer {
  t: 'GUILD_MEMBERS_CHUNK' | 'RATE_LIMITED';
  d: Record<string, unknown>;
}

/** Answers op 8. A bot gets all members of a guild once in half a minute, while limits are enforced. */
export class MemberRequests {
  readonly #core: Core;
  readonly #presenceOf: (userId: string) => Presence | null;
  /** When each bot may ask for each guild again, in the order of asking. */
  readonly #againAtMs = new Map<string, number>();

  constructor(core: Core, presenceOf: (userId: string) => Presence | null) {
    this.#core = core;
    this.#presenceOf = presenceOf;
  }

  /**
   * The events that answer a request, in order; none for a guild that the session is not in, for a whole list without
   * the members intent, or for a request that Discord would not understand.
   */
  answer(session: Session, data: unknown): MembersAnswer[] {
    const request = parseRequest(data);
    if (!request || !this.#core.world.members.get(memberKey(request.guildId, session.user.id))) return [];
    if (request.userIds === null && request.query === '' && request.limit === 0) {
      if (!mayListMembers(session)) return [];
      const waitMs = this.#takeAllMembers(session, request.guildId);
      if (waitMs > 0) return [{ t: 'RATE_LIMITED', d: rateLimited(request, waitMs) }];
    }
    const chunks = memberChunks(this.#core, request, this.#presenceOf);
    return chunks.map((d): MembersAnswer => ({ t: 'GUILD_MEMBERS_CHUNK', d }));
  }

  /** 0, or how long to wait in milliseconds. */
  #takeAllMembers({ user }: Session, guildId: string): number {
    if (!user.bot || !this.#core.limits.enforce) return 0;
    const nowMs = this.#core.clock.now();
    for (const [key, againAtMs] of this.#againAtMs) {
      if (againAtMs > nowMs) break;
      this.#againAtMs.delete(key);
    }
    const key = memberKey(guildId, user.id);
    const waitMs = (this.#againAtMs.get(key) ?? nowMs) - nowMs;
    if (waitMs <= 0) this.#againAtMs.set(key, nowMs + allMembersEveryMs);
    return waitMs;
  }
}

/** Source: "Rate Limited" in Discord's gateway documentation. */
function rateLimited({ guildId, nonce }: MembersRequest, waitMs: number): Record<string, unknown> {
  return {
    opcode: GatewayOpcodes.RequestGuildMembers,
    retry_after: waitMs / 1000,
    meta: { guild_id: guildId, ...(nonce === null ? {} : { nonce }) },
  };
}

function memberChunks(
  core: Core,
  request: MembersRequest,
  presenceOf: (userId: string) => Presence | null,
): Record<string, unknown>[] {
  const found = findMembers(core, request);
  const notFound = (request.userIds ?? []).filter((id) => !found.some(({ userId }) => userId === id));
  const count = Math.max(1, Math.ceil(found.length / membersPerChunk));
  return Array.from({ length: count }, (_, index) => {
    const chunk = found.slice(index * membersPerChunk, (index + 1) * membersPerChunk);
    return {
      guild_id: request.guildId,
      members: chunk.map((member) => memberWithUserObject(core.world, member, core.clock)),
      chunk_index: index,
      chunk_count: count,
      ...(index === 0 && notFound.length > 0 ? { not_found: notFound } : {}),
      ...(request.presences ? { presences: presencesOf(chunk, presenceOf) } : {}),
      ...(request.nonce === null ? {} : { nonce: request.nonce }),
    };
  });
}

function mayListMembers(session: Session): boolean {
  return session.intents === null || (session.intents & GatewayIntentBits.GuildMembers) !== 0;
}

function presencesOf(members: StoredMember[], presenceOf: (userId: string) => Presence | null): unknown[] {
  return members.flatMap(({ userId }) => {
    const presence = presenceOf(userId);
    return presence ? [presenceObject(userId, presence)] : [];
  });
}

function findMembers(core: Core, request: MembersRequest): StoredMember[] {
  const { guildId, userIds, query, limit } = request;
  if (userIds) return userIds.flatMap((id) => core.world.members.get(memberKey(guildId, id)) ?? []);
  const wanted = (query ?? '').toLowerCase();
  const found = core.world.membersOf(guildId).filter((member) => {
    const names = [member.nick, core.world.users.get(member.userId)?.username];
    return names.some((name) => name?.toLowerCase().startsWith(wanted));
  });
  return limit > 0 ? found.slice(0, limit) : found;
}

function parseRequest(data: unknown): MembersRequest | null {
  if (typeof data !== 'object' || data === null) return null;
  const fields = data as Record<string, unknown>;
  const guildId = Array.isArray(fields.guild_id) ? (fields.guild_id as unknown[])[0] : fields.guild_id;
  const userIds = typeof fields.user_ids === 'string' ? [fields.user_ids] : fields.user_ids;
  const query = typeof fields.query === 'string' ? fields.query : null;
  if (typeof guildId !== 'string' || (query === null && !Array.isArray(userIds))) return null;
  const nonce = typeof fields.nonce === 'string' ? fields.nonce : null;
  return {
    guildId,
    query,
    userIds: Array.isArray(userIds) ? userIds.slice(0, maximumNamedUsers).map(String) : null,
    limit: typeof fields.limit === 'number' ? fields.limit : 0,
    presences: fields.presences === true,
    // Discord ignores a nonce that is too long: the answer then carries none.
    nonce: nonce !== null && Buffer.byteLength(nonce) <= maximumNonceBytes ? nonce : null,
  };
}
