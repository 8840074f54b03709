import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Core, StoredGuild, StoredSticker } from '../contract.ts';
import { discordError, formError } from '../errors.ts';
import { lengthOf, parseForm, problem, text } from '../forms.ts';
import type { Routes } from '../http/router.ts';
import { stickerFormatOf } from '../messages/sticker-files.ts';
import {
  standardStickerObject,
  stickerObject,
  stickerPackObject,
  stickerPacks,
  stickersOf,
} from '../serialise/sticker.ts';
import { requireMayChangeExpression, seesCreators } from './expressions.ts';
import { guildRoute } from './guild-route.ts';
import type { GuildRequest } from './guild-route.ts';

/** Slots of a server without boosts. */
const MAX_STICKERS = 5;

/** Empty, or of at least two characters. */
const description = text(0, 100).superRefine((value, context) => {
  if (lengthOf(String(value)) !== 1) return;
  problem(context, 'BASE_TYPE_BAD_LENGTH', 'Must be between 2 and 100 in length.');
});
const fields = { name: text(2, 30), tags: text(1, 200) };
const createForm = z.object({ ...fields, description: description.nullish() });
const editForm = z.object(fields).partial().extend({ description: description.nullish() });

export const registerStickerRoutes: Routes = (api, core) => {
  const { world } = core;
  const path = '/guilds/{guild_id}/stickers';
  guildRoute(api, core, {
    method: 'GET',
    path,
    handler: ({ guild, caller }) => {
      const withUser = seesCreators(core, caller, guild.id);
      return stickersOf(world, guild.id).map((sticker) => stickerObject(world, sticker, withUser));
    },
  });
  guildRoute(api, core, {
    method: 'POST',
    path,
    needs: PermissionFlagsBits.CreateGuildExpressions,
    handler: (request) => createSticker(core, request),
  });
  registerSingle(api, core);
  registerEverybodys(api, core);
};

function createSticker(core: Core, { guild, caller, body, files, reply }: GuildRequest): Record<string, unknown> {
  const { world } = core;
  const form = parseForm(createForm, body);
  const [upload] = files;
  if (upload === undefined) throw formError(['file'], 'BASE_TYPE_REQUIRED', 'This field is required');
  if (stickersOf(world, guild.id).length >= MAX_STICKERS) throw discordError('maximumStickers');
  const formatType = stickerFormatOf(upload.data);
  const id = world.snowflake();
  const sticker: StoredSticker = {
    id,
    guildId: guild.id,
    name: form.name,
    description: form.description ?? '',
    tags: form.tags,
    formatType,
    creatorId: caller.user.id,
    file: `stickers/${id}`,
  };
  core.files.put(sticker.file, upload.data);
  world.stickers.set(id, sticker);
  announceStickers(core, guild);
  reply.status(201);
  return stickerObject(world, sticker, true);
}

const registerSingle: Routes = (api, core) => {
  const { world } = core;
  const path = '/guilds/{guild_id}/stickers/{sticker_id}';
  guildRoute(api, core, {
    method: 'GET',
    path,
    handler: ({ guild, caller, params }) => {
      const sticker = stickerIn(core, guild, params['sticker_id']);
      return stickerObject(world, sticker, seesCreators(core, caller, guild.id));
    },
  });
  guildRoute(api, core, {
    method: 'PATCH',
    path,
    handler: ({ guild, caller, params, body }) => {
      const sticker = stickerIn(core, guild, params['sticker_id']);
      requireMayChangeExpression(core, caller, guild, sticker.creatorId);
      const form = parseForm(editForm, body);
      const next: StoredSticker = {
        ...sticker,
        name: form.name ?? sticker.name,
        tags: form.tags ?? sticker.tags,
        description: form.description === undefined ? sticker.description : (form.description ?? ''),
      };
      world.stickers.set(next.id, next);
      announceStickers(core, guild);
      return stickerObject(world, next, true);
    },
  });
  guildRoute(api, core, {
    method: 'DELETE',
    path,
    handler: ({ guild, caller, params }) => {
      const sticker = stickerIn(core, guild, params['sticker_id']);
      requireMayChangeExpression(core, caller, guild, sticker.creatorId);
      world.stickers.delete(sticker.id);
      core.files.delete(sticker.file);
      announceStickers(core, guild);
    },
  });
};

/** What needs no membership: any sticker by its id, and the packs. */
const registerEverybodys: Routes = (api, core) => {
  api.route({
    method: 'GET',
    path: '/stickers/{sticker_id}',
    auth: 'any',
    handler: ({ caller, params }) => {
      const id = params['sticker_id'] ?? '';
      const sticker = core.world.stickers.get(id);
      if (sticker !== undefined) return stickerObject(core.world, sticker, seesCreators(core, caller, sticker.guildId));
      const standard = standardStickerObject(id);
      if (standard === undefined) throw discordError('unknownSticker');
      return standard;
    },
  });
  api.route({
    method: 'GET',
    path: '/sticker-packs',
    auth: 'any',
    handler: () => ({ sticker_packs: stickerPacks() }),
  });
  api.route({
    method: 'GET',
    path: '/sticker-packs/{pack_id}',
    auth: 'any',
    handler: ({ params }) => {
      const pack = stickerPackObject(params['pack_id'] ?? '');
      if (pack === undefined) throw discordError('unknownStickerPack');
      return pack;
    },
  });
};

function stickerIn(core: Core, guild: StoredGuild, stickerId: string | undefined): StoredSticker {
  const sticker = core.world.stickers.get(stickerId ?? '');
  if (sticker?.guildId !== guild.id) throw discordError('unknownSticker');
  return sticker;
}

function announceStickers(core: Core, guild: StoredGuild): void {
  const stickers = stickersOf(core.world, guild.id).map((sticker) => stickerObject(core.world, sticker, true));
  core.bus.announce({
    t: 'GUILD_STICKERS_UPDATE',
    d: { guild_id: guild.id, stickers },
    audience: { kind: 'guild', guildId: guild.id },
  });
}
