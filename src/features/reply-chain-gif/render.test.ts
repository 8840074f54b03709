import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadTexts } from '../../platform/texts/index.ts';
import { factsOf, isResult } from './render.ts';
import type { MadeChain } from './render.ts';

const t = loadTexts([{ name: 'gifs', folder: join(import.meta.dirname, 'locales') }], 'en')
  .get('gifs')
  ?.in('en');
const animation = { contentType: 'image/gif', width: 768, height: 512, frames: 10, leftOut: 0 };
const made: MadeChain = {
  animation: { ...animation, bytes: new Uint8Array(5_300_000) },
  ...{ isZoom: false, animated: false, images: 12, tooMany: 0, unread: 0, unwilling: 0 },
  ...{ mostBytes: 8 * 1024 * 1024, isSpoiler: false, canZoom: false },
};
const facts = (change: Partial<MadeChain>, leftOut = 0): string => {
  if (!t) throw new Error('no texts');
  return factsOf({ ...made, ...change, animation: { ...made.animation, leftOut } }, t);
};

it('says what an animation shows, and what is left out of it', () => {
  expect(facts({})).toBe('🎞️ 12 images, 768 × 512, 5.3 MB');
  expect(facts({}, 2)).toBe('🎞️ 10 images, 768 × 512, 5.3 MB; 2 left out to stay below 8 MB');
  expect(facts({ animated: true, tooMany: 3 }, 40)).toContain('12 images');
  expect(facts({ animated: true, tooMany: 3 }, 40)).toContain(
    '; 40 frames left out; 3 left out because there are too many',
  );
  expect(facts({ isZoom: true, images: 4 }, 30)).toBe('🔭 Zoom through 4 images, 768 × 512, 5.3 MB');
});

it.each(['reply-chain.gif', 'SPOILER_reply-chain.webp', 'reply-chain.mp4'])('%s is no image of a chain', (name) => {
  expect(isResult(name)).toBe(true);
  expect(isResult(`my-${name}`)).toBe(false);
});
