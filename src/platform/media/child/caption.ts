import { createCanvas } from '@napi-rs/canvas';
import { displayText, fitText, graphemes } from '../display-text.ts';
import { fontFamilyFor } from '../fonts.ts';
import { palettes } from '../theme.ts';

const MOST_LINES = 4;
const MOST_CHARACTERS = 600;
const LINE_HEIGHT = 1.35;
/** Of the text, in pixels; its share of the width. */
const SIZE = { share: 1 / 30, least: 13, most: 44 };

/** The strip's pixels, 4 bytes each, opaque. */
export interface Strip {
  data: Buffer;
  height: number;
}

/** A strip as wide as the image with the text on it, in up to four lines. */
export function captionStrip(caption: string, width: number): Strip {
  const text = displayText(caption, MOST_CHARACTERS);
  const size = Math.round(Math.min(SIZE.most, Math.max(SIZE.least, width * SIZE.share)));
  const margin = Math.min(Math.round(size * 0.9), Math.floor(width / 10));
  const font = `${size}px ${fontFamilyFor(text)}`;
  const measuring = createCanvas(1, 1).getContext('2d');
  measuring.font = font;
  const lines = wrap(text, Math.max(1, width - 2 * margin), (part) => measuring.measureText(part).width);
  const lineHeight = Math.ceil(size * LINE_HEIGHT);
  const height = lines.length * lineHeight + 2 * Math.round(margin * 0.7);
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const { background, text: colour } = palettes.dark;
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  context.fillStyle = colour;
  context.font = font;
  context.textBaseline = 'middle';
  for (const [index, line] of lines.entries()) {
    context.fillText(line, margin, Math.round(margin * 0.7) + lineHeight * (index + 0.5));
  }
  const { data } = context.getImageData(0, 0, width, height);
  return { data: Buffer.from(data.buffer, data.byteOffset, data.length), height };
}

/** Lines within `width`, broken at spaces, else within words; the last ends in an ellipsis when more would follow. */
export function wrap(text: string, width: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest !== '' && lines.length < MOST_LINES - 1) {
    const end = lineEnd(rest, width, measure);
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  if (rest !== '') lines.push(fitText(rest, width, measure));
  return lines;
}

function lineEnd(text: string, width: number, measure: (text: string) => number): number {
  if (measure(text) <= width) return text.length;
  const ends: number[] = [];
  let end = 0;
  for (const part of graphemes(text)) ends.push((end += part.length));
  // The longest start that fits, at least one character.
  let fits = 0;
  let tooLong = ends.length - 1;
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (measure(text.slice(0, ends[middle])) <= width) fits = middle;
    else tooLong = middle;
  }
  const hard = ends[fits] ?? text.length;
  const space = text.lastIndexOf(' ', hard);
  return space > 0 ? space : hard;
}
