import { UserError } from '../../../kernel/errors.ts';
import { channelAround } from '../../../sdk/index.ts';
import type { ImagePlace } from '../models.ts';
import { parentsOf } from '../request.ts';
import type { ImageRequest } from '../request.ts';
import type { ImageSettings, Needs } from '../settings.ts';
import { hasAdult } from '../store.ts';
import { isAdultModel } from './adult-models.ts';

/** Whether a channel, or the channel of a thread, is age-restricted. Direct messages are not. */
async function isAgeRestricted(
  { discord: { cache } }: Needs<'discord'>,
  { guildId, channelId }: ImagePlace,
): Promise<boolean> {
  if (guildId === null) return false;
  return (await cache.channel(await channelAround(cache, channelId)))?.nsfw ?? false;
}

/** Whether images for adults may be shown where a request shows them: what is private is shown in direct messages. */
export async function isOpenToAdults(
  context: Needs<'discord'>,
  { place, settings, request }: Pick<Asked, 'place' | 'settings'> & { request: Pick<ImageRequest, 'private'> },
): Promise<boolean> {
  const isDirect = place.guildId === null || request.private;
  return isDirect ? settings.adultInDirectMessages : isAgeRestricted(context, place);
}

interface Asked {
  place: ImagePlace;
  settings: ImageSettings;
  modelId: string;
  request: Pick<ImageRequest, 'inputs' | 'private'>;
}

/**
 * Whether a request is for adults: by its channel, its model or what it begins from. Throws a UserError where it may not be
 * shown.
 */
export async function checkAge(
  context: Needs<'db' | 'discord'>,
  { place, settings, modelId, request }: Asked,
): Promise<boolean> {
  const restricted = await isAgeRestricted(context, place);
  const isOpen = await isOpenToAdults(context, { place, settings, request });
  const byModel = isAdultModel(settings, modelId);
  if (byModel && !isOpen) throw new UserError('adult.model', 'age-restricted channels only', { model: modelId });
  const byParent = await hasAdult(context.db, parentsOf(request));
  if (byParent && !isOpen) throw new UserError('adult.image', 'it is from an age-restricted channel');
  return restricted || byModel || byParent;
}
