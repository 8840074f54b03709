import { randomUUID } from 'node:crypto';
import { abortable } from '../../../../kernel/abortable.ts';
import { parseJson, recordOf, textOf } from '../../failure.ts';
import { unreadable } from '../call.ts';
import type { Attempt } from '../call.ts';
import { imageOf } from '../image.ts';
import type { DrawAbilities, DrawEvent, DrawnImage, DrawWork } from '../port.ts';
import { askFields, basicOrBearer, imageFromText, MOST_BYTES, MOST_IMAGE_BYTES, numberOf } from './ask.ts';
import { together } from './together.ts';
import type { Drawn } from './together.ts';
import type { DrawWire } from './wire.ts';
import { base64Of, imagesOf, maskOf, modeOf, pixelsOf } from './work.ts';

const PREVIEW_MS = 1000;
/** The checkpoint that the server has loaded. */
const LOADED = 'loaded';
const UPSCALER = 'R-ESRGAN 4x+';

const draws: DrawAbilities = {
  modes: ['generate', 'edit', 'vary', 'inpaint', 'outpaint', 'upscale'],
  ...{ mostImages: 8, mostInputs: 1, promptCharacters: 10_000, previews: 3, styles: [] },
  ...{ seed: true, negativePrompt: true, strength: true, outpaints: 'mask', mask: 'white', upscales: [2, 4] },
};

async function* draw(attempt: Attempt, work: DrawWork, modelId: string): AsyncGenerator<DrawEvent, void> {
  yield* together(attempt, { modelId, work }, [(tell) => request(attempt, work, tell)]);
}

async function request(attempt: Attempt, work: DrawWork, tell: (image: DrawnImage) => void): Promise<Drawn> {
  if (modeOf(work) === 'upscale') return upscale(attempt, work);
  const task = randomUUID();
  attempt.onLeave(async (signal) => {
    // It stops whatever runs: others may have asked for that.
    if ((await progress(attempt, false, signal))['current_task'] === task) {
      await fieldsOf(attempt, '/sdapi/v1/interrupt', {}, signal);
    }
    return undefined;
  });
  const drawing = fieldsOf(attempt, pathOf(work), bodyOf(attempt, work, task));
  const done = new AbortController();
  if ((work.previews ?? 0) > 0) void watch(attempt, task, tell, done.signal);
  try {
    return read(attempt, work, await drawing);
  } finally {
    done.abort();
  }
}

async function fieldsOf(
  attempt: Attempt,
  path: string,
  body: Record<string, unknown>,
  signal = attempt.signal,
): Promise<Record<string, unknown>> {
  const asked = { method: 'POST', path, body, authorize: basicOrBearer, signal, most: MOST_BYTES };
  return (await askFields(attempt, asked)).fields;
}

const pathOf = (work: DrawWork): string => `/sdapi/v1/${imagesOf(work).length === 0 ? 'txt2img' : 'img2img'}`;

function bodyOf({ model }: Attempt, work: DrawWork, task: string): Record<string, unknown> {
  const [image] = imagesOf(work);
  const mask = maskOf(work);
  return {
    ...{ prompt: work.prompt, negative_prompt: work.negativePrompt ?? '' },
    ...{ batch_size: work.count ?? 1, seed: work.seed ?? -1, ...sizeOf(work, image) },
    ...(image && { init_images: [base64Of(image)], denoising_strength: work.strength ?? (mask ? 0.9 : 0.6) }),
    // Fill 1 keeps what is under the mask as its beginning.
    ...(mask && { mask: base64Of(mask), inpainting_mask_invert: 0, inpainting_fill: 1 }),
    ...(model !== LOADED && { override_settings: { sd_model_checkpoint: model } }),
    ...{ force_task_id: task, send_images: true, save_images: false, ...work.options },
  };
}

/** In steps of 8 pixels, which its models need. */
function sizeOf(work: DrawWork, image: Uint8Array | undefined): { width?: number; height?: number } {
  const { width, height } = pixelsOf(work) ?? (image ? imageOf(image) : undefined) ?? {};
  if (width === undefined || height === undefined) return {};
  const step = (pixels: number): number => Math.max(64, Math.round(pixels / 8) * 8);
  return { width: step(width), height: step(height) };
}

async function progress(attempt: Attempt, withImage: boolean, signal: AbortSignal): Promise<Record<string, unknown>> {
  const path = `/sdapi/v1/progress?skip_current_image=${!withImage}`;
  return (await askFields(attempt, { path, authorize: basicOrBearer, signal, most: MOST_IMAGE_BYTES })).fields;
}

/** Shows the image as it comes to be, until it is done. Where that fails there are fewer of them. */
async function watch(
  attempt: Attempt,
  task: string,
  tell: (image: DrawnImage) => void,
  done: AbortSignal,
): Promise<void> {
  const signal = AbortSignal.any([attempt.signal, done]);
  let last = '';
  while (!signal.aborted) {
    try {
      await attempt.clock.sleep(PREVIEW_MS, signal);
      const { current_task: current = task, current_image: image } = await abortable(
        progress(attempt, true, signal),
        signal,
      );
      const text = textOf(image);
      if (current !== task || text === '' || text === last) continue;
      last = text;
      tell(imageFromText(attempt, text));
    } catch {
      // The drawing itself tells what is wrong.
    }
  }
}

function read(attempt: Attempt, work: DrawWork, { images, info }: Record<string, unknown>): Drawn {
  if (!Array.isArray(images) || images.length === 0) throw unreadable(attempt.provider, 'no images');
  const { all_seeds: seeds } = recordOf(parseJson(textOf(info))) ?? {};
  const seedOf = (index: number): number | undefined => numberOf(Array.isArray(seeds) ? seeds[index] : undefined);
  // Some settings of servers add a sheet of all, or what controlled them, behind the images.
  const drawn = (images as unknown[]).slice(0, work.count ?? 1).map((image, index) => {
    const seed = seedOf(index);
    return imageFromText(attempt, image, seed === undefined ? {} : { seed });
  });
  return { images: drawn };
}

async function upscale(attempt: Attempt, work: DrawWork): Promise<Drawn> {
  const [image = new Uint8Array()] = imagesOf(work);
  const body = {
    ...{ image: base64Of(image), upscaling_resize: work.factor ?? 2, upscaler_1: UPSCALER, ...work.options },
  };
  const { image: larger } = await fieldsOf(attempt, '/sdapi/v1/extra-single-image', body);
  return { images: [imageFromText(attempt, larger)] };
}

/** Automatic1111's web UI and SD.Next, started with `--api`. Its models are its checkpoints. */
export const automatic1111: DrawWire = { draw, describe: () => draws, names: () => [LOADED] };
