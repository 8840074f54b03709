import { channelAround } from '../../../sdk/index.ts';
import type { Caller } from '../../../sdk/index.ts';
import type { ImagePlace } from '../models.ts';
import type { ImageSettings, Needs } from '../settings.ts';

/** Whether images are hidden until a member clicks them, whatever was asked: by the setting, the asker's roles or the channel. */
export async function isSpoiler(
  { discord: { cache } }: Needs<'discord'>,
  { spoiler, spoilerRoles, spoilerChannels }: Pick<ImageSettings, 'spoiler' | 'spoilerRoles' | 'spoilerChannels'>,
  { place, caller }: { place: ImagePlace; caller: Pick<Caller, 'roleIds'> },
): Promise<boolean> {
  if (spoiler === 'always') return true;
  if (caller.roleIds.some((id) => spoilerRoles.includes(id))) return true;
  if (spoilerChannels.length === 0) return false;
  if (spoilerChannels.includes(place.channelId)) return true;
  const channel = await cache.channel(await channelAround(cache, place.channelId));
  return (
    channel !== undefined && [channel.id, channel.name].some((one) => one !== null && spoilerChannels.includes(one))
  );
}
