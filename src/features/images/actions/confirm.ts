import { MessageFlags } from 'discord-api-types/v10';
import { UserError, VendorError } from '../../../kernel/errors.ts';
import type { AbilityModel, ComponentCall } from '../../../sdk/index.ts';
import { takeDraft } from '../draft-store.ts';
import { draftMs } from '../drafts.ts';
import { imageRequest } from '../request.ts';
import type { ImageRequest } from '../request.ts';
import type { ImageContext } from '../settings.ts';
import type { Submitted } from '../submission.ts';
import { submitImages } from '../submit.ts';
import { receiptOf } from '../view/receipt.ts';

interface OpenDraft {
  id: string;
  messageId: string | null;
  model: AbilityModel;
  request: ImageRequest;
}

/** Takes a request that waited for its asker; once. Throws a UserError when it is too old, another's, or of another channel. */
export async function openDraft(context: ImageContext, { id, caller, channelId }: ComponentCall): Promise<OpenDraft> {
  const draft = await takeDraft(context.db, id, caller.userId, new Date(context.clock.now() - draftMs));
  if (!draft || draft.channel_id !== channelId) throw new UserError('draft-gone', 'it is not theirs, or too old');
  const text = await context.vault.decrypt(context.db, draft.author_id, draft.id, draft.ciphertext);
  const model = context.models.abilities.find('draw', draft.model_id);
  if (text === null || !model) throw new UserError('draft-gone', 'it is not kept any more');
  return { id: draft.id, messageId: draft.message_id, model, request: imageRequest.parse(JSON.parse(text)) };
}

/** Begins what its asker has agreed to pay. */
export async function confirmDraft(
  context: ImageContext,
  call: ComponentCall,
  { isUnhurried = false }: { isUnhurried?: boolean } = {},
): Promise<Submitted> {
  const { caller, channelId, guildId } = call;
  const { id: cameAs, ...draft } = await openDraft(context, call);
  return submitImages(context, {
    ...{ cameAs, caller, place: { guildId, channelId }, ...draft },
    ...{ isConfirmed: true, isUnhurried },
  });
}

/**
 * Ends the question that a press answered: one that only its asker sees becomes the receipt, one that the whole channel sees
 * is deleted, since its button leads nowhere any more.
 */
export async function endQuestion(
  { discord, logger }: Pick<ImageContext, 'discord' | 'logger'>,
  call: ComponentCall,
  submitted: Submitted,
): Promise<void> {
  const receipt = receiptOf(submitted, call.t);
  const { message } = call;
  if (!message || ((message.flags ?? 0) & MessageFlags.Ephemeral) !== 0) {
    return call.update({ components: [], files: [], ...receipt });
  }
  await call.reply(receipt);
  try {
    await discord.actions.delete(call.channelId, message.id);
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    logger.debug({ error }, 'A question that was answered could not be deleted.');
  }
}
