import type { Core } from '../contract.ts';
import { MAX_FILE_BYTES } from '../http/body.ts';
import { channelObject } from '../serialise/channel.ts';
import { activeEntitlements } from '../serialise/entitlement.ts';
import { memberWithUserObject, userObject } from '../serialise/user.ts';
import { memberKey } from '../world.ts';
import { applicationPermissions, contextOf } from './installs.ts';
import type { Interaction } from './registry.ts';

const locale = 'en-US';

/** The data of INTERACTION_CREATE, whole, as bots rely on it. */
export function interactionPayload(core: Core, interaction: Interaction, data: unknown): Record<string, unknown> {
  const { application, channel, user, message, owners } = interaction;
  const botUserId = application.botUserId;
  return {
    id: interaction.id,
    application_id: application.id,
    type: interaction.type,
    token: interaction.token,
    version: 1,
    locale,
    ...(channel.guildId === null ? directFields(interaction) : guildFields(core, interaction, channel.guildId)),
    channel_id: channel.id,
    channel: {
      ...channelObject(core.world, channel, user.id),
      permissions: core.permissions(user.id, { channelId: channel.id }).toString(),
    },
    data,
    ...(message ? { message: core.messages.serialise(message, botUserId) } : {}),
    app_permissions: applicationPermissions(core, application, owners, user.id, channel).toString(),
    authorizing_integration_owners: owners,
    context: contextOf(application, { userId: user.id, channel, guildId: channel.guildId }),
    entitlements: activeEntitlements(core, application.id, user.id, channel.guildId),
    attachment_size_limit: MAX_FILE_BYTES,
  };
}

function directFields({ user }: Interaction): Record<string, unknown> {
  return { user: userObject(user) };
}

function guildFields(core: Core, { user, channel }: Interaction, guildId: string): Record<string, unknown> {
  const member = core.world.members.get(memberKey(guildId, user.id));
  return {
    guild_id: guildId,
    guild: { id: guildId, locale, features: [] },
    guild_locale: locale,
    ...(member
      ? {
          member: {
            ...memberWithUserObject(core.world, member, core.clock),
            permissions: core.permissions(user.id, { channelId: channel.id }).toString(),
          },
        }
      : {}),
  };
}
