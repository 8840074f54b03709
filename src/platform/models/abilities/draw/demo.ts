/** What is built in: painted here, offline and free of charge. */
import type { Clock } from '../../../../kernel/clock.ts';
import type { Random } from '../../../../kernel/random.ts';
import type { MadeImage, PaintOptions, RasteriseOptions } from '../../../media/index.ts';
import { imageOf } from '../image.ts';
import type { AbilityCall, AbilityModel, DrawEvent, DrawnImage, DrawWork, Margins } from '../port.ts';
import { deadlineOf } from './deadline.ts';
import { fullPrompt, imagesOf, maskOf, modeOf, pixelsOf } from './work.ts';

/** `ImageWork` of `platform/media`, of which this is needed. */
export interface Painter {
  paint(options: PaintOptions, signal: AbortSignal): Promise<MadeImage>;
  scale(file: Uint8Array, factor: number, signal: AbortSignal): Promise<MadeImage>;
  rasterise(options: RasteriseOptions, signal: AbortSignal): Promise<MadeImage>;
}

const LONGEST_MS = 30_000;
/** 31 bits, as every model's seed fits. */
const SEEDS = 2 ** 31;

export const PAINTER_MODEL: AbilityModel = {
  ...{ id: 'demo/painter', provider: 'demo', ability: 'draw', paid: false, demo: true },
  ...{ prices: null, priceSource: 'free', longestMs: LONGEST_MS },
  draws: {
    modes: ['generate', 'edit', 'vary', 'outpaint', 'inpaint', 'upscale'],
    ...{ mostImages: 10, mostInputs: 4, promptCharacters: 32_000, styles: [], previews: 0 },
    ...{ seed: true, negativePrompt: false, strength: false },
    ...{ outpaints: 'margins', mask: 'transparent', upscales: [2, 4] },
  },
};

/** Throws a VendorError: what the painter throws, or `model/timeout`; rethrows the signal's reason when that is aborted. */
export async function* paintDrawing(
  painter: Painter,
  call: AbilityCall & DrawWork,
  { clock, random, closing }: { clock: Clock; random: Random; closing: AbortSignal },
): AsyncGenerator<DrawEvent, void> {
  const { model, onUsage, count = 1 } = call;
  const { signal, end } = deadlineOf(call, { clock, closing });
  const images: DrawnImage[] = [];
  const firstSeed = call.seed ?? hashOf(`${modeOf(call)} ${call.prompt}`) + Math.floor(random.next() * SEEDS);
  try {
    signal.throwIfAborted();
    for (let index = 0; index < count; index += 1) {
      images.push(await paintOne(painter, call, (firstSeed + index) % SEEDS, signal));
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    end();
    onUsage?.({ images: { count: images.length }, estimated: false }, model);
  }
  yield { type: 'finish', outcome: 'done', images, modelId: model.id };
}

async function paintOne(painter: Painter, work: DrawWork, seed: number, signal: AbortSignal): Promise<DrawnImage> {
  const [base] = imagesOf(work);
  const mask = maskOf(work);
  const mode = modeOf(work);
  if (base && mode === 'upscale') {
    const { bytes, contentType, width, height } = await painter.scale(base, work.factor ?? 2, signal);
    return { bytes, contentType, width, height };
  }
  const old = base && imageOf(base);
  const margins = mode === 'outpaint' ? work.margins : undefined;
  const { width = 1024, height = 1024 } = (old && margins ? enlarged(old, margins) : (pixelsOf(work) ?? old)) ?? {};
  // Of what has words, another picture of the same: two of them in one look like a double exposure.
  const begun = mode === 'vary' && work.prompt.trim() !== '' ? undefined : base;
  const made = await painter.paint(
    {
      ...{ prompt: fullPrompt(work), width, height, seed },
      ...(begun && { base: begun, ...(margins && { margins }) }),
      ...(begun && mask && { mask }),
    },
    signal,
  );
  return { bytes: made.bytes, contentType: made.contentType, width: made.width, height: made.height, seed };
}

function enlarged(old: { width?: number; height?: number }, { left, top, right, bottom }: Margins) {
  const { width = 1024, height = 1024 } = old;
  return { width: width + left + right, height: height + top + bottom };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % SEEDS;
}
