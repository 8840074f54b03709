import { ChannelType, PermissionFlagsBits } from 'discord-api-types/v10';
import { channelAround } from '../../../sdk/index.ts';
import type { Call } from '../../../sdk/index.ts';
import type { Needs } from '../settings.ts';
import type { RequestRow } from '../store.ts';

/** Where an image was asked for and is shown, and by whom. */
export type Placed = Pick<
  RequestRow,
  'author_id' | 'guild_id' | 'channel_id' | 'shown_channel_id' | 'shown_message_id'
>;
type Asking = Pick<Call, 'caller' | 'guildId' | 'channelId'>;

export interface Sight {
  sees(image: Placed): Promise<boolean>;
}

const needed = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory;

/**
 * What a person may see from where they ask: their own images, and those of others that a channel of this server shows which
 * they can read. Private images are shown in direct messages, so only their askers see them. Images of age-restricted channels
 * are seen in such channels alone, also one's own. Answers are remembered: use it for one call and drop it.
 */
export function sightOf({ discord: { cache } }: Needs<'discord'>, { caller, guildId, channelId }: Asking): Sight {
  const remembered = <T>(find: (id: string) => Promise<T>) => {
    const known = new Map<string, Promise<T>>();
    return (id: string): Promise<T> => {
      const found = known.get(id) ?? find(id);
      known.set(id, found);
      return found;
    };
  };
  const isReadable = remembered(async (id) => {
    const channel = await cache.channel(id);
    if (!channel || channel.guildId !== guildId) return false;
    if (channel.type === ChannelType.PrivateThread && id !== channelId) return false;
    return ((await cache.memberPermissions(id, caller.userId, caller.roleIds)) & needed) === needed;
  });
  const isRestricted = remembered(async (id) => {
    const channel = await cache.channel(await channelAround(cache, id));
    // Of a channel that is gone, nobody can tell any more.
    return channel?.nsfw ?? true;
  });
  return {
    sees: async (image) => {
      const { shown_channel_id: shownIn } = image;
      if (image.author_id !== caller.userId) {
        const isHere = guildId !== null && image.guild_id === guildId;
        if (!isHere || shownIn === null || image.shown_message_id === null || !(await isReadable(shownIn)))
          return false;
      }
      // Direct messages have no age restriction, and may be unknown.
      const isOfDm = image.guild_id === null;
      return isOfDm || !(await isRestricted(image.channel_id)) || isRestricted(channelId);
    },
  };
}
