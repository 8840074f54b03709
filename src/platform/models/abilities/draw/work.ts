import { imageOf } from '../image.ts';
import type { DrawInput, DrawMode, DrawWork } from '../port.ts';

/** `generate` without inputs and `edit` with them, unless the work says it. */
export function modeOf({ mode, inputs = [] }: DrawWork): DrawMode {
  return mode ?? (inputs.length === 0 ? 'generate' : 'edit');
}

export function imagesOf({ inputs = [] }: DrawWork): Uint8Array[] {
  return bytesOf(inputs, 'image');
}

export function maskOf({ inputs = [] }: DrawWork): Uint8Array | undefined {
  return bytesOf(inputs, 'mask')[0];
}

const bytesOf = (inputs: readonly DrawInput[], wanted: DrawInput['role']): Uint8Array[] =>
  inputs.filter(({ role }) => role === wanted).map(({ bytes }) => bytes);

/** For models without a setting for what is not to be seen. */
export function fullPrompt({ prompt, negativePrompt = '' }: Pick<DrawWork, 'prompt' | 'negativePrompt'>): string {
  return negativePrompt.trim() === '' ? prompt : `${prompt}\n\nLeave out: ${negativePrompt}`;
}

/** The further arguments of `FormData.append`. */
export function fileOf(bytes: Uint8Array, name: string): [file: Blob, name: string] {
  const contentType = imageOf(bytes)?.contentType ?? 'image/png';
  const file = new Blob([new Uint8Array(bytes)], { type: contentType });
  return [file, `${name}.${contentType.slice('image/'.length)}`];
}

export function dataUrlOf(bytes: Uint8Array): string {
  return `data:${imageOf(bytes)?.contentType ?? 'image/png'};base64,${base64Of(bytes)}`;
}

export function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

const PIXELS = 1024 * 1024;

/** The nearest of the sizes, or about a million pixels in steps of 64. */
export function sizeNear(aspect: string, sizes?: readonly string[]): string {
  const ratio = ratioOf(aspect);
  if (sizes !== undefined) return nearest(ratio, sizes);
  const step = (pixels: number): number => Math.max(64, Math.round(pixels / 64) * 64);
  return `${step(Math.sqrt(PIXELS * ratio))}x${step(Math.sqrt(PIXELS / ratio))}`;
}

/** Of the aspects that a model takes, the one that is nearest to what is wanted; undefined where nothing is. */
export function aspectNear({ aspect, size }: DrawWork, aspects?: readonly string[]): string | undefined {
  const wanted = aspect ?? size;
  if (wanted === undefined || aspects?.length === 0) return undefined;
  if (aspects?.includes(wanted)) return wanted;
  return aspects ? nearest(ratioOf(wanted), aspects) : aspect;
}

function nearest(ratio: number, shapes: readonly string[]): string {
  const distance = (shape: string): number => Math.abs(Math.log(ratioOf(shape) / ratio));
  return shapes.reduce((best, shape) => (distance(shape) < distance(best) ? shape : best));
}

function ratioOf(shape: string): number {
  const [width = 1, height = 1] = shape.split(/[x:]/).map(Number);
  return width / height;
}

/** In pixels: as asked for, else of the aspect. */
export function pixelsOf({ size, aspect }: DrawWork): { width: number; height: number } | undefined {
  const shape = size ?? (aspect === undefined ? undefined : sizeNear(aspect));
  const [width, height] = shape?.split('x').map(Number) ?? [];
  return width && height ? { width, height } : undefined;
}
