import { VendorError } from '../../../kernel/errors.ts';
import { isListed } from '../../../sdk/index.ts';
import type { Caller } from '../../../sdk/index.ts';
import { isSpoilerName } from '../api.ts';
import type { ImagePlace } from '../models.ts';
import { imageRequest } from '../request.ts';
import type { ImageSource } from '../request.ts';
import type { ImageSettings, Needs } from '../settings.ts';
import { findRequest, findResult } from '../store.ts';

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
    const isHidden =
      input.kind === 'result'
        ? await isHiddenResult(context, input.id)
        : input.spoiler === true || isSpoilerName(input.filename);
    if (isHidden) return true;
  }
  return false;
}

async function isHiddenResult({ db, vault }: Needs<'db' | 'vault'>, id: string): Promise<boolean> {
  const result = await findResult(db, id);
  const row = result && (await findRequest(db, result.request_id));
  if (!row) return false;
  if (result.hidden_for.length > 0) return true;
  const text = await vault.decrypt(db, row.author_id, row.id, row.ciphertext);
  return text !== null && imageRequest.parse(JSON.parse(text)).spoiler;
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
