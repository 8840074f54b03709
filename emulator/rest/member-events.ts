import type { Core, StoredMember } from '../contract.ts';
import { memberWithUserObject, userObject } from '../serialise/user.ts';
import { roleObject } from '../serialise/guild.ts';
import { memberKey } from '../world.ts';

/** Tells the guild about a member who came, and the member about the guild. */
export function announceMemberAdded(core: Core, member: StoredMember): void {
  announceGuildTo(core, member.guildId, [member.userId]);
  core.bus.announce({
    t: 'GUILD_MEMBER_ADD',
    d: { ...memberWithUserObject(core.world, member, core.clock), guild_id: member.guildId },
    audience: { kind: 'guild', guildId: member.guildId },
  });
}

/** Tells the members of a new guild about it. */
export function announceGuildCreated(core: Core, guildId: string): void {
  announceGuildTo(
    core,
    guildId,
    core.world.membersOf(guildId).map(({ userId }) => userId),
  );
}

/** The gateway describes the guild to each session as its user sees it; most users have no session. */
function announceGuildTo(core: Core, guildId: string, userIds: string[]): void {
  core.bus.announce({ t: 'GUILD_CREATE', d: { id: guildId }, audience: { kind: 'users', userIds } });
}

export function announceRole(
  core: Core,
  event: 'GUILD_ROLE_CREATE' | 'GUILD_ROLE_UPDATE',
  guildId: string,
  roleId: string,
): void {
  const role = core.world.roles.get(roleId);
  if (role === undefined) return;
  core.bus.announce({
    t: event,
    d: { guild_id: guildId, role: roleObject(core.world, role) },
    audience: { kind: 'guild', guildId },
  });
}

export function announceMemberUpdated(core: Core, member: StoredMember): void {
  core.bus.announce({
    t: 'GUILD_MEMBER_UPDATE',
    d: { ...memberWithUserObject(core.world, member, core.clock), guild_id: member.guildId },
    audience: { kind: 'guild', guildId: member.guildId },
  });
}

/** Takes a member out of the guild and tells both sides. */
export function announceMemberRemoved(core: Core, guildId: string, userId: string): void {
  const user = core.world.users.get(userId);
  if (user === undefined || !core.world.members.delete(memberKey(guildId, userId))) return;
  core.bus.announce({
    t: 'GUILD_MEMBER_REMOVE',
    d: { guild_id: guildId, user: userObject(user) },
    audience: { kind: 'guild', guildId },
  });
  core.bus.announce({ t: 'GUILD_DELETE', d: { id: guildId }, audience: { kind: 'users', userIds: [userId] } });
}
