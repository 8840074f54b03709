import type { DrawnImage } from '../../../sdk/index.ts';
import type { ImageRequest } from '../request.ts';
import type { ImageSettings, Needs } from '../settings.ts';
import { isOpenToAdults } from './age.ts';
import { imageModerator, isNeverShown, moderateImages } from './moderation.ts';
import type { Asked, Category, Moderating } from './moderation.ts';

/** What may be shown of a drawing. */
export interface JudgedDrawing {
  /** With what each is hidden for; empty for those that are shown as they are. */
  shown: { drawn: DrawnImage; hiddenFor: Category[] }[];
  withheld: { count: number; categories: Category[] };
}

type Judging = Moderating & Needs<'images'>;

/** Large enough to see what it is of. */
const judged = { longestEdge: 1024, maxBytes: 4_000_000 };

/** Whether what is drawn is judged before it is shown: nothing may be shown of it sooner. */
export const judgesResults = (context: Pick<Judging, 'models'>, settings: ImageSettings): boolean =>
  imageModerator(context, settings) !== undefined;

/** Has images judged where a model does that, and decides by the settings what becomes of those that it flags. */
export async function judgeResults(
  context: Judging,
  asked: Asked & { request: Pick<ImageRequest, 'private'> },
  images: readonly DrawnImage[],
): Promise<JudgedDrawing> {
  const { settings, signal } = asked;
  const model = imageModerator(context, settings);
  const result: JudgedDrawing = { shown: [], withheld: { count: 0, categories: [] } };
  if (!model) return { ...result, shown: images.map((drawn) => ({ drawn, hiddenFor: [] })) };
  const files: Uint8Array[] = [];
  for (const { bytes } of images) files.push((await context.images.fit(bytes, judged, signal)).bytes);
  const flags = await moderateImages(context, asked, { model, images: files });
  const isAdult = await isOpenToAdults(context, asked);
  for (const [index, drawn] of images.entries()) {
    const found = flags[index] ?? [];
    const fate = found.length === 0 ? 'show' : fateOf(settings, isAdult, found);
    if (fate !== 'withhold') {
      result.shown.push({ drawn, hiddenFor: fate === 'spoiler' ? found : [] });
      continue;
    }
    result.withheld.count += 1;
    result.withheld.categories.push(...found);
  }
  return result;
}

function fateOf(
  { flaggedImages, flaggedAdultImages }: Pick<ImageSettings, 'flaggedImages' | 'flaggedAdultImages'>,
  isAdult: boolean,
  flags: readonly Category[],
): ImageSettings['flaggedAdultImages'] {
  if (isNeverShown(flags)) return 'withhold';
  return isAdult ? flaggedAdultImages : flaggedImages;
}
