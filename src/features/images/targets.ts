import { UserError } from '../../kernel/errors.ts';
import { uuidFromName } from '../../kernel/ids.ts';
import type { Call } from '../../sdk/index.ts';
import { insertDraft, takeDraft } from './draft-store.ts';
import { imageRequest } from './request.ts';
import type { ImageSource } from './request.ts';
import type { Needs } from './settings.ts';

/** As long as a form may stay open. */
const targetMs = 60 * 60_000;

/** Keeps which image a form is about, since an address is longer than a custom id. Returns its id. */
export async function keepTarget(
  { db, vault, clock }: Needs<'db' | 'vault' | 'clock'>,
  { caller, channelId, calledId }: Call,
  source: ImageSource,
): Promise<string> {
  const id = uuidFromName(`images/target/${calledId}`);
  const text = JSON.stringify(imageRequest.parse({ mode: 'edit', prompt: '', inputs: [source] }));
  await insertDraft(db, {
    ...{ id, author_id: caller.userId, channel_id: channelId, message_id: null, model_id: '' },
    ciphertext: await vault.encrypt(db, caller.userId, id, text),
    made_at: new Date(clock.now()),
  });
  return id;
}

/** The image that a form is about; once. Throws a UserError when it is too old, or another's. */
export async function openTarget(
  { db, vault, clock }: Needs<'db' | 'vault' | 'clock'>,
  { id, caller }: { id: string } & Pick<Call, 'caller'>,
): Promise<ImageSource> {
  const draft = await takeDraft(db, id, caller.userId, new Date(clock.now() - targetMs));
  const text = draft && (await vault.decrypt(db, draft.author_id, draft.id, draft.ciphertext));
  const [source] = text ? imageRequest.parse(JSON.parse(text)).inputs : [];
  if (!source) throw new UserError('image-gone', 'the form is too old');
  return source;
}
