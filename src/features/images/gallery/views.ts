import { z } from 'zod';
import { UserError } from '../../../kernel/errors.ts';
import { uuidFromName } from '../../../kernel/ids.ts';
import { drawModes } from '../../../sdk/index.ts';
import type { Call, ComponentCall } from '../../../sdk/index.ts';
import type { Needs } from '../settings.ts';
import { findView, insertView, turnPage } from './view-store.ts';

/** What a list shows. */
const view = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('gallery'),
    userId: z.string().optional(),
    mode: z.enum(drawModes).optional(),
    model: z.string().optional(),
    favourites: z.boolean().default(false),
    search: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal('log'),
    userId: z.string().optional(),
    channelId: z.string().optional(),
  }),
]);
export type View = z.output<typeof view>;
export type GalleryView = Extract<View, { kind: 'gallery' }>;
export type LogView = Extract<View, { kind: 'log' }>;

export interface OpenView<V extends View = View> {
  id: string;
  /** From 0; may be beyond the last. */
  page: number;
  view: V;
}

/** How long nobody may have turned a page of a list until it is deleted. */
export const viewMs = 7 * 86_400_000;

/** Keeps what a list shows, so that its buttons work after a restart. */
export async function keepView<V extends View>(
  { db, vault, clock }: Needs<'db' | 'vault' | 'clock'>,
  { caller, calledId }: Call,
  shown: V,
): Promise<OpenView<V>> {
  const id = uuidFromName(`images/view/${calledId}`);
  const ciphertext = await vault.encrypt(db, caller.userId, id, JSON.stringify(shown));
  await insertView(db, { id, author_id: caller.userId, ciphertext, used_at: new Date(clock.now()) });
  return { id, page: 0, view: shown };
}

/** The list that a button or menu is below, with its page turned. Throws a UserError when it is too old, or another's. */
export async function openView<Kind extends View['kind']>(
  { db, vault, clock }: Needs<'db' | 'vault' | 'clock'>,
  { id, caller }: Pick<ComponentCall, 'id' | 'caller'>,
  kind: Kind,
  step: -1 | 0 | 1,
): Promise<OpenView<Extract<View, { kind: Kind }>>> {
  const gone = (): UserError => new UserError('view-gone', 'the list is too old, or of another');
  const at = { id, authorId: caller.userId };
  const row = step === 0 ? await findView(db, at) : await turnPage(db, at, { step, usedAt: new Date(clock.now()) });
  const text = row && (await vault.decrypt(db, row.author_id, row.id, row.ciphertext));
  if (!row || !text) throw gone();
  const shown = view.parse(JSON.parse(text));
  if (shown.kind !== kind) throw gone();
  return { id, page: row.page, view: shown as Extract<View, { kind: Kind }> };
}

/** The page that there is: the wanted one, or the last. */
export function pageOf<T>(
  items: readonly T[],
  wanted: number,
  size: number,
): { page: number; pages: number; items: T[]; first: number } {
  const pages = Math.max(1, Math.ceil(items.length / size));
  const page = Math.min(Math.max(0, wanted), pages - 1);
  return { page, pages, first: page * size, items: items.slice(page * size, (page + 1) * size) };
}
