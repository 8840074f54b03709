import { DrawingThread } from './drawing-thread.ts';
import type { BarChart } from './port.ts';
import { sceneOf } from './scene.ts';

export type * from './image-port.ts';
export type * from './port.ts';
export { createImageWork } from './image-work.ts';
export type { ImageWorkLimits, ImageWorkOptions, PooledImageWork } from './image-work.ts';
export { preparePicture } from './picture.ts';
export type { Picture, PictureLimits } from './picture.ts';

const thread = new DrawingThread();

/**
 * Draws a chart as a PNG of 900 × 420 pixels that is legible on a phone, on its own thread. The same chart gives the
 * same picture on every machine of a kind, because fonts come with the packages. Rejects with a RangeError that names
 * the problem with the chart, or an Error when drawing failed.
 */
export async function renderBarChart(chart: BarChart): Promise<Uint8Array> {
  return thread.draw(sceneOf(chart));
}
