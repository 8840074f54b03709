import type { Core } from '../contract.ts';

/** How many members a guild has, and how many of them are there now; Discord calls its own figures approximate. */
export function approximateCounts(core: Core, guildId: string): Record<string, number> {
  const members = core.world.membersOf(guildId);
  return {
    approximate_member_count: members.length,
    approximate_presence_count: members.filter(({ userId }) => core.isOnline(userId)).length,
  };
}
