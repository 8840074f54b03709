import { ComponentType } from 'discord-api-types/v10';
import type { APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { customId } from '../../../sdk/index.ts';
import type { Call, ComponentCall, OutgoingMessage, SuggestCall, Translate } from '../../../sdk/index.ts';
import { openRequest } from '../actions/reach.ts';
import { imageRequest } from '../request.ts';
import type { ImageRequest } from '../request.ts';
import { isHidden } from '../guard/spoiler.ts';
import type { ImageContext } from '../settings.ts';
import { button, rows } from '../view/buttons.ts';
import { quoted, shortModel } from '../view/caption.ts';
import { findCandidates, modelsSeen } from './find-store.ts';
import type { Candidate } from './find-store.ts';
import { sightOf } from './sight.ts';
import { drawingMs, endingOf, loadSmall } from './thumbnails.ts';
import { setPage } from './view-store.ts';
import { openView, pageOf } from './views.ts';
import type { GalleryView, OpenView } from './views.ts';

/** On one sheet, and in one menu. */
export const sheetSize = 9;
const labelCharacters = 80;

/** Turns the pages of a gallery. */
export async function turnGallery(context: ImageContext, call: ComponentCall, step: -1 | 1): Promise<void> {
  const open = await openView(context, call, 'gallery', step);
  await call.update(await galleryPage(context, call, open));
}

/** One page of the images that match, for the caller alone. */
export async function galleryPage(
  context: ImageContext,
  call: Call,
  { id, page: wanted, view }: OpenView<GalleryView>,
): Promise<OutgoingMessage> {
  const { t } = call;
  const found = await visibleImages(context, call, view);
  const { page, pages, first, items } = pageOf(found, wanted, sheetSize);
  if (page !== wanted) await setPage(context.db, id, page);
  const lines = [t('gallery.title', { count: found.length }), ...filterLine(view, t)];
  if (items.length === 0) return { content: [...lines, t('gallery.empty')].join('\n'), components: [], files: [] };
  const shown = await sheetOf(context, numbered(items, first + 1));
  const content = [...lines, t('gallery.page', { page: page + 1, pages })].join('\n');
  return {
    content,
    files: [shown.file],
    components: [menuOf(shown.images, t), ...pageButtons('gallery', { id, page, pages }, t)],
  };
}

/** Those that the caller may see, newest first. */
async function visibleImages(context: ImageContext, call: Call, view: GalleryView): Promise<Candidate[]> {
  const { caller, guildId } = call;
  const sight = sightOf(context, call);
  const visible: Candidate[] = [];
  for (const image of await findCandidates(context.db, { viewerId: caller.userId, guildId, ...view })) {
    if (await sight.sees(image)) visible.push(image);
  }
  const { search } = view;
  return search === undefined ? visible : searched(context, visible, search.toLowerCase());
}

async function searched(
  { db, vault }: Pick<ImageContext, 'db' | 'vault'>,
  images: readonly Candidate[],
  words: string,
): Promise<Candidate[]> {
  const read = vault.reader(db);
  const byRequest = new Map<string, boolean>();
  const matching: Candidate[] = [];
  for (const image of images) {
    const { request_id: id, author_id: authorId, ciphertext } = image;
    if (!byRequest.has(id)) {
      const text = await read(authorId, id, ciphertext);
      const prompt = text === null ? '' : imageRequest.parse(JSON.parse(text)).prompt;
      byRequest.set(id, prompt.toLowerCase().includes(words));
    }
    if (byRequest.get(id)) matching.push(image);
  }
  return matching;
}

function filterLine({ userId, mode, model, favourites, search }: GalleryView, t: Translate): string[] {
  const filters = [
    ...(userId === undefined ? [] : [`<@${userId}>`]),
    ...(mode === undefined ? [] : [t(`modes.${mode}`)]),
    ...(model === undefined ? [] : [quoted(shortModel(model), 100)]),
    ...(favourites ? [t('gallery.favourites')] : []),
    ...(search === undefined ? [] : [t('gallery.search', { words: quoted(search, 100) })]),
  ];
  return filters.length === 0 ? [] : [`-# ${filters.join(' · ')}`];
}

/** Numbers images in their order. */
export const numbered = <Image>(images: readonly Image[], first: number): { number: number; image: Image }[] =>
  images.map((image, index) => ({ number: first + index, image }));

export interface SheetEntry {
  id: string;
  /** What is drawn below it. */
  number: number;
  request: ImageRequest;
}

/** A sheet of images with their numbers; hidden where one of them is. */
export async function sheetOf(
  context: ImageContext,
  images: readonly {
    number: number;
    image: Pick<Candidate, 'id' | 'request_id' | 'author_id' | 'ciphertext' | 'hidden_for'>;
  }[],
): Promise<{ images: SheetEntry[]; file: NonNullable<OutgoingMessage['files']>[number] }> {
  const signal = AbortSignal.timeout(drawingMs);
  const entries: SheetEntry[] = [];
  const drawn: { bytes: Uint8Array; label: string }[] = [];
  let isSpoiler = false;
  for (const { number, image: of } of images) {
    const { id, request_id: requestId, ...image } = of;
    const request = await openRequest(context, { ...image, id: requestId });
    const bytes = await loadSmall(context, id, signal);
    if (!bytes) continue;
    entries.push({ id, number, request });
    isSpoiler ||= isHidden(request, image);
    drawn.push({ bytes, label: String(number) });
  }
  const { bytes, contentType } = await context.images.sheet(drawn, signal);
  const description = entries.map(({ number, request }) => `${number}: ${request.prompt}`).join('\n');
  const file = {
    ...{ name: `images.${endingOf(contentType)}`, contentType, data: bytes },
    description: description.slice(0, 1024),
    ...(isSpoiler && { spoiler: true }),
  };
  return { images: entries, file };
}

/** Opens one image of a sheet, with everything that can be done with it. */
export function menuOf(images: readonly SheetEntry[], t: Translate): APIMessageTopLevelComponent {
  return {
    type: ComponentType.ActionRow,
    components: [
      {
        type: ComponentType.StringSelect,
        custom_id: customId('images', 'pick', images[0]?.id ?? ''),
        placeholder: t('gallery.open'),
        options: images.map(({ id, number, request }) => ({
          label: `${number}: ${labelOf(request, t)}`,
          value: id,
        })),
      },
    ],
  };
}

function labelOf({ prompt, mode }: ImageRequest, t: Translate): string {
  const line = prompt.replaceAll(/\s+/g, ' ').trim();
  const label = line === '' ? t(`modes.${mode}`) : line;
  return [...label].slice(0, labelCharacters).join('');
}

/** Back and next, where there is more than one page. */
export function pageButtons(
  kind: 'gallery' | 'log',
  { id, page, pages }: { id: string; page: number; pages: number },
  t: Translate,
): APIMessageTopLevelComponent[] {
  if (pages <= 1) return [];
  return rows([
    { ...button(`${kind}-back`, id, t, { emoji: '◀️' }), label: t('buttons.back'), disabled: page === 0 },
    { ...button(`${kind}-next`, id, t, { emoji: '▶️' }), label: t('buttons.next'), disabled: page + 1 >= pages },
  ]);
}

/** Models of images that the caller may see here. */
export async function suggestGalleryModels(context: ImageContext, call: SuggestCall) {
  const { caller, guildId } = call;
  const models = await modelsSeen(context.db, { userId: caller.userId, guildId });
  const typed = call.text.toLowerCase();
  const fitting = models.filter((id) => id.length <= 100 && id.toLowerCase().includes(typed));
  return fitting.slice(0, 25).map((id) => ({ name: id, value: id }));
}
