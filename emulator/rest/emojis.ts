import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Core, StoredEmoji, StoredGuild } from '../contract.ts';
import { discordError } from '../errors.ts';
import { parseForm, text } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { emojiObject, emojisOf } from '../serialise/guild.ts';
import { joinedGuild, requireInGuild } from './access.ts';
import { storeImage } from './images.ts';

const MAX_EMOJIS = 50;
const name = text(2, 32);

export const registerEmojiRoutes: Routes = (api, core) => {
  const { world } = core;
  const path = '/guilds/{guild_id}/emojis';
  api.route({
    method: 'GET',
    path,
    auth: 'any',
    handler: ({ caller, params }) =>
      emojisOf(world, joinedGuild(core, caller, params['guild_id']).id).map((emoji) => emojiObject(world, emoji)),
  });
  api.route({
    method: 'GET',
    path: `${path}/{emoji_id}`,
    auth: 'any',
    handler: ({ caller, params }) =>
      emojiObject(world, emojiIn(core, joinedGuild(core, caller, params['guild_id']), params['emoji_id'])),
  });
  api.route({
    method: 'POST',
    path,
    auth: 'any',
    handler: ({ caller, params, body, reply }) => {
      const guild = joinedGuild(core, caller, params['guild_id']);
      requireInGuild(core, caller, guild, PermissionFlagsBits.CreateGuildExpressions);
      const form = parseForm(z.object({ name, image: z.string() }), body);
      if (emojisOf(world, guild.id).length >= MAX_EMOJIS) throw discordError('maximumEmojis');
      const hash = storeImage(core, ['image'], 'emojis', form.image) ?? '';
      const emoji: StoredEmoji = {
        id: world.snowflake(),
        guildId: guild.id,
        name: form.name,
        animated: hash.startsWith('a_'),
        creatorId: caller.user.id,
        file: `emojis/${hash}`,
      };
      world.emojis.set(emoji.id, emoji);
      announceEmojis(core, guild);
      reply.status(201);
      return emojiObject(world, emoji);
    },
  });
  registerChanges(api, core);
};

const registerChanges: Routes = (api, core) => {
  const { world } = core;
  const path = '/guilds/{guild_id}/emojis/{emoji_id}';
  api.route({
    method: 'PATCH',
    path,
    auth: 'any',
    handler: ({ caller, params, body }) => {
      const guild = joinedGuild(core, caller, params['guild_id']);
      requireInGuild(core, caller, guild, PermissionFlagsBits.ManageGuildExpressions);
      const emoji = emojiIn(core, guild, params['emoji_id']);
      const next = { ...emoji, name: parseForm(z.object({ name }), body).name };
      world.emojis.set(emoji.id, next);
      announceEmojis(core, guild);
      return emojiObject(world, next);
    },
  });
  api.route({
    method: 'DELETE',
    path,
    auth: 'any',
    handler: ({ caller, params }) => {
      const guild = joinedGuild(core, caller, params['guild_id']);
      requireInGuild(core, caller, guild, PermissionFlagsBits.ManageGuildExpressions);
      world.emojis.delete(emojiIn(core, guild, params['emoji_id']).id);
      announceEmojis(core, guild);
    },
  });
};

function emojiIn(core: Core, guild: StoredGuild, emojiId: string | undefined): StoredEmoji {
  const emoji = emojiId === undefined ? undefined : core.world.emojis.get(emojiId);
  if (emoji?.guildId !== guild.id) throw discordError('unknownEmoji');
  return emoji;
}

function announceEmojis(core: Core, guild: StoredGuild): void {
  core.bus.announce({
    t: 'GUILD_EMOJIS_UPDATE',
    d: { guild_id: guild.id, emojis: emojisOf(core.world, guild.id).map((emoji) => emojiObject(core.world, emoji)) },
    audience: { kind: 'guild', guildId: guild.id },
  });
}
