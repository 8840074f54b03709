import { InteractionContextType, PermissionFlagsBits, type APIApplicationCommand } from 'discord-api-types/v10';
import type { Core, StoredApplication, StoredChannel } from '../contract.ts';
import { discordError } from '../errors.ts';
import type { ApiRouter } from '../http/router.ts';
import { userObject } from '../serialise/user.ts';
import { memberKey } from '../world.ts';

/** What a person is offered after typing `/`, in a guild or in the direct messages with a bot. */
export function registerCommandIndex(api: ApiRouter, core: Core): void {
  api.route({
    method: 'GET',
    path: '/guilds/{guild_id}/application-command-index',
    auth: 'person',
    handler: ({ caller, params }) => {
      const guildId = params.guild_id ?? '';
      if (!core.world.guilds.get(guildId)) throw discordError('unknownGuild');
      if (!core.world.members.get(memberKey(guildId, caller.user.id))) throw discordError('missingAccess');
      return indexOf(core, [...core.world.applications.values()], { userId: caller.user.id, guildId });
    },
  });
  api.route({
    method: 'GET',
    path: '/channels/{channel_id}/application-command-index',
    auth: 'person',
    handler: ({ caller, params }) => {
      const channel = core.world.channels.get(params.channel_id ?? '');
      if (!channel) throw discordError('unknownChannel');
      if ((core.permissions(caller.user.id, { channelId: channel.id }) & PermissionFlagsBits.ViewChannel) === 0n) {
        throw discordError('missingAccess');
      }
      const place = { userId: caller.user.id, guildId: channel.guildId };
      return indexOf(core, applicationsIn(core, channel), place);
    },
  });
}

interface Place {
  userId: string;
  /** null in direct messages. */
  guildId: string | null;
}

function applicationsIn(core: Core, channel: StoredChannel): StoredApplication[] {
  return [...core.world.applications.values()].filter(
    ({ botUserId }) => channel.guildId !== null || channel.recipientIds.includes(botUserId),
  );
}

function indexOf(core: Core, candidates: StoredApplication[], place: Place): Record<string, unknown> {
  const applications = candidates.filter(
    ({ botUserId }) =>
      place.guildId === null || core.world.members.get(memberKey(place.guildId, botUserId)) !== undefined,
  );
  const commands = applications.flatMap((application) => offeredCommands(core, application, place));
  return {
    applications: applications.map((application) => applicationObject(core, application)),
    application_commands: commands,
    version: commands.reduce((latest, { version }) => (BigInt(version) > BigInt(latest) ? version : latest), '0'),
  };
}

function applicationObject(core: Core, application: StoredApplication): Record<string, unknown> {
  const bot = core.world.users.get(application.botUserId);
  return {
    id: application.id,
    name: application.name,
    description: '',
    icon: null,
    flags: 0,
    ...(bot ? { bot: userObject(bot) } : {}),
  };
}

/** The commands of an application that the person may use there; a guild's own hide global ones of the same name. */
export function offeredCommands(core: Core, application: StoredApplication, place: Place): APIApplicationCommand[] {
  const all = [...core.world.commands.values()].filter(({ application_id: id }) => id === application.id);
  const own = all.filter(({ guild_id: guildId }) => guildId !== undefined && guildId === place.guildId);
  const global = all.filter(
    ({ guild_id: guildId, name, type }) =>
      guildId === undefined && !own.some((other) => other.name === name && other.type === type),
  );
  return [...own, ...global].filter((command) => isOffered(core, command, place));
}

/** Source: "Command contexts" and "default_member_permissions" in Discord's documentation of application commands. */
export function isOffered(core: Core, command: APIApplicationCommand, { userId, guildId }: Place): boolean {
  const context = guildId === null ? InteractionContextType.BotDM : InteractionContextType.Guild;
  if (command.contexts ? !command.contexts.includes(context) : guildId === null && command.dm_permission === false) {
    return false;
  }
  if (guildId === null) return command.guild_id === undefined;
  const needed = command.default_member_permissions;
  if (needed === null) return true;
  const granted = core.permissions(userId, { guildId });
  if ((granted & PermissionFlagsBits.Administrator) !== 0n) return true;
  return needed !== '0' && (granted & BigInt(needed)) === BigInt(needed);
}
