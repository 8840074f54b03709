import { z } from 'zod';
import { directMessageOf } from '../creation.ts';
import { discordError } from '../errors.ts';
import { integer, parseForm, snowflake, text } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { channelObject } from '../serialise/channel.ts';
import { memberWithUserObject, ownUserObject, userObject } from '../serialise/user.ts';
import { compareSnowflakes } from '../snowflake.ts';
import { memberKey } from '../world.ts';
import { approximateCounts } from './guild-counts.ts';
import { guildRoute } from './guild-route.ts';
import { announceMemberRemoved, announceMemberUpdated } from './member-events.ts';
import { storeImage } from './images.ts';
import { isSwitchedOn } from './query.ts';

/** Source: the description of `PATCH /guilds/{guild_id}/members/@me`, whose text is the same in a server. */
const MAX_BIO = 190;

const profileForm = z.object({
  username: text(2, 32).optional(),
  global_name: text(0, 32).nullish(),
  avatar: z.string().nullish(),
  banner: z.string().nullish(),
  bio: text(0, MAX_BIO).nullish(),
});

export const registerUserRoutes: Routes = (api, core) => {
  const { world } = core;
  api.route({ method: 'GET', path: '/users/@me', auth: 'any', handler: ({ caller }) => ownUserObject(caller.user) });
  api.route({
    method: 'PATCH',
    path: '/users/@me',
    auth: 'any',
    handler: ({ caller, body }) => {
      const form = parseForm(profileForm, body);
      const user = {
        ...caller.user,
        username: form.username ?? caller.user.username,
        globalName: form.global_name === undefined ? caller.user.globalName : form.global_name || null,
        avatar: form.avatar === undefined ? caller.user.avatar : storeImage(core, ['avatar'], 'avatars', form.avatar),
        ...(form.banner === undefined ? {} : { banner: storeImage(core, ['banner'], 'banners', form.banner) }),
        // What a bot says of itself is its application's description.
        ...(form.bio === undefined || caller.kind === 'bot' ? {} : { bio: form.bio ?? '' }),
      };
      world.users.set(user.id, user);
      core.bus.announce({ t: 'USER_UPDATE', d: ownUserObject(user), audience: { kind: 'users', userIds: [user.id] } });
      for (const guild of world.guildsOf(user.id)) {
        const member = world.members.get(memberKey(guild.id, user.id));
        if (member !== undefined) announceMemberUpdated(core, member);
      }
      return ownUserObject(user);
    },
  });
  api.route({
    method: 'GET',
    path: '/users/{user_id}',
    auth: 'any',
    handler: ({ params }) => {
      const user = world.users.get(params['user_id'] ?? '');
      if (user === undefined) throw discordError('unknownUser');
      return userObject(user);
    },
  });
  registerOwnGuilds(api, core);
  registerDirectMessages(api, core);
};

const registerOwnGuilds: Routes = (api, core) => {
  const { world } = core;
  const query = z.object({
    limit: integer(1, 200).default(200),
    before: snowflake.optional(),
    after: snowflake.optional(),
  });
  api.route({
    method: 'GET',
    path: '/users/@me/guilds',
    auth: 'any',
    handler: ({ caller, query: raw }) => {
      const { limit, before, after } = parseForm(query, raw);
      const guilds = world
        .guildsOf(caller.user.id)
        .filter((guild) => before === undefined || compareSnowflakes(guild.id, before) < 0)
        .filter((guild) => after === undefined || compareSnowflakes(guild.id, after) > 0)
        .sort((left, right) => compareSnowflakes(left.id, right.id));
      return (before === undefined ? guilds.slice(0, limit) : guilds.slice(-limit)).map((guild) => ({
        id: guild.id,
        name: guild.name,
        icon: guild.icon,
        banner: null,
        owner: guild.ownerId === caller.user.id,
        permissions: String(core.permissions(caller.user.id, { guildId: guild.id })),
        features: [],
        ...(isSwitchedOn(raw['with_counts']) ? approximateCounts(core, guild.id) : {}),
      }));
    },
  });
  guildRoute(api, core, {
    method: 'GET',
    path: '/users/@me/guilds/{guild_id}/member',
    handler: ({ guild, caller }) => {
      const member = world.members.get(memberKey(guild.id, caller.user.id));
      return member === undefined ? undefined : memberWithUserObject(world, member, core.clock);
    },
  });
  guildRoute(api, core, {
    method: 'DELETE',
    path: '/users/@me/guilds/{guild_id}',
    handler: ({ guild, caller }) => {
      if (guild.ownerId === caller.user.id) throw discordError('invalidGuildOwner');
      announceMemberRemoved(core, guild.id, caller.user.id);
    },
  });
};

const registerDirectMessages: Routes = (api, core) => {
  const { world } = core;
  api.route({
    method: 'GET',
    path: '/users/@me/channels',
    auth: 'any',
    handler: ({ caller }) =>
      caller.kind === 'bot'
        ? []
        : world.directMessagesOf(caller.user.id).map((channel) => channelObject(world, channel, caller.user.id)),
  });
  api.route({
    method: 'POST',
    path: '/users/@me/channels',
    auth: 'any',
    handler: ({ caller, body }) => {
      const form = parseForm(
        z.object({ recipient_id: snowflake.optional(), recipients: z.array(snowflake).length(1).optional() }),
        body,
      );
      const recipientId = form.recipient_id ?? form.recipients?.[0];
      const recipient = recipientId === undefined ? undefined : world.users.get(recipientId);
      if (recipient === undefined || recipient.id === caller.user.id) throw discordError('invalidRecipients');
      const { channel, isNew } = directMessageOf(world, caller.user.id, recipient.id);
      if (isNew) {
        for (const userId of channel.recipientIds) {
          if (world.users.get(userId)?.bot === true) continue;
          core.bus.announce({
            t: 'CHANNEL_CREATE',
            d: channelObject(world, channel, userId),
            audience: { kind: 'users', userIds: [userId] },
          });
        }
      }
      return channelObject(world, channel, caller.user.id);
    },
  });
};
