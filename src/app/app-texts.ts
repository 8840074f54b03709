import { join } from 'node:path';
import { loadTexts } from '../platform/texts/index.ts';
import type { Texts } from '../platform/texts/index.ts';

/** Texts that belong to no feature. */
export const appCatalogue = { name: 'app', folder: join(import.meta.dirname, 'locales') };

/** For commands of the command line, which need no others. */
export function loadAppTexts(language: string): Texts {
  const texts = loadTexts([appCatalogue], language).get(appCatalogue.name);
  if (!texts) throw new Error('The texts of the app were not loaded.');
  return texts;
}
