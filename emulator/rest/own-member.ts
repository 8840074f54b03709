import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Core, StoredMember } from '../contract.ts';
import { discordError } from '../errors.ts';
import { parseForm, text } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { memberWithUserObject } from '../serialise/user.ts';
import { memberKey } from '../world.ts';
import { requireInGuild } from './access.ts';
import { guildRoute } from './guild-route.ts';
import type { GuildRequest } from './guild-route.ts';
import { storeImage } from './images.ts';
import { announceMemberUpdated } from './member-events.ts';

const nick = text(0, 32).nullish();
const profileForm = z.object({
  nick,
  avatar: z.string().nullish(),
  banner: z.string().nullish(),
  bio: text(0, 190).nullish(),
});

/** How members show themselves in one guild. */
export const registerOwnMemberRoutes: Routes = (api, core) => {
  const path = '/guilds/{guild_id}/members/@me';
  guildRoute(api, core, {
    method: 'PATCH',
    path,
    handler: (request) => {
      const member = editOwnMember(core, request);
      return { ...memberWithUserObject(core.world, member, core.clock), bio: member.profile?.bio ?? '' };
    },
  });
  // Deprecated, and still what some libraries call.
  guildRoute(api, core, {
    method: 'PATCH',
    path: `${path}/nick`,
    handler: (request) => {
      const form = parseForm(z.object({ nick }), request.body);
      return { nick: editOwnMember(core, { ...request, body: form }).nick };
    },
  });
};

/** Sets what the body names; null and empty texts show the user's own again. */
function editOwnMember(core: Core, { guild, caller, body }: GuildRequest): StoredMember {
  const form = parseForm(profileForm, body);
  const member = core.world.members.get(memberKey(guild.id, caller.user.id));
  if (member === undefined) throw discordError('unknownMember');
  if (Object.values(form).every((value) => value === undefined)) return member;
  if (form.nick !== undefined) requireInGuild(core, caller, guild, PermissionFlagsBits.ChangeNickname);
  const before = member.profile ?? { avatar: null, banner: null, bio: '' };
  const next: StoredMember = {
    ...member,
    nick: form.nick === undefined ? member.nick : form.nick || null,
    profile: {
      avatar: form.avatar === undefined ? before.avatar : storeImage(core, ['avatar'], 'avatars', form.avatar),
      banner: form.banner === undefined ? before.banner : storeImage(core, ['banner'], 'banners', form.banner),
      bio: form.bio === undefined ? before.bio : (form.bio ?? ''),
    },
  };
  core.world.members.set(memberKey(guild.id, member.userId), next);
  announceMemberUpdated(core, next);
  return next;
}
