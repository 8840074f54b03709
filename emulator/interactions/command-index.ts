import { ApplicationIntegrationType, PermissionFlagsBits, type APIApplicationCommand } from 'discord-api-types/v10';
import type { Core, StoredApplication } from '../contract.ts';
import { discordError } from '../errors.ts';
import type { ApiRouter } from '../http/router.ts';
import { userObject } from '../serialise/user.ts';
import { memberKey } from '../world.ts';
import { ownersOfCommand, type Place } from './installs.ts';

/**
 * What a person is offered after typing `/`: the commands of a guild's applications, of the bot in direct messages, and
 * of the applications that the person has installed. Discord's clients join the lists.
 */
export function registerCommandIndex(api: ApiRouter, core: Core): void {
  const applications = (): StoredApplication[] => [...core.world.applications.values()];
  api.route({
    method: 'GET',
    path: '/guilds/{guild_id}/application-command-index',
    auth: 'person',
    handler: ({ caller, params }) => {
      const guildId = params.guild_id ?? '';
      if (!core.world.guilds.get(guildId)) throw discordError('unknownGuild');
      if (!core.world.members.get(memberKey(guildId, caller.user.id))) throw discordError('missingAccess');
      const here = applications().filter(({ botUserId }) => core.world.members.get(memberKey(guildId, botUserId)));
      return indexOf(core, here, { userId: caller.user.id, guildId, channel: null });
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
      const { guildId } = channel;
      const here = applications().filter(({ botUserId }) =>
        guildId === null
          ? channel.recipientIds.includes(botUserId)
          : core.world.members.get(memberKey(guildId, botUserId)),
      );
      return indexOf(core, here, { userId: caller.user.id, guildId, channel });
    },
  });
  api.route({
    method: 'GET',
    path: '/users/@me/application-command-index',
    auth: 'person',
    handler: ({ caller }) => {
      const own = applications().filter(({ installedByUserIds = [] }) => installedByUserIds.includes(caller.user.id));
      const commands = own.flatMap((application) => globalCommands(core, application).filter(isForUsers));
      return indexObject(core, own, commands);
    },
  });
}

function globalCommands(core: Core, { id }: StoredApplication): APIApplicationCommand[] {
  return [...core.world.commands.values()].filter(
    (command) => command.application_id === id && command.guild_id === undefined,
  );
}

/** Where such a command can be used is for the client to decide by its contexts. */
function isForUsers({ integration_types: types = [] }: APIApplicationCommand): boolean {
  return types.includes(ApplicationIntegrationType.UserInstall);
}

function indexOf(core: Core, applications: StoredApplication[], place: Place): Record<string, unknown> {
  const commands = applications.flatMap((application) => offeredCommands(core, application, place));
  return indexObject(core, applications, commands);
}

function indexObject(
  core: Core,
  applications: StoredApplication[],
  commands: APIApplicationCommand[],
): Record<string, unknown> {
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
    description: application.description ?? '',
    icon: application.icon ?? null,
    flags: 0,
    ...(bot ? { bot: userObject(bot) } : {}),
  };
}

/** The commands of an application that the person may use there; a guild's own hide global ones of the same name. */
export function offeredCommands(core: Core, application: StoredApplication, place: Place): APIApplicationCommand[] {
  const own = [...core.world.commands.values()].filter(
    ({ application_id: id, guild_id: guildId }) =>
      id === application.id && guildId !== undefined && guildId === place.guildId,
  );
  const global = globalCommands(core, application).filter(
    ({ name, type }) => !own.some((other) => other.name === name && other.type === type),
  );
  return [...own, ...global].filter(
    (command) => Object.keys(ownersOfCommand(core, application, command, place)).length > 0,
  );
}
