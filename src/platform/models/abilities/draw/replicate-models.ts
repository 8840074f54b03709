import type { DrawAbilities } from '../port.ts';
import type { FieldNames } from './fields.ts';

export interface KnownPainter {
  draws: DrawAbilities;
  fields: FieldNames;
  /** Sent with every request. */
  fixed?: Readonly<Record<string, unknown>>;
}

export const plain: DrawAbilities = {
  modes: ['generate'],
  ...{ mostImages: 4, mostInputs: 0, promptCharacters: 10_000, previews: 0, styles: [] },
  ...{ seed: true, negativePrompt: false, strength: false },
};

const flux = {
  ...plain,
  sizes: [],
  aspects: ['1:1', '16:9', '21:9', '3:2', '2:3', '4:5', '5:4', '3:4', '4:3', '9:16', '9:21'],
};
const fluxFields: FieldNames = { prompt: 'prompt', aspect: 'aspect_ratio', count: 'num_outputs', seed: 'seed' };

/** The models that are there by name, the default first, as the schemas of their pages name what they take. */
export const known: Readonly<Record<string, KnownPainter>> = {
  'black-forest-labs/flux-schnell': { draws: flux, fields: fluxFields, fixed: { output_format: 'png' } },
  'black-forest-labs/flux-dev': {
    draws: { ...flux, modes: ['generate', 'vary'], mostInputs: 1, strength: true },
    fields: { ...fluxFields, image: 'image', strength: 'prompt_strength' },
    fixed: { output_format: 'png' },
  },
  'black-forest-labs/flux-fill-dev': {
    draws: {
      ...plain,
      modes: ['inpaint', 'outpaint'],
      ...{ sizes: [], aspects: [], mostInputs: 1, outpaints: 'mask', mask: 'white' },
    },
    fields: { prompt: 'prompt', image: 'image', mask: 'mask', count: 'num_outputs', seed: 'seed' },
    fixed: { output_format: 'png' },
  },
  'google/imagen-4-fast': {
    draws: { ...plain, seed: false, sizes: [], aspects: ['1:1', '9:16', '16:9', '3:4', '4:3'] },
    fields: { prompt: 'prompt', aspect: 'aspect_ratio' },
    fixed: { output_format: 'png' },
  },
  'google/nano-banana': {
    draws: {
      ...plain,
      modes: ['generate', 'edit', 'vary'],
      ...{ seed: false, mostInputs: 10, sizes: [] },
      aspects: ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'],
    },
    fields: { prompt: 'prompt', images: 'image_input', aspect: 'aspect_ratio' },
    fixed: { output_format: 'png' },
  },
  'nightmareai/real-esrgan': {
    draws: { ...plain, modes: ['upscale'], seed: false, mostImages: 1, mostInputs: 1, upscales: [2, 4] },
    fields: { image: 'image', factor: 'scale' },
  },
};

/** Names that most models use. A model that has others is described in the settings. */
export const generic: KnownPainter = {
  draws: {
    ...plain,
    modes: ['generate', 'edit', 'vary', 'inpaint', 'outpaint', 'erase', 'remove-background', 'upscale'],
    ...{ mostInputs: 1, negativePrompt: true, strength: true, outpaints: 'mask', mask: 'white' },
  },
  fields: {
    ...{ prompt: 'prompt', negativePrompt: 'negative_prompt', image: 'image', mask: 'mask', seed: 'seed' },
    ...{ width: 'width', height: 'height', aspect: 'aspect_ratio', strength: 'prompt_strength', factor: 'scale' },
  },
};
