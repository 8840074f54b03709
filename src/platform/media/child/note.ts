import type { ImageFormat } from '../formats.ts';
import type { ImageNote } from '../image-port.ts';
import { NOTE_START } from './containers/container.ts';
import type { Container } from './containers/container.ts';
import { readGif } from './containers/gif.ts';
import { readJpeg } from './containers/jpeg.ts';
import { readPng } from './containers/png.ts';
import { readWebp } from './containers/webp.ts';
import type { Source } from './source.ts';

/** A segment of a JPEG holds 65,533 bytes. */
const MOST_NOTE_BYTES = 60_000;
const MOST_SETTINGS = 50;

/** Undefined for AVIF, which is never written again as it is. */
export function containerOf({
  file,
  format,
  metadata,
}: Pick<Source, 'file' | 'format' | 'metadata'>): Container | undefined {
  const readers: Record<ImageFormat, (() => Container) | undefined> = {
    png: () => readPng(file),
    jpeg: () => readJpeg(file),
    webp: () => readWebp(file, { width: metadata.width, height: metadata.pageHeight ?? metadata.height }),
    gif: () => readGif(file),
    avif: undefined,
  };
  return readers[format]?.();
}

/** As ASCII that is found again by its beginning. Long prompts are cut to what every format can hold. */
export function noteText(note: ImageNote): string {
  const { prompt, negativePrompt, ...rest } = note;
  for (let most = 12_000; ; most = Math.floor(most / 2)) {
    const cut = {
      prompt: prompt.slice(0, most),
      ...(negativePrompt && { negativePrompt: negativePrompt.slice(0, most) }),
    };
    const json = JSON.stringify({ ...cut, ...rest }).replaceAll(/[\u007f-\uffff]/g, escaped);
    const text = `${NOTE_START},${json.slice(1)}`;
    if (text.length <= MOST_NOTE_BYTES || most === 0) return text.slice(0, MOST_NOTE_BYTES);
  }
}

const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The note of an image; undefined for anything that isn't one. */
export function readNote(source: Pick<Source, 'file' | 'format' | 'metadata'>): ImageNote | undefined {
  const text = containerOf(source)?.note;
  if (text === undefined) return undefined;
  try {
    return checked(JSON.parse(text) as Record<string, unknown>);
  } catch {
    return undefined;
  }
}

function checked({ prompt, negativePrompt, model, seed, settings }: Record<string, unknown>): ImageNote | undefined {
  if (typeof prompt !== 'string' || typeof model !== 'string') return undefined;
  const pairs = Object.entries(typeof settings === 'object' ? (settings ?? {}) : {})
    .filter((pair): pair is [string, string] => typeof pair[1] === 'string')
    .slice(0, MOST_SETTINGS);
  return {
    prompt,
    model,
    ...(typeof negativePrompt === 'string' && { negativePrompt }),
    ...(typeof seed === 'number' && Number.isFinite(seed) && { seed }),
    ...(pairs.length > 0 && { settings: Object.fromEntries(pairs) }),
  };
}
