import { UserError } from '../../../kernel/errors.ts';
import type { Call, ComponentCall, OutgoingMessage } from '../../../sdk/index.ts';
import { openRequest, reached } from '../actions/reach.ts';
import type { ImageSource } from '../request.ts';
import { isHidden } from '../guard/spoiler.ts';
import type { ImageContext } from '../settings.ts';
import { findRequest, findResult } from '../store.ts';
import { candidatesById, childLinks, parentLinks } from './find-store.ts';
import type { Candidate, Link } from './find-store.ts';
import { sightOf } from './sight.ts';
import { drawingMs, endingOf, loadSmall } from './thumbnails.ts';

/** What is drawn on one image. */
const mostShown = 40;
/** So that an image with many descendants shows where it comes from, too. */
const mostAncestors = 20;

/** Shows what an image was made of and what was made of it. */
export async function showTree(context: ImageContext, call: ComponentCall): Promise<void> {
  const { result } = await reached(context, call);
  await call.reply(await treeOf(context, call, result.id));
}

/** The same of an image that a command names. */
export async function treeOfSource(context: ImageContext, call: Call, source: ImageSource): Promise<OutgoingMessage> {
  if (source.kind !== 'result') throw new UserError('tree.foreign', 'the image is not one of the bot');
  const result = await findResult(context.db, source.id);
  const row = result && (await findRequest(context.db, result.request_id));
  if (!row || !(await sightOf(context, call).sees(row))) throw new UserError('image-gone', 'it is not kept any more');
  return treeOf(context, call, source.id);
}

interface Relatives {
  ids: string[];
  links: Link[];
  /** There are more than are shown. */
  isCut: boolean;
}

async function treeOf(context: ImageContext, call: Call, rootId: string): Promise<OutgoingMessage> {
  const { t } = call;
  const sight = sightOf(context, call);
  const isSeen = async (ids: readonly string[]): Promise<Candidate[]> => {
    const seen: Candidate[] = [];
    for (const one of await candidatesById(context.db, ids)) if (await sight.sees(one)) seen.push(one);
    return seen;
  };
  const up = await walk(context, rootId, { isSeen, towards: 'parents', most: mostAncestors });
  const down = await walk(context, rootId, { isSeen, towards: 'children', most: mostShown - 1 - up.ids.length });
  if (up.ids.length + down.ids.length === 0) return { content: t('tree.alone') };
  const ids = [...up.ids.toReversed(), rootId, ...down.ids];
  const image = await drawTree(context, ids, [...up.links, ...down.links]);
  const content = [
    t('tree.title', {
      from: t('info.count', { count: up.ids.length }),
      to: t('info.count', { count: down.ids.length }),
    }),
    ...(up.isCut || down.isCut ? [t('tree.cut', { count: mostShown })] : []),
  ].join('\n');
  const file = {
    name: `family-tree.${endingOf(image.contentType)}`,
    contentType: image.contentType,
    data: image.bytes,
  };
  const { isSpoiler } = image;
  return { content, files: [{ ...file, ...(isSpoiler && { spoiler: true }) }] };
}

/** Nearest first, generation by generation; an image that the caller may not see hides what is behind it. */
async function walk(
  { db }: Pick<ImageContext, 'db'>,
  rootId: string,
  {
    isSeen,
    towards,
    most,
  }: {
    isSeen: (ids: readonly string[]) => Promise<Candidate[]>;
    towards: 'parents' | 'children';
    most: number;
  },
): Promise<Relatives> {
  const known = new Set([rootId]);
  const all: Link[] = [];
  let generation = [rootId];
  for (;;) {
    const links = towards === 'parents' ? await parentLinks(db, generation) : await childLinks(db, generation);
    all.push(...links);
    const next = [...new Set(links.map((link) => (towards === 'parents' ? link.parentId : link.childId)))];
    const seen = new Set((await isSeen(next.filter((id) => !known.has(id)))).map(({ id }) => id));
    // In the order of the links.
    generation = next.filter((id) => seen.has(id));
    const room = most + 1 - known.size;
    for (const id of generation.slice(0, room)) known.add(id);
    const isCut = generation.length > room;
    if (generation.length === 0 || isCut) {
      const ids = [...known].slice(1);
      return { ids, isCut, links: all.filter(({ childId, parentId }) => known.has(childId) && known.has(parentId)) };
    }
  }
}

async function drawTree(context: ImageContext, ids: readonly string[], links: readonly Link[]) {
  const signal = AbortSignal.timeout(drawingMs);
  const rows = new Map((await candidatesById(context.db, ids)).map((row) => [row.id, row]));
  const images: { id: string; label: string; bytes: Uint8Array; parentIds: string[] }[] = [];
  let isSpoiler = false;
  for (const [index, id] of ids.entries()) {
    const row = rows.get(id);
    const bytes = row && (await loadSmall(context, id, signal));
    if (!row || !bytes) continue;
    const request = await openRequest(context, { ...row, id: row.request_id });
    isSpoiler ||= isHidden(request, row);
    const parentIds = [...new Set(links.filter(({ childId }) => childId === id).map(({ parentId }) => parentId))];
    images.push({ id, label: String(index + 1), bytes, parentIds });
  }
  const drawn = new Set(images.map(({ id }) => id));
  const whole = images.map((image) => ({ ...image, parentIds: image.parentIds.filter((id) => drawn.has(id)) }));
  return { ...(await context.images.tree(whole, signal)), isSpoiler };
}
