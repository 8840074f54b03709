import { z } from 'zod';
import type { StoredMessage } from '../contract.ts';
import { discordError } from '../errors.ts';
import { snowflake } from '../forms.ts';

/** Some of those that Discord gives everybody, by id; servers have no stickers of their own here. */
const STANDARD_STICKERS: Readonly<Record<string, string>> = {
  '749054660769218631': 'Wave',
  '751606379340365864': 'Applause',
  '754108890559283200': 'Thumbs up',
};
const LOTTIE = 3;

export const stickerIds = z.array(snowflake).max(3);

/** Throws 50081 for one that nobody has. */
export function findStickers(ids: readonly string[]): NonNullable<StoredMessage['stickers']> {
  return ids.map((id) => {
    const name = STANDARD_STICKERS[id];
    if (name === undefined) throw discordError('invalidSticker');
    return { id, name, format_type: LOTTIE };
  });
}
