import { z } from 'zod';
import type { Caller, Core, StoredGuild, StoredMember, StoredUser } from '../contract.ts';
import { discordError } from '../errors.ts';
import { parseForm, snowflake } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { applicationFlags } from '../serialise/application.ts';
import { memberWithUserObject, userObject } from '../serialise/user.ts';
import { memberKey } from '../world.ts';
import { joinedGuild } from './access.ts';

/** What Discord's own clients ask for when a profile card opens. */
export const registerProfileRoutes: Routes = (api, core) => {
  const query = z.object({ guild_id: snowflake.optional() });
  api.route({
    method: 'GET',
    path: '/users/{user_id}/profile',
    auth: 'person',
    handler: ({ caller, params, query: raw }) => {
      const { guild_id: guildId } = parseForm(query, raw);
      const user = core.world.users.get(params['user_id'] ?? '');
      if (user === undefined) throw discordError('unknownUser');
      const mutual = mutualGuilds(core, caller, user);
      const isKnown = mutual.length > 0 || user.id === caller.user.id || writesWith(core, caller, user);
      if (!isKnown) throw discordError('missingAccess');
      const guild = guildId === undefined ? undefined : joinedGuild(core, caller, guildId);
      const member = guild === undefined ? undefined : core.world.members.get(memberKey(guild.id, user.id));
      return {
        ...userFields(core, user),
        mutual_guilds: mutual.map(({ id }) => ({
          id,
          nick: core.world.members.get(memberKey(id, user.id))?.nick ?? null,
        })),
        ...(member === undefined ? {} : memberFields(core, member)),
      };
    },
  });
};

function mutualGuilds(core: Core, caller: Caller, user: StoredUser): StoredGuild[] {
  return core.world
    .guildsOf(user.id)
    .filter((guild) => core.world.members.get(memberKey(guild.id, caller.user.id)) !== undefined);
}

function writesWith(core: Core, caller: Caller, user: StoredUser): boolean {
  return core.world.directMessagesOf(caller.user.id).some(({ recipientIds }) => recipientIds.includes(user.id));
}

function userFields(core: Core, user: StoredUser): Record<string, unknown> {
  const application = core.world.applications.get(user.applicationId ?? '');
  const bio = application === undefined ? (user.bio ?? '') : (application.description ?? '');
  return {
    user: { ...userObject(user), bio },
    user_profile: { bio, banner: user.banner ?? null, accent_color: null, pronouns: '' },
    badges: [],
    guild_badges: [],
    connected_accounts: [],
    premium_type: null,
    premium_since: null,
    premium_guild_since: null,
    legacy_username: null,
    ...(application === undefined ? {} : { application: { id: application.id, flags: applicationFlags(application) } }),
  };
}

function memberFields(core: Core, member: StoredMember): Record<string, unknown> {
  const { banner = null, bio = '' } = member.profile ?? {};
  return {
    guild_member: { ...memberWithUserObject(core.world, member, core.clock), bio },
    guild_member_profile: { guild_id: member.guildId, bio, banner, accent_color: null, pronouns: '' },
  };
}
