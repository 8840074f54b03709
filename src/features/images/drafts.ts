import { UserError } from '../../kernel/errors.ts';
import { uuidFromName } from '../../kernel/ids.ts';
import type { ComponentCall, OutgoingMessage, Translate } from '../../sdk/index.ts';
import { imageRequest } from './request.ts';
import type { ImageContext, Needs } from './settings.ts';
import { deleteDraftsBefore, insertDraft, takeDraft } from './draft-store.ts';
import { submitImages } from './submit.ts';
import type { Submission, Submitted } from './submit.ts';
import { button, rows } from './view/buttons.ts';
import { dollars } from './view/caption.ts';

/** Prices may be others later. */
const draftMs = 15 * 60_000;
/** As `targets.ts` needs them. */
const keptMs = 60 * 60_000;

/** Keeps a request until its price is agreed to. Returns its id: always the same for the same call. */
export async function keepDraft(
  { db, vault, clock }: Needs<'db' | 'vault' | 'clock'>,
  { cameAs, caller, place, messageId, model, request }: Submission,
): Promise<string> {
  const id = uuidFromName(`images/draft/${cameAs}`);
  const text = JSON.stringify(imageRequest.parse(request));
  await insertDraft(db, {
    ...{ id, author_id: caller.userId, channel_id: place.channelId, message_id: messageId, model_id: model.id },
    ciphertext: await vault.encrypt(db, caller.userId, id, text),
    made_at: new Date(clock.now()),
  });
  return id;
}

/** Tells the price, with a button that agrees to it. */
export const priceQuestion = (
  { draftId, micros }: { draftId: string; micros: number },
  t: Translate,
): OutgoingMessage => ({
  content: t('dear', { price: dollars(micros) }),
  components: rows([
    { ...button('confirm', draftId, t, { emoji: '💸' }), label: t('buttons.confirm', { price: dollars(micros) }) },
  ]),
});

/** Begins what its asker has agreed to pay. */
export async function confirmDraft(context: ImageContext, call: ComponentCall): Promise<Submitted> {
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
    },
    request: imageRequest.parse(JSON.parse(text)),
  });
}

/** Deletes what nobody agreed to in time. */
export async function expireDrafts({ db, clock }: Needs<'db' | 'clock'>): Promise<void> {
  await deleteDraftsBefore(db, new Date(clock.now() - keptMs));
}
