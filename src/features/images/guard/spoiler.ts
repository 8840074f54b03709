import { VendorError } from '../../../kernel/errors.ts';
import { isListed, isSpoilerName } from '../../../sdk/index.ts';
import type { Caller } from '../../../sdk/index.ts';
import type { ImagePlace } from '../models.ts';
import { openRequest } from '../actions/reach.ts';
import type { ImageRequest, ImageSource } from '../request.ts';
import type { ImageSettings, Needs } from '../settings.ts';
import { findRequest, findResult } from '../store.ts';
import type { ResultRow } from '../store.ts';

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

/** Whether one of the images that a request begins from is hidden: what is made of it is hidden, too. */
export async function isOfSpoiler(context: Needs<'db' | 'vault'>, inputs: readonly ImageSource[]): Promise<boolean> {
  for (const input of inputs) {
    const isSo =
      input.kind === 'result'
        ? await isHiddenResult(context, input.id)
        : input.spoiler === true || isSpoilerName(input.filename);
    if (isSo) return true;
  }
  return false;
}

async function isHiddenResult(context: Needs<'db' | 'vault'>, id: string): Promise<boolean> {
  const result = await findResult(context.db, id);
  const row = result && (await findRequest(context.db, result.request_id));
  return result !== undefined && row !== undefined && isHidden(await openRequest(context, row), result);
}

/** Whether an image is shown as a spoiler: as it was asked for, or for what moderation found in it. */
export const isHidden = (
  { spoiler }: Pick<ImageRequest, 'spoiler'>,
  { hidden_for: hiddenFor }: Pick<ResultRow, 'hidden_for'>,
): boolean => spoiler || hiddenFor.length > 0;

/** A member's roles, as far as hiding images needs them: most places hide none by role, and ask nobody. */
export async function rolesFor(
  { discord }: Needs<'discord'>,
  { spoiler, spoilerRoles }: Pick<ImageSettings, 'spoiler' | 'spoilerRoles'>,
  { guildId, userId }: { guildId: string | null; userId: string },
): Promise<readonly string[]> {
  if (guildId === null || spoiler === 'always' || spoilerRoles.length === 0) return [];
  return memberRoles({ discord }, guildId, userId);
}

/** None of a person who is no member any more. */
export async function memberRoles(
  { discord }: Needs<'discord'>,
  guildId: string,
  userId: string,
): Promise<readonly string[]> {
  try {
    return (await discord.actions.members.fetch(guildId, userId)).roles;
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable) throw error;
    return [];
  }
}
