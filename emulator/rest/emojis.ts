import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Core, StoredEmoji, StoredGuild } from '../contract.ts';
import { discordError } from '../errors.ts';
import { parseForm, problem, text } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { emojiObject, emojisOf } from '../serialise/guild.ts';
import { requireMayChangeExpression } from './expressions.ts';
import { guildRoute } from './guild-route.ts';
import { storeImage } from './images.ts';

const MAX_EMOJIS = 50;
/** 256 KiB. */
export const MAX_EMOJI_BYTES = 256 * 1024;

export const emojiName = text(2, 32).superRefine((value, context) => {
  if (/^\w*$/.test(String(value))) return;
  problem(context, 'STRING_TYPE_REGEX', 'String value did not match validation regex.');
});

export const registerEmojiRoutes: Routes = (api, core) => {
  const { world } = core;
  const path = '/guilds/{guild_id}/emojis';
  guildRoute(api, core, {
    method: 'GET',
    path,
    handler: ({ guild }) => emojisOf(world, guild.id).map((emoji) => emojiObject(world, emoji)),
  });
  guildRoute(api, core, {
    method: 'GET',
    path: `${path}/{emoji_id}`,
    handler: ({ guild, params }) => emojiObject(world, emojiIn(core, guild, params['emoji_id'])),
  });
  guildRoute(api, core, {
    method: 'POST',
    path,
    needs: PermissionFlagsBits.CreateGuildExpressions,
    handler: ({ guild, caller, body, reply }) => {
      const form = parseForm(z.object({ name: emojiName, image: z.string() }), body);
      if (emojisOf(world, guild.id).length >= MAX_EMOJIS) throw discordError('maximumEmojis');
      const hash = storeImage(core, ['image'], 'emojis', form.image, MAX_EMOJI_BYTES) ?? '';
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
  guildRoute(api, core, {
    method: 'PATCH',
    path,
    handler: ({ guild, caller, params, body }) => {
      const emoji = emojiIn(core, guild, params['emoji_id']);
      requireMayChangeExpression(core, caller, guild, emoji.creatorId);
      const { name = emoji.name } = parseForm(z.object({ name: emojiName.optional() }), body);
      const next = { ...emoji, name };
      world.emojis.set(emoji.id, next);
      announceEmojis(core, guild);
      return emojiObject(world, next);
    },
  });
  guildRoute(api, core, {
    method: 'DELETE',
    path,
    handler: ({ guild, caller, params }) => {
      const emoji = emojiIn(core, guild, params['emoji_id']);
      requireMayChangeExpression(core, caller, guild, emoji.creatorId);
      world.emojis.delete(emoji.id);
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
