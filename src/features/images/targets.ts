import { UserError } from '../../kernel/errors.ts';
import { uuidFromName } from '../../kernel/ids.ts';
import type { Call } from '../../sdk/index.ts';
import { findDraft, insertDraft, takeDraft } from './draft-store.ts';
import { imageRequest } from './request.ts';
import type { ImageSource } from './request.ts';
import type { ImagesDraftTable } from './schema.ts';
import type { Needs } from './settings.ts';

/** As long as a form may stay open. */
const targetMs = 60 * 60_000;

/** Keeps which image a form is about, or which ones a menu offers, since an address is longer than a custom id. Returns its id. */
export async function keepTarget(
  { db, vault, clock }: Needs<'db' | 'vault' | 'clock'>,
  { caller, channelId, calledId }: Call,
  sources: readonly ImageSource[],
): Promise<string> {
  const id = uuidFromName(`images/target/${calledId}`);
  const text = JSON.stringify(imageRequest.parse({ mode: 'edit', prompt: '', inputs: [...sources] }));
  await insertDraft(db, {
    ...{ id, author_id: caller.userId, channel_id: channelId, message_id: null, model_id: '' },
    ciphertext: await vault.encrypt(db, caller.userId, id, text),
    made_at: new Date(clock.now()),
  });
  return id;
}

type Asked = { id: string } & Pick<Call, 'caller'>;

/** The image that a form is about; once. Throws a UserError when it is too old, or another's. */
export async function openTarget(
  context: Needs<'db' | 'vault' | 'clock'>,
  { id, caller }: Asked,
): Promise<ImageSource> {
  const { db, clock } = context;
  const draft = await takeDraft(db, id, caller.userId, new Date(clock.now() - targetMs));
  const [source] = await sourcesIn(context, draft);
  if (!source) throw new UserError('image-gone', 'the form is too old');
  return source;
}

/** One of those that a menu offers, as often as it is chosen. Throws a UserError when it is too old, or another's. */
export async function findTarget(
  context: Needs<'db' | 'vault' | 'clock'>,
  { id, caller }: Asked,
  index: number,
): Promise<ImageSource> {
  const { db, clock } = context;
  const draft = await findDraft(db, id, caller.userId, new Date(clock.now() - targetMs));
  const source = (await sourcesIn(context, draft))[index];
  if (!source) throw new UserError('image-gone', 'the menu is too old');
  return source;
}

async function sourcesIn(
  { db, vault }: Needs<'db' | 'vault'>,
  draft: ImagesDraftTable | undefined,
): Promise<ImageSource[]> {
  const text = draft && (await vault.decrypt(db, draft.author_id, draft.id, draft.ciphertext));
  return text ? imageRequest.parse(JSON.parse(text)).inputs : [];
}
