import { VendorError } from '../../../kernel/errors.ts';
import { isListed } from '../../../sdk/index.ts';
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
  return isListed(cache, spoilerChannels, place.channelId);
}

/** A member's roles, as far as hiding images needs them: most places hide none by role, and ask nobody. */
export async function rolesFor(
  { discord }: Needs<'discord'>,
  { spoiler, spoilerRoles }: Pick<ImageSettings, 'spoiler' | 'spoilerRoles'>,
  { guildId, userId }: { guildId: string | null; userId: string },
): Promise<readonly string[]> {
  if (guildId === null || spoiler === 'always' || spoilerRoles.length === 0) return [];
  try {
    return (await discord.actions.members.fetch(guildId, userId)).roles;
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable) throw error;
    // No member any more.
    return [];
  }
}
