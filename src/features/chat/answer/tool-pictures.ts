import { VendorError } from '../../../kernel/errors.ts';
import { picturePart } from '../../../sdk/index.ts';
import type { ContentPart, ModelInfo } from '../../../sdk/index.ts';
import { decodable, pictureLimit, wantedPicture } from '../prompt/question-files.ts';
import type { HeldFiles } from '../prompt/question-files.ts';
import type { MadeFile } from '../view/answer-files.ts';
import type { AnswerTask } from './task.ts';

type PicturePart = Extract<ContentPart, { type: 'file' }>;

const isVisible = ({ mediaType, sizeBytes }: MadeFile): boolean =>
  decodable.includes(mediaType) && sizeBytes <= pictureLimit.bytes;

/**
 * The pictures that a tool made, for a model that sees, within the limits of people's own: `earlier` are those that the model
 * has seen of this answer. One that cannot be prepared is only named to it.
 */
export async function picturesFor(
  { context, run }: Pick<AnswerTask, 'context' | 'run'>,
  model: ModelInfo,
  { made, earlier, held }: { made: readonly MadeFile[]; earlier: readonly MadeFile[]; held: HeldFiles },
): Promise<PicturePart[]> {
  if (!model.abilities.vision) return [];
  const most = pictureLimit.count - earlier.filter(isVisible).length;
  const parts: PicturePart[] = [];
  for (const { id, sizeBytes } of made.filter(isVisible).slice(0, Math.max(0, most))) {
    const lease = context.fileBytes.add(sizeBytes);
    try {
      const found = await context.files.read(id);
      if (!found) continue;
      const picture = await context.pictures.prepare(found.bytes, wantedPicture(context, model), run.signal);
      held.add(picture.data.length);
      parts.push(picturePart(picture));
    } catch (error) {
      if (!(error instanceof VendorError)) throw error;
      context.logger.warn({ error }, 'A picture of a tool could not be prepared.');
    } finally {
      lease.release();
    }
  }
  return parts;
}
