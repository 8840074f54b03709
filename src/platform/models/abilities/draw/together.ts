import { translateModelError, wasTurnedAway } from '../../errors.ts';
import { NOTHING_USED, unreadable } from '../call.ts';
import type { Attempt } from '../call.ts';
import type { DrawEvent, DrawnImage, DrawWork } from '../port.ts';

/** What one request brought. */
export interface Drawn {
  images: DrawnImage[];
  /** `blurred`: the images are hidden ones. `done` or `partial` unless given. */
  outcome?: 'blurred' | 'refused';
  /** Images that the provider charges for: those that it gave, unless told. */
  charged?: number;
}

/** One request to the provider. `tell` shows an unfinished image. */
export type Request = (tell: (image: DrawnImage) => void) => Promise<Drawn>;

/**
 * Sends all requests of one drawing at once, and makes one result of theirs. A failure among them counts only where no
 * other request brought an image. What is used is told before the end.
 */
export async function* together(
  attempt: Attempt,
  { modelId, work }: { modelId: string; work: DrawWork },
  requests: readonly Request[],
): AsyncGenerator<DrawEvent, void> {
  const unfinished: DrawnImage[] = [];
  let settled: PromiseSettledResult<Drawn>[] | undefined;
  let changed = Promise.withResolvers<void>();
  const tell = (image: DrawnImage): void => {
    unfinished.push(image);
    changed.resolve();
  };
  void Promise.allSettled(requests.map(async (request) => request(tell))).then((all) => {
    settled = all;
    changed.resolve();
  });
  for (let index = 0; settled === undefined;) {
    await changed.promise;
    changed = Promise.withResolvers();
    const newest = unfinished.splice(0).at(-1);
    if (newest && index < (work.previews ?? 0)) yield { type: 'preview', image: newest, index: index++ };
  }
  yield conclude(attempt, modelId, work, settled);
}

function conclude(
  attempt: Attempt,
  modelId: string,
  work: DrawWork,
  settled: readonly PromiseSettledResult<Drawn>[],
): DrawEvent {
  const { provider, clock } = attempt;
  const isRefusal = (error: unknown): boolean =>
    translateModelError(provider, error, clock.now()).code === 'model/refused';
  const drawn: Drawn[] = [];
  const failures: unknown[] = [];
  for (const result of settled) {
    if (result.status === 'fulfilled') drawn.push(result.value);
    else if (isRefusal(result.reason)) drawn.push({ images: [], outcome: 'refused' });
    else failures.push(result.reason);
  }
  const clear = drawn.filter(({ outcome }) => outcome === undefined).flatMap(({ images }) => images);
  const hidden = drawn.filter(({ outcome }) => outcome === 'blurred').flatMap(({ images }) => images);
  const isRefused = drawn.some(({ outcome }) => outcome === 'refused');
  const isBlurred = drawn.some(({ outcome }) => outcome === 'blurred');
  if (clear.length === 0 && failures.length > 0) throw failures[0];
  if (clear.length === 0 && !isBlurred && !isRefused) throw unreadable(provider, 'no images');
  const lost = failures.filter((failure) => !wasTurnedAway(failure)).length;
  const count = drawn.reduce((sum, { images, charged = images.length }) => sum + charged, lost);
  attempt.used(
    count === 0 ? NOTHING_USED : { images: { count, ...sizeOf(work, [...clear, ...hidden]) }, estimated: lost > 0 },
  );
  if (clear.length > 0) {
    const outcome = clear.length < (work.count ?? 1) ? 'partial' : 'done';
    return { type: 'finish', outcome, images: clear, modelId };
  }
  return { type: 'finish', outcome: isBlurred ? 'blurred' : 'refused', images: hidden, modelId };
}

/** As measured; as asked for where the bytes don't tell. */
function sizeOf(work: DrawWork, [first]: readonly DrawnImage[]): { size?: string } {
  const measured = first?.width === undefined ? undefined : `${first.width}x${first.height ?? 0}`;
  const size = measured ?? work.size;
  return size === undefined ? {} : { size };
}

/** The request once for every image, for providers that draw one at a time, each with a seed of its own. */
export function oneByOne(
  work: DrawWork,
  request: (work: DrawWork, tell: (image: DrawnImage) => void) => Promise<Drawn>,
) {
  return Array.from({ length: work.count ?? 1 }, (_, index): Request => {
    const one = { ...work, count: 1, ...(work.seed !== undefined && { seed: work.seed + index }) };
    return (tell) => request(one, tell);
  });
}
