import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import { parseForm, snowflake, text } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { guildObject } from '../serialise/guild.ts';
import { approximateCounts } from './guild-counts.ts';
import { guildRoute } from './guild-route.ts';
import { storeImage } from './images.ts';
import { isSwitchedOn } from './query.ts';

const editForm = z.object({
  name: text(2, 100).optional(),
  icon: z.string().nullish(),
  system_channel_id: snowflake.nullish(),
});

export const registerGuildRoutes: Routes = (api, core) => {
  const { world } = core;
  const path = '/guilds/{guild_id}';
  guildRoute(api, core, {
    method: 'GET',
    path,
    handler: ({ guild, query }) => {
      const counts = isSwitchedOn(query['with_counts']) ? approximateCounts(core, guild.id) : {};
      return { ...guildObject(world, guild), ...counts };
    },
  });
  guildRoute(api, core, {
    method: 'PATCH',
    path,
    needs: PermissionFlagsBits.ManageGuild,
    handler: ({ guild, body }) => {
      const form = parseForm(editForm, body);
      const next = {
        ...guild,
        name: form.name ?? guild.name,
        icon: form.icon === undefined ? guild.icon : storeImage(core, ['icon'], 'icons', form.icon),
        systemChannelId: form.system_channel_id === undefined ? guild.systemChannelId : form.system_channel_id,
      };
      world.guilds.set(guild.id, next);
      const object = guildObject(world, next);
      core.bus.announce({ t: 'GUILD_UPDATE', d: object, audience: { kind: 'guild', guildId: guild.id } });
      return object;
    },
  });
};
