import { uuidFromName } from '../../kernel/ids.ts';
import type { OutgoingMessage, Translate } from '../../sdk/index.ts';
import { imageRequest } from './request.ts';
import type { Needs } from './settings.ts';
import { deleteDraftsBefore, insertDraft } from './draft-store.ts';
import type { Submission } from './submission.ts';
import { button, rows } from './view/buttons.ts';
import { dollars } from './view/caption.ts';

/** Prices may be others later. */
export const draftMs = 15 * 60_000;
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

/** Deletes what nobody agreed to in time. */
export async function expireDrafts({ db, clock }: Needs<'db' | 'clock'>): Promise<void> {
  await deleteDraftsBefore(db, new Date(clock.now() - keptMs));
}
