import { UserError } from '../../../kernel/errors.ts';
import type { ComponentCall } from '../../../sdk/index.ts';
import { takeDraft } from '../draft-store.ts';
import { draftMs } from '../drafts.ts';
import { imageRequest } from '../request.ts';
import type { ImageContext } from '../settings.ts';
import type { Submitted } from '../submission.ts';
import { submitImages } from '../submit.ts';

/** Begins what its asker has agreed to pay. */
export async function confirmDraft(
  context: ImageContext,
  call: ComponentCall,
  { isUnhurried = false }: { isUnhurried?: boolean } = {},
): Promise<Submitted> {
  const { caller, channelId, guildId } = call;
  const draft = await takeDraft(context.db, call.id, caller.userId, new Date(context.clock.now() - draftMs));
  if (!draft || draft.channel_id !== channelId) throw new UserError('draft-gone', 'it is not theirs, or too old');
  const text = await context.vault.decrypt(context.db, draft.author_id, draft.id, draft.ciphertext);
  const model = context.models.abilities.find('draw', draft.model_id);
  if (text === null || !model) throw new UserError('draft-gone', 'it is not kept any more');
  return submitImages(context, {
    ...{
      cameAs: draft.id,
      caller,
      place: { guildId, channelId },
      messageId: draft.message_id,
      model,
      isConfirmed: true,
      isUnhurried,
    },
    request: imageRequest.parse(JSON.parse(text)),
  });
}
