import type { ApplicationInstall, Core, StoredApplication } from '../contract.ts';
import { userObject } from './user.ts';

/** Bits of an application's flags that tell which privileged intents a bot in few servers has. */
export const INTENT_FLAGS = { presence: 1 << 13, guildMembers: 1 << 15, messageContent: 1 << 19 } as const;

export function applicationFlags({ privilegedIntents, flags = 0 }: StoredApplication): number {
  const { presence, guildMembers, messageContent } = privilegedIntents;
  return (
    flags |
    (presence ? INTENT_FLAGS.presence : 0) |
    (guildMembers ? INTENT_FLAGS.guildMembers : 0) |
    (messageContent ? INTENT_FLAGS.messageContent : 0)
  );
}

/** An application as it sees itself. */
export function applicationObject(core: Core, application: StoredApplication): Record<string, unknown> {
  const { world } = core;
  const owner = world.users.get(application.ownerId);
  const bot = world.users.get(application.botUserId);
  const flags = applicationFlags(application);
  const installs = application.installedByUserIds?.length ?? 0;
  return {
    id: application.id,
    name: application.name,
    icon: application.icon ?? null,
    description: application.description ?? '',
    type: null,
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    flags,
    flags_new: String(flags),
    tags: application.tags ?? [],
    redirect_uris: [],
    interactions_endpoint_url: application.interactionsEndpointUrl ?? null,
    role_connections_verification_url: null,
    approximate_guild_count: world.guildsOf(application.botUserId).length,
    approximate_user_install_count: installs,
    approximate_user_authorization_count: installs,
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: ['bot', 'applications.commands'],
    integration_types_config: integrationTypes(application),
    ...(application.coverImage == null ? {} : { cover_image: application.coverImage }),
    ...(application.customInstallUrl == null ? {} : { custom_install_url: application.customInstallUrl }),
    ...(application.installParams == null ? {} : { install_params: installObject(application.installParams) }),
    ...(owner === undefined ? {} : { owner: userObject(owner) }),
    ...(bot === undefined ? {} : { bot: userObject(bot) }),
  };
}

/** How the application may be installed; into servers unless something else is said. */
function integrationTypes({ integrationTypes: given = { '0': null } }: StoredApplication): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([type, install]) => [
      type,
      install == null ? {} : { oauth2_install_params: installObject(install) },
    ]),
  );
}

function installObject({ scopes, permissions }: ApplicationInstall): Record<string, unknown> {
  return { scopes, permissions };
}
