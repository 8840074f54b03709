import type { StoredSticker, World } from '../contract.ts';
import { userObject } from './user.ts';

/** The members of one pack, by id: a few of those that Discord gives everybody. Their pictures here are our own. */
const STANDARD_STICKERS: Readonly<Record<string, { name: string; tags: string; description: string }>> = {
  '749054660769218631': { name: 'Wave', tags: 'wave, hello, hi', description: 'A face that waves' },
  '751606379340365864': { name: 'Applause', tags: 'clap, applause, bravo', description: 'A face that applauds' },
  '754108890559283200': { name: 'Thumbs up', tags: 'thumbsup, yes, good', description: 'A thumb that points up' },
};
const PACK_ID = '847199849233514549';
const STANDARD_TYPE = 1;
const GUILD_TYPE = 2;
const LOTTIE = 3;

export function standardSticker(id: string): { id: string; name: string; format_type: number } | undefined {
  const sticker = Object.hasOwn(STANDARD_STICKERS, id) ? STANDARD_STICKERS[id] : undefined;
  return sticker === undefined ? undefined : { id, name: sticker.name, format_type: LOTTIE };
}

export function standardStickerObject(id: string): Record<string, unknown> | undefined {
  const sticker = standardSticker(id);
  if (sticker === undefined) return undefined;
  return {
    ...{ ...sticker, ...STANDARD_STICKERS[id], type: STANDARD_TYPE, pack_id: PACK_ID },
    sort_value: Object.keys(STANDARD_STICKERS).indexOf(id) + 1,
  };
}

export function stickerPackObject(id: string): Record<string, unknown> | undefined {
  if (id !== PACK_ID) return undefined;
  const ids = Object.keys(STANDARD_STICKERS);
  return {
    id: PACK_ID,
    sku_id: PACK_ID,
    name: 'Everyday',
    description: 'For saying hello and well done',
    cover_sticker_id: ids[0],
    stickers: ids.map(standardStickerObject),
  };
}

export function stickerPacks(): unknown[] {
  return [stickerPackObject(PACK_ID)];
}

export function stickersOf(world: World, guildId: string): StoredSticker[] {
  return [...world.stickers.values()].filter((sticker) => sticker.guildId === guildId);
}

/** Who uploaded a sticker is shown to those alone who may upload or manage them. */
export function stickerObject(world: World, sticker: StoredSticker, withUser: boolean): Record<string, unknown> {
  const creator = withUser ? world.users.get(sticker.creatorId) : undefined;
  return {
    id: sticker.id,
    name: sticker.name,
    description: sticker.description,
    tags: sticker.tags,
    type: GUILD_TYPE,
    format_type: sticker.formatType,
    available: true,
    guild_id: sticker.guildId,
    ...(creator === undefined ? {} : { user: userObject(creator) }),
  };
}
