import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { GlobalFonts } from '@napi-rs/canvas';

/** A font file and its code points, as pairs of first and last. */
interface FontFile {
  name: string;
  path: string;
  ranges: readonly (readonly [number, number])[];
}

/**
 * In order of preference: Latin, Greek and Cyrillic; Chinese and Japanese; emoji. The packages split them by code
 * points, so only what a text needs is loaded.
 */
const SPLIT_FONTS = ['inter', 'noto-sans-sc', 'noto-emoji'];
/** Has a plain glyph for every code point below 65,536; the fallback for all other scripts. */
const FALLBACK = {
  name: 'unifont',
  module: '@fontsource/unifont/files/unifont-latin-400-normal.woff2',
};

const { resolve } = createRequire(import.meta.url);
let splitFiles: readonly FontFile[] | undefined;

/**
 * Loads the fonts that `text` needs from npm packages (a small server has none of its own). Returns their names as a
 * CSS family list. Each file is loaded once per process.
 */
export function fontFamilyFor(text: string): string {
  splitFiles ??= SPLIT_FONTS.flatMap(filesOf);
  const needed = new Set<FontFile>();
  // Any text may get an ellipsis.
  let missing = false;
  for (const character of new Set(`${text}…`)) {
    const code = character.codePointAt(0) ?? 0;
    const file = splitFiles.find(({ ranges }) => ranges.some(([first, last]) => code >= first && code <= last));
    if (file) needed.add(file);
    else missing = true;
  }
  const files = splitFiles.filter((file) => needed.has(file)).map(({ name, path }) => ({ name, path }));
  if (missing) files.push({ name: FALLBACK.name, path: resolve(FALLBACK.module) });
  for (const { name, path } of files) load(name, path);
  return files.map(({ name }) => `"${name}"`).join(', ');
}

function load(name: string, path: string): void {
  if (!GlobalFonts.has(name) && !GlobalFonts.registerFromPath(path, name)) {
    throw new Error(`The font ${path} cannot be read: install the packages again with npm ci`);
  }
}

function filesOf(font: string): FontFile[] {
  const folder = `@fontsource-variable/${font}`;
  const subsets = JSON.parse(readFileSync(resolve(`${folder}/unicode.json`), 'utf8')) as Record<string, string>;
  return Object.entries(subsets).map(([subset, ranges]) => {
    // Numbered subsets are "[12]" in the table and "12" in the file's name.
    const name = `${font}-${subset.replaceAll(/[[\]]/g, '')}`;
    return { name, path: resolve(`${folder}/files/${name}-wght-normal.woff2`), ranges: rangesOf(ranges) };
  });
}

/** Parses CSS's `unicode-range`, such as `U+0100-02BA,U+2113`. */
function rangesOf(list: string): [number, number][] {
  return list.split(',').map((item) => {
    const [first = '', last = first] = item.trim().replace(/^U\+/i, '').split('-');
    return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
  });
}
