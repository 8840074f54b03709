import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import type { Clock, World } from './contract.ts';
import {
  addBot,
  addMember,
  BOT_PERMISSIONS,
  createApplication,
  createChannel,
  createGuild,
  createRole,
  createUser,
} from './creation.ts';
import { forumWithTags } from './forums.ts';

const MODERATOR_PERMISSIONS =
  PermissionFlagsBits.KickMembers |
  PermissionFlagsBits.BanMembers |
  PermissionFlagsBits.ManageChannels |
  PermissionFlagsBits.ManageMessages |
  PermissionFlagsBits.PinMessages |
  PermissionFlagsBits.ManageNicknames |
  PermissionFlagsBits.ManageRoles |
  PermissionFlagsBits.ManageThreads |
  PermissionFlagsBits.ManageWebhooks |
  PermissionFlagsBits.ModerateMembers |
  PermissionFlagsBits.BypassSlowmode;

/** Fills an empty world with the playground's server. Tokens are drawn once and kept with the rest. */
export function seedWorld(world: World, clock: Clock): void {
  const [olivia, milo, alice, bob] = ['olivia', 'milo', 'alice', 'bob'].map((name) => {
    const user = createUser(world, name);
    user.globalName = name.charAt(0).toUpperCase() + name.slice(1);
    world.users.set(user.id, user);
    return user.id;
  }) as [string, string, string, string];
  const guild = createGuild(world, clock, 'Playground', olivia);
  const text = createChannel(world, guild.id, { name: 'Text channels', type: ChannelType.GuildCategory });
  const general = createChannel(world, guild.id, { name: 'general', parentId: text.id, topic: 'Talk about anything' });
  world.guilds.set(guild.id, { ...guild, systemChannelId: general.id });
  createChannel(world, guild.id, {
    name: 'bot-chat',
    parentId: text.id,
    topic: 'The bot answers every message here',
  });
  createChannel(world, guild.id, { name: 'art', parentId: text.id, topic: 'Pictures, drawn by people or by the bot' });
  createChannel(world, guild.id, { name: 'memes', parentId: text.id });
  const tags = ['Question', 'Idea', 'Solved'].map((name) => ({ name, moderated: false }));
  createChannel(world, guild.id, {
    name: 'help',
    type: ChannelType.GuildForum,
    parentId: text.id,
    topic: 'One post for each question',
    forum: forumWithTags(world, tags),
  });
  const voice = createChannel(world, guild.id, { name: 'Voice channels', type: ChannelType.GuildCategory });
  createChannel(world, guild.id, { name: 'voice', type: ChannelType.GuildVoice, parentId: voice.id });

  const { bot } = createApplication(world, 'Familiar', olivia, {
    messageContent: true,
    guildMembers: true,
    presence: true,
  });
  addBot(world, clock, guild.id, bot, BOT_PERMISSIONS);
  const moderator = createRole(world, guild.id, {
    name: 'Moderator',
    color: 0x3498db,
    hoist: true,
    mentionable: true,
    permissions: String(MODERATOR_PERMISSIONS),
  });
  addMember(world, clock, guild.id, milo, [moderator.id]);
  addMember(world, clock, guild.id, alice);
  addMember(world, clock, guild.id, bob);
  world.flush();
}
