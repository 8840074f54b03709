import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadTexts } from '../../../platform/texts/index.ts';
import { lineText } from './waiting-words.ts';

const texts = loadTexts([{ name: 'chat', folder: join(import.meta.dirname, '..', 'locales') }], 'en');

it.each([
  [{ ahead: 0, waitMs: null }, '⏳ 1st in line'],
  [{ ahead: 1, waitMs: 900 }, '⏳ 2nd in line, a few seconds'],
  [{ ahead: 2, waitMs: 38_000 }, '⏳ 3rd in line, about 40 s'],
  [{ ahead: 10, waitMs: 85_001 }, '⏳ 11th in line, about 2 min'],
  [{ ahead: 21, waitMs: 600_000 }, '⏳ 22nd in line, about 10 min'],
])('%j is told as "%s"', (standing, text) => {
  const t = texts.get('chat')?.in(undefined);
  expect(t && lineText(standing, t)).toBe(text);
});
