import type { Clock, StoredMember, StoredUser, World } from '../contract.ts';

/** The public face of a user. */
export function userObject(user: StoredUser): Record<string, unknown> {
  return {
    id: user.id,
    username: user.username,
    discriminator: user.bot ? botDiscriminator(user.id) : '0',
    global_name: user.globalName,
    avatar: user.avatar,
    avatar_decoration_data: null,
    banner: user.banner ?? null,
    accent_color: null,
    collectibles: null,
    primary_guild: null,
    public_flags: 0,
    flags: 0,
    ...(user.bot ? { bot: true } : {}),
  };
}

/** Bots still have four digits where people have unique names. */
function botDiscriminator(id: string): string {
  return String((Number(BigInt(id) % 9999n) + 1) % 10_000).padStart(4, '0');
}

/** What `GET /users/@me` and READY show of the caller. */
export function ownUserObject(user: StoredUser): Record<string, unknown> {
  return {
    ...userObject(user),
    bot: user.bot,
    mfa_enabled: user.bot,
    locale: 'en-US',
    verified: true,
    email: null,
    premium_type: 0,
  };
}

/** A member without the `user`, as messages carry it. */
export function memberObject(member: StoredMember, clock: Clock): Record<string, unknown> {
  const timedOutUntil =
    member.timedOutUntil !== null && Date.parse(member.timedOutUntil) > clock.now() ? member.timedOutUntil : null;
  return {
    avatar: member.profile?.avatar ?? null,
    banner: member.profile?.banner ?? null,
    communication_disabled_until: timedOutUntil,
    flags: 0,
    joined_at: member.joinedAt,
    nick: member.nick,
    pending: false,
    premium_since: null,
    roles: member.roleIds,
    mute: false,
    deaf: false,
  };
}

/** A member with its `user`. */
export function memberWithUserObject(world: World, member: StoredMember, clock: Clock): Record<string, unknown> {
  const user = world.users.get(member.userId);
  return {
    ...memberObject(member, clock),
    user: user === undefined ? deletedUserObject(member.userId) : userObject(user),
  };
}

/** How Discord shows the author of what a deleted account left. */
export function deletedUserObject(id: string): Record<string, unknown> {
  return userObject({
    id,
    username: `deleted_user_${id.slice(-6)}`,
    globalName: null,
    avatar: null,
    bot: false,
    token: '',
    applicationId: null,
  });
}
