import { randomBytes } from 'node:crypto';
import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Core, StoredInvite } from '../contract.ts';
import { addMember } from '../creation.ts';
import { discordError } from '../errors.ts';
import { integer, parseForm } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { userObject } from '../serialise/user.ts';
import { memberKey } from '../world.ts';
import { requireIn, visibleGuildChannel } from './access.ts';
import { approximateCounts } from './guild-counts.ts';
import { guildRoute } from './guild-route.ts';
import { announceMemberAdded } from './member-events.ts';
import { isSwitchedOn } from './query.ts';

const DAY_SECONDS = 86_400;

const createForm = z.object({
  max_age: integer(0, 604_800).default(DAY_SECONDS),
  max_uses: integer(0, 100).default(0),
  temporary: z.boolean().default(false),
  unique: z.boolean().default(false),
});

export const registerInviteRoutes: Routes = (api, core) => {
  const { world } = core;
  const path = '/channels/{channel_id}/invites';
  api.route({
    method: 'POST',
    path,
    auth: 'any',
    handler: ({ caller, params, body }) => {
      const { channel, guild } = visibleGuildChannel(core, caller, params['channel_id']);
      requireIn(core, caller, channel, PermissionFlagsBits.CreateInstantInvite);
      const form = parseForm(createForm, body);
      const invite: StoredInvite = {
        code: randomBytes(6).toString('base64url'),
        guildId: guild.id,
        channelId: channel.id,
        inviterId: caller.user.id,
        createdAt: new Date(core.clock.now()).toISOString(),
        maxAgeSeconds: form.max_age,
        maxUses: form.max_uses,
        uses: 0,
        temporary: form.temporary,
      };
      world.invites.set(invite.code, invite);
      announceInvite(core, 'INVITE_CREATE', invite);
      return inviteObject(core, invite);
    },
  });
  api.route({
    method: 'GET',
    path,
    auth: 'any',
    handler: ({ caller, params }) => {
      const { channel } = visibleGuildChannel(core, caller, params['channel_id']);
      requireIn(core, caller, channel, PermissionFlagsBits.ManageChannels);
      return living(core, (invite) => invite.channelId === channel.id);
    },
  });
  guildRoute(api, core, {
    method: 'GET',
    path: '/guilds/{guild_id}/invites',
    needs: PermissionFlagsBits.ManageGuild,
    handler: ({ guild }) => {
      return living(core, (invite) => invite.guildId === guild.id);
    },
  });
  registerSingle(api, core);
};

const registerSingle: Routes = (api, core) => {
  const { world } = core;
  const path = '/invites/{code}';
  api.route({
    method: 'GET',
    path,
    auth: 'none',
    handler: ({ params, query }) => {
      const invite = find(core, params['code']);
      const counts = isSwitchedOn(query['with_counts']) ? approximateCounts(core, invite.guildId) : {};
      return { ...inviteObject(core, invite), ...counts };
    },
  });
  api.route({
    method: 'DELETE',
    path,
    auth: 'any',
    handler: ({ caller, params }) => {
      const invite = find(core, params['code']);
      const { channel } = visibleGuildChannel(core, caller, invite.channelId);
      if (invite.inviterId !== caller.user.id) requireIn(core, caller, channel, PermissionFlagsBits.ManageChannels);
      world.invites.delete(invite.code);
      announceInvite(core, 'INVITE_DELETE', invite);
      return inviteObject(core, invite);
    },
  });
  api.route({
    method: 'POST',
    path,
    auth: 'person',
    handler: ({ caller, params }) => {
      const invite = find(core, params['code']);
      if (world.bans.get(memberKey(invite.guildId, caller.user.id)) !== undefined)
        throw discordError('bannedFromGuild');
      if (world.members.get(memberKey(invite.guildId, caller.user.id)) === undefined) {
        world.invites.set(invite.code, { ...invite, uses: invite.uses + 1 });
        announceMemberAdded(core, addMember(world, core.clock, invite.guildId, caller.user.id));
      }
      return inviteObject(core, invite);
    },
  });
};

function isSpent(core: Core, invite: StoredInvite): boolean {
  const isOld = invite.maxAgeSeconds > 0 && expiryMs(invite) <= core.clock.now();
  return isOld || (invite.maxUses > 0 && invite.uses >= invite.maxUses);
}

function expiryMs(invite: StoredInvite): number {
  return Date.parse(invite.createdAt) + invite.maxAgeSeconds * 1000;
}

function living(core: Core, isWanted: (invite: StoredInvite) => boolean): unknown[] {
  return [...core.world.invites.values()]
    .filter((invite) => isWanted(invite) && !isSpent(core, invite))
    .map((invite) => inviteObject(core, invite));
}

function find(core: Core, code: string | undefined): StoredInvite {
  const invite = core.world.invites.get(code ?? '');
  if (invite === undefined || isSpent(core, invite)) throw discordError('unknownInvite');
  return invite;
}

function inviteObject(core: Core, invite: StoredInvite): Record<string, unknown> {
  const guild = core.world.guilds.get(invite.guildId);
  const channel = core.world.channels.get(invite.channelId);
  const inviter = core.world.users.get(invite.inviterId);
  return {
    type: 0,
    code: invite.code,
    guild_id: invite.guildId,
    guild: {
      id: invite.guildId,
      name: guild?.name ?? '',
      icon: guild?.icon ?? null,
      splash: null,
      banner: null,
      description: null,
      features: [],
      verification_level: 0,
      vanity_url_code: null,
      nsfw_level: 0,
      nsfw: false,
      premium_subscription_count: 0,
    },
    channel: { id: invite.channelId, name: channel?.name ?? null, type: channel?.type ?? 0 },
    ...(inviter === undefined ? {} : { inviter: userObject(inviter) }),
    created_at: invite.createdAt,
    expires_at: invite.maxAgeSeconds === 0 ? null : new Date(expiryMs(invite)).toISOString(),
    max_age: invite.maxAgeSeconds,
    max_uses: invite.maxUses,
    uses: invite.uses,
    temporary: invite.temporary,
  };
}

function announceInvite(core: Core, event: 'INVITE_CREATE' | 'INVITE_DELETE', invite: StoredInvite): void {
  const ids = { guild_id: invite.guildId, channel_id: invite.channelId };
  core.bus.announce({
    t: event,
    d: event === 'INVITE_DELETE' ? { ...ids, code: invite.code } : { ...inviteObject(core, invite), ...ids },
    audience: { kind: 'guild', guildId: invite.guildId, channelId: invite.channelId },
  });
}
