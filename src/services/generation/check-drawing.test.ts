import { describe, expect, it } from 'vitest';
import type { DrawAbilities, DrawWork } from '../../platform/models/index.ts';
import { plainPng } from '../../testing/pictures.ts';
import { checkDrawing } from './check-drawing.ts';

const draws: DrawAbilities = {
  modes: ['generate', 'edit', 'inpaint', 'outpaint', 'replace', 'upscale'],
  ...{ sizes: ['1024x1024', '1536x1024'], aspects: ['1:1', '3:2'], mostImages: 2, mostInputs: 1 },
  ...{ mostInputPixels: 1000, promptCharacters: 20, seed: false, negativePrompt: false, strength: false },
  ...{ styles: ['anime', 'line-art'], previews: 0, outpaints: 'margins', mask: 'white', upscales: [2, 4] },
};
const image = { bytes: plainPng(10, 10), role: 'image' as const };
const mask = { ...image, role: 'mask' as const };
const check = (work: Partial<DrawWork>, changes: Partial<DrawAbilities> = {}) =>
  checkDrawing({ prompt: 'a cat', ...work }, 'p/painter', { ...draws, ...changes });

describe('a drawing that its model can’t do', () => {
  it.each<[string, Partial<DrawWork>, Partial<DrawAbilities>, string | undefined]>([
    ['cannot.mode', { mode: 'erase' }, {}, '`generate`, `edit`, `inpaint`, `outpaint`, `replace`, `upscale`'],
    ['cannot.size', { size: '64x64' }, {}, '`1024x1024`, `1536x1024`'],
    ['cannot.size', { size: '64x64' }, { sizes: [] }, '`1:1`, `3:2`'],
    ['cannot.no-size', { size: '64x64' }, { sizes: [], aspects: [] }, undefined],
    ['cannot.aspect', { aspect: '16:9' }, {}, '`1:1`, `3:2`'],
    ['cannot.style', { style: 'noir' }, {}, '`anime`, `line-art`'],
    ['cannot.no-styles', { style: 'noir' }, { styles: [] }, undefined],
    ['cannot.strength', { strength: 0.5 }, {}, undefined],
    ['cannot.inputs', { inputs: [image] }, { mostInputs: 0 }, undefined],
    ['cannot.factor', { mode: 'upscale', inputs: [image], factor: 3 }, {}, '`2×`, `4×`'],
    ['too-much.images', { count: 3 }, {}, undefined],
    ['too-much.characters', { negativePrompt: 'a very large dog' }, {}, undefined],
    ['too-much.input-images', { inputs: [image, image] }, {}, undefined],
    ['too-much.megapixels', { inputs: [{ ...image, bytes: plainPng(50, 50) }] }, {}, undefined],
    ['needs.image', { mode: 'edit' }, {}, undefined],
    ['needs.mask', { mode: 'inpaint', inputs: [image] }, {}, undefined],
    ['needs.find', { mode: 'replace', inputs: [image] }, {}, undefined],
  ])('is refused as paid.%s, which names what is allowed', (code, work, changes, allowed) => {
    let refusal: unknown;
    try {
      check(work, changes);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ name: 'UserError', code: `paid.${code}` });
    if (allowed !== undefined) expect(refusal).toMatchObject({ data: { allowed } });
  });

  it('is told from what only a program asks for', () => {
    const margins = { left: 0, top: 0, right: 0, bottom: 0 };
    expect(() => check({ mode: 'outpaint', inputs: [image], margins })).toThrow(RangeError);
    expect(() => check({ strength: 2 })).toThrow(RangeError);
  });

  it('is none that it can do, with a seed it has no use for', () => {
    const margins = { left: 10, top: 0, right: 0, bottom: 0 };
    expect(() => {
      check({ aspect: '3:2', count: 2, style: 'anime', seed: 7 });
      check({ mode: 'inpaint', inputs: [image, mask] });
      check({ mode: 'outpaint', inputs: [image], margins });
    }).not.toThrow();
  });
});
