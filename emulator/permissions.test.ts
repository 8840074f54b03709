import { PermissionFlagsBits as Bits } from 'discord-api-types/v10';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StoredChannel, StoredGuild, StoredOverwrite } from './contract.ts';
import { addMember, createChannel, createGuild, createRole, createUser } from './creation.ts';
import { ALL_PERMISSIONS, computePermissions, rank } from './permissions.ts';
import { memberKey, openWorld } from './world.ts';
import type { OpenWorld } from './world.ts';

const clock = { now: () => 1_700_000_000_000 };

let world: OpenWorld;
let guild: StoredGuild;
let channel: StoredChannel;
let userId: string;

beforeEach(() => {
  world = openWorld(null, clock);
  guild = createGuild(world, clock, 'Somewhere', createUser(world, 'owner').id);
  channel = createChannel(world, guild.id, { name: 'general' });
  userId = createUser(world, 'someone').id;
  addMember(world, clock, guild.id, userId);
});

function giveRole(permissions: bigint): string {
  const role = createRole(world, guild.id, { name: 'role', permissions: String(permissions) });
  const member = world.members.get(memberKey(guild.id, userId));
  if (member !== undefined)
    world.members.set(memberKey(guild.id, userId), { ...member, roleIds: [...member.roleIds, role.id] });
  return role.id;
}

function overwrite(id: string, type: 0 | 1, allow: bigint, deny: bigint): StoredOverwrite {
  return { id, type, allow: String(allow), deny: String(deny) };
}

function inChannel(overwrites: StoredOverwrite[] = []): bigint {
  channel.overwrites = overwrites;
  world.channels.set(channel.id, channel);
  return computePermissions(world, clock, userId, { channelId: channel.id });
}

describe('effective permissions', () => {
  it('are all for the owner and administrators, whatever the overwrites say', () => {
    const everythingDenied = [overwrite(guild.id, 0, 0n, ALL_PERMISSIONS)];
    expect(inChannel(everythingDenied)).toBe(0n);
    giveRole(Bits.Administrator);
    expect(inChannel(everythingDenied)).toBe(ALL_PERMISSIONS);
    expect(computePermissions(world, clock, guild.ownerId, { channelId: channel.id })).toBe(ALL_PERMISSIONS);
  });

  it('are none for strangers', () => {
    const stranger = createUser(world, 'stranger').id;
    expect(computePermissions(world, clock, stranger, { channelId: channel.id })).toBe(0n);
    expect(computePermissions(world, clock, stranger, { guildId: guild.id })).toBe(0n);
  });

  it('add up over roles', () => {
    expect(inChannel() & Bits.ManageMessages).toBe(0n);
    giveRole(Bits.ManageMessages);
    giveRole(Bits.KickMembers);
    expect(inChannel() & (Bits.ManageMessages | Bits.KickMembers)).toBe(Bits.ManageMessages | Bits.KickMembers);
  });

  it('take overwrites in the order everyone, roles together, member', () => {
    const first = giveRole(0n);
    const second = giveRole(0n);
    const deny = (id: string, type: 0 | 1): StoredOverwrite => overwrite(id, type, 0n, Bits.AttachFiles);
    const allow = (id: string, type: 0 | 1): StoredOverwrite => overwrite(id, type, Bits.AttachFiles, 0n);
    const may = (overwrites: StoredOverwrite[]): boolean => (inChannel(overwrites) & Bits.AttachFiles) !== 0n;
    expect(may([deny(guild.id, 0)])).toBe(false);
    expect(may([deny(guild.id, 0), allow(first, 0)])).toBe(true);
    expect(may([deny(first, 0), allow(second, 0)])).toBe(true);
    expect(may([allow(second, 0), deny(first, 0)])).toBe(true);
    expect(may([allow(first, 0), deny(userId, 1)])).toBe(false);
    expect(may([deny(first, 0), allow(userId, 1)])).toBe(true);
    expect(may([deny('1', 0)])).toBe(true);
  });

  it('are none without VIEW_CHANNEL, and no files, embeds or mentions without SEND_MESSAGES', () => {
    expect(inChannel([overwrite(guild.id, 0, 0n, Bits.ViewChannel)])).toBe(0n);
    const mute = inChannel([overwrite(guild.id, 0, 0n, Bits.SendMessages)]);
    expect(mute & (Bits.AttachFiles | Bits.EmbedLinks | Bits.MentionEveryone)).toBe(0n);
    expect(mute & Bits.ReadMessageHistory).toBe(Bits.ReadMessageHistory);
  });

  it('shrink to looking and reading during a time-out, and come back after it', () => {
    const member = addMember(world, clock, guild.id, userId);
    const until = (offsetMs: number): void => {
      const timedOutUntil = new Date(clock.now() + offsetMs).toISOString();
      world.members.set(memberKey(guild.id, userId), { ...member, timedOutUntil });
    };
    until(60_000);
    expect(inChannel()).toBe(Bits.ViewChannel | Bits.ReadMessageHistory);
    until(-1);
    expect(inChannel() & Bits.SendMessages).toBe(Bits.SendMessages);
  });

  it('in threads are those of the parent, and private ones need membership', () => {
    const threadIn = (type: number, memberIds: string[]): StoredChannel => {
      const thread: StoredChannel = {
        ...channel,
        id: world.snowflake(),
        type,
        parentId: channel.id,
        overwrites: [],
        thread: {
          ownerId: guild.ownerId,
          archived: false,
          locked: false,
          autoArchiveMinutes: 60,
          archiveTimestamp: '',
          memberIds,
          joinedAt: {},
          messageCount: 0,
          invitable: true,
        },
      };
      world.channels.set(thread.id, thread);
      return thread;
    };
    const inside = (thread: StoredChannel): bigint =>
      computePermissions(world, clock, userId, { channelId: thread.id });
    expect(inside(threadIn(11, [])) & Bits.SendMessagesInThreads).toBe(Bits.SendMessagesInThreads);
    expect(inside(threadIn(12, []))).toBe(0n);
    expect(inside(threadIn(12, [userId])) & Bits.ViewChannel).toBe(Bits.ViewChannel);
    giveRole(Bits.ManageThreads);
    expect(inside(threadIn(12, [])) & Bits.ViewChannel).toBe(Bits.ViewChannel);
    inChannel([overwrite(guild.id, 0, 0n, Bits.SendMessagesInThreads)]);
    expect(inside(threadIn(11, [])) & Bits.AttachFiles).toBe(0n);
    inChannel([overwrite(guild.id, 0, 0n, Bits.ViewChannel)]);
    expect(inside(threadIn(11, []))).toBe(0n);
  });

  it('rank members by their highest role, the owner above all', () => {
    expect(rank(world, guild, userId)).toBe(0);
    giveRole(0n);
    giveRole(0n);
    expect(rank(world, guild, userId)).toBe(2);
    expect(rank(world, guild, guild.ownerId)).toBe(Number.POSITIVE_INFINITY);
    expect(rank(world, guild, '1')).toBe(-1);
  });
});
