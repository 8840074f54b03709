import { UserError } from '../../../kernel/errors.ts';
import { uuidFromName } from '../../../kernel/ids.ts';
import type { DrawnImage, Drawing, FinishedImage, Tx } from '../../../sdk/index.ts';
import type { JudgedDrawing } from '../guard/results.ts';
import { storageLimitOf } from '../guard/storage.ts';
import type { NewResult } from '../store.ts';
import { keptUntilMs } from '../kept-until.ts';
import { storeResults } from '../store.ts';
import { noteFor, uploadBytes } from './caption.ts';
import type { KeptImage, Withheld } from './kept.ts';
import type { DrawTask } from './task.ts';

const million = 1_000_000;

/** Under the same name in every run, so that buttons of one that died lead to it. */
const resultIdOf = (requestId: string, position: number): string =>
  uuidFromName(`images/result/${requestId}/${position}`);

/**
 * Makes images small enough to be shown, and stores them in one transaction. Undefined when the request was deleted, or has ended,
 * in the meantime. An image for which there is no room is shown all the same.
 */
export async function keepResults(
  task: DrawTask,
  drawing: Drawing,
  judged: JudgedDrawing,
): Promise<KeptImage[] | undefined> {
  const { row } = task;
  const maxBytes = await uploadBytes(task);
  const images: KeptImage[] = [];
  for (const [position, { drawn, hiddenFor }] of judged.shown.entries()) {
    const image = await finished(task, drawn, maxBytes);
    images.push({ id: resultIdOf(row.id, position), image, seed: drawn.seed ?? task.request.seed, hiddenFor });
  }
  return store(task, { ...drawing, withheld: judged.withheld }, images);
}

/** Without its caption: what is made of it later begins from the picture alone. */
function finished(task: DrawTask, drawn: DrawnImage, maxBytes: number): Promise<FinishedImage> {
  const options = { maxBytes, ...noteFor(task, drawn.seed) };
  return task.context.images.finish(drawn.bytes, options, task.run.signal);
}

/** First with every file; where one finds no room, again without those that have none. */
async function store(
  task: DrawTask,
  { outcome, modelId, withheld }: Pick<Drawing, 'outcome' | 'modelId'> & { withheld: Withheld },
  images: readonly KeptImage[],
): Promise<KeptImage[] | undefined> {
  const { context, row } = task;
  const kept = images.map((image): KeptImage => {
    const isTooLarge = image.image.bytes.length > context.settings.instance.maxImageMb * million;
    return isTooLarge ? { ...image, notKept: 'too-large' } : image;
  });
  const mostBytesOfOwner = await storageLimitOf(task);
  for (;;) {
    const full = { at: -1, why: 'quota' as 'quota' | 'disk-full' };
    try {
      const stored = await context.transaction(async (tx) => {
        const rows: NewResult[] = [];
        for (const [position, image] of kept.entries()) {
          full.at = position;
          const fileId = image.notKept === undefined ? await putFile(task, tx, image, mostBytesOfOwner) : null;
          rows.push(rowOf(row.id, position, image, fileId));
        }
        const ciphertext = await withReasons(task, tx, withheld);
        const about = { id: row.id, outcome, modelId, withheld: withheld.count };
        return storeResults(tx, { ...about, ...(ciphertext && { ciphertext }) }, rows);
      });
      return stored ? kept : undefined;
    } catch (error) {
      const why = whyNotKept(error);
      const image = kept[full.at];
      if (!why || !image) throw error;
      kept[full.at] = { ...image, notKept: why };
    }
  }
}

/** The request with what its images were flagged for. It is encrypted, because it tells of what was drawn for a person. */
async function withReasons(
  { context, row, request }: DrawTask,
  tx: Tx,
  { count, categories }: Withheld,
): Promise<Buffer | undefined> {
  if (count === 0) return undefined;
  const text = JSON.stringify({ ...request, withheldFor: [...new Set(categories)] });
  return context.vault.encrypt(tx, row.author_id, row.id, text);
}

function whyNotKept(error: unknown): KeptImage['notKept'] {
  if (!(error instanceof UserError)) return undefined;
  const known = {
    'files.quota': 'quota',
    'files.too-large': 'too-large',
    'files.disk-full': 'disk-full',
    'files.away': 'away',
  } as const;
  return Object.hasOwn(known, error.code) ? known[error.code as keyof typeof known] : undefined;
}

async function putFile(
  { context, row }: DrawTask,
  tx: Tx,
  { image }: KeptImage,
  mostBytesOfOwner: number | null,
): Promise<string> {
  const expiresAtMs = keptUntilMs(context);
  const file = await context.files.put(tx, {
    owner: { kind: 'user', id: row.author_id },
    kind: 'image',
    bytes: image.bytes,
    mostBytesOfOwner,
    ...(expiresAtMs !== null && { expiresAtMs }),
  });
  return file.id;
}

const rowOf = (
  requestId: string,
  position: number,
  { id, image, seed, hiddenFor }: KeptImage,
  fileId: string | null,
): NewResult => ({
  ...{ id, position, seed: seed ?? null, hidden_for: [...hiddenFor] },
  request_id: requestId,
  file_id: fileId,
  content_type: image.contentType,
  width: image.width,
  height: image.height,
  size_bytes: image.bytes.length,
});
