import type { Channel, Guild, Member } from './model.ts';

/** The permission bits the page asks about. */
export const Permission = {
  kickMembers: 1n << 1n,
  administrator: 1n << 3n,
  addReactions: 1n << 6n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  manageMessages: 1n << 13n,
  attachFiles: 1n << 15n,
  readMessageHistory: 1n << 16n,
  useApplicationCommands: 1n << 31n,
  manageThreads: 1n << 34n,
  createPublicThreads: 1n << 35n,
  sendMessagesInThreads: 1n << 38n,
} as const;

const everything = (1n << 53n) - 1n;

/** What a member may do in the whole guild, from the roles alone. */
export function guildPermissions(guild: Guild, member: Member): bigint {
  if (guild.ownerId === member.userId) return everything;
  const roles = [guild.id, ...member.roles];
  const granted = roles.reduce((bits, id) => bits | BigInt(guild.roles[id]?.permissions ?? '0'), 0n);
  return (granted & Permission.administrator) !== 0n ? everything : granted;
}

/**
 * What a member may do in a channel, computed as Discord's documentation of permission overwrites tells it:
 * everyone's overwrite, then all roles' together, then the member's own. Threads follow their parent channel.
 */
export function channelPermissions(guild: Guild, member: Member, channel: Channel, parent: Channel | null): bigint {
  let bits = guildPermissions(guild, member);
  if (bits === everything) return bits;
  const overwrites = channel.thread !== null && parent !== null ? parent.overwrites : channel.overwrites;
  const apply = (ids: readonly string[]): void => {
    const relevant = overwrites.filter((overwrite) => ids.includes(overwrite.id));
    const deny = relevant.reduce((all, overwrite) => all | BigInt(overwrite.deny), 0n);
    const allow = relevant.reduce((all, overwrite) => all | BigInt(overwrite.allow), 0n);
    bits = (bits & ~deny) | allow;
  };
  apply([guild.id]);
  apply(member.roles);
  apply([member.userId]);
  return bits;
}

/** True when every bit of `wanted` is in `granted`. */
export function allows(granted: bigint, wanted: bigint): boolean {
  return (granted & wanted) === wanted;
}
