import { DrawingThread } from './drawing-thread.ts';
import type { BarChart } from './port.ts';
import { sceneOf } from './scene.ts';

export type * from './port.ts';
export { preparePicture } from './picture.ts';
export type { Picture, PictureLimits } from './picture.ts';

const thread = new DrawingThread();

/**
 * Draws a chart as a PNG of 900 × 420 pixels that stays legible on a phone. The same chart gives the same picture on
 * every machine of a kind: fonts come with the packages, never from the system. Draws on a thread of its own.
 * Rejects with a RangeError that says what is wrong with the chart, or an Error when it could not be drawn.
 */
export async function renderBarChart(chart: BarChart): Promise<Uint8Array> {
  return thread.draw(sceneOf(chart));
}
