import { PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';
import type { Core, StoredChannel, StoredMessage } from '../contract.ts';
import { discordError } from '../errors.ts';
import { snowflake } from '../forms.ts';
import { hasPermission } from '../permissions.ts';
import { standardSticker } from '../serialise/sticker.ts';
import { memberKey } from '../world.ts';

export const stickerIds = z.array(snowflake).max(3);

/**
 * The stickers that a message shows. Throws 50081 for one that nobody has, or that is of a server whose member the author
 * is not, and 50600 for one of another server without USE_EXTERNAL_STICKERS.
 */
export function findStickers(
  core: Core,
  channel: StoredChannel,
  authorId: string,
  ids: readonly string[],
): NonNullable<StoredMessage['stickers']> {
  return ids.map((id) => {
    const standard = standardSticker(id);
    if (standard !== undefined) return standard;
    const sticker = core.world.stickers.get(id);
    if (sticker === undefined) throw discordError('invalidSticker');
    if (sticker.guildId !== channel.guildId) {
      if (core.world.members.get(memberKey(sticker.guildId, authorId)) === undefined) {
        throw discordError('invalidSticker');
      }
      const granted = core.permissions(authorId, { channelId: channel.id });
      if (!hasPermission(granted, PermissionFlagsBits.UseExternalStickers)) throw discordError('stickerNotPermitted');
    }
    return { id, name: sticker.name, format_type: sticker.formatType };
  });
}
