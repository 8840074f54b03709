import type { Core } from '../contract.ts';
import { addBot, addMember, BOT_PERMISSIONS, createChannel, createGuild, createUser } from '../creation.ts';
import { announceGuildCreated } from '../rest/member-events.ts';

export interface Crowd {
  guilds: number;
  /** In each guild. */
  channels: number;
  /** In each guild, beside the owner and the bots; nobody is in two guilds. */
  members: number;
}

/** Makes many guilds at once, with every bot in each, and tells the connected bots of them. */
export function makeCrowd(core: Core, { guilds, channels, members }: Crowd): { guildIds: string[] } {
  const { world, clock } = core;
  const owner = [...world.users.values()].find((user) => !user.bot) ?? createUser(world, 'owner');
  const bots = [...world.applications.values()].flatMap(({ botUserId }) => world.users.get(botUserId) ?? []);
  const before = world.guilds.size;
  const guildIds: string[] = [];
  for (let number = before + 1; number <= before + guilds; number += 1) {
    const guild = createGuild(world, clock, `Server ${number}`, owner.id);
    for (const bot of bots) addBot(world, clock, guild.id, bot, BOT_PERMISSIONS);
    for (let n = 1; n <= channels; n += 1) createChannel(world, guild.id, { name: `channel-${n}`, position: n - 1 });
    for (let n = 1; n <= members; n += 1) {
      addMember(world, clock, guild.id, createUser(world, `member-${number}-${n}`).id);
    }
    // Also writes what is pending: all guilds in one line of the journal would need twice their memory.
    announceGuildCreated(core, guild.id);
    guildIds.push(guild.id);
  }
  return { guildIds };
}
