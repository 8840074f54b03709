/** How every type of provider draws. */
import type { ProviderConfig } from '../../../config/index.ts';
import type { DrawAbilities } from '../port.ts';
import { automatic1111 } from './automatic1111.ts';
import { comfyui } from './comfyui.ts';
import { describeDrawing } from './describe.ts';
import { fal } from './fal.ts';
import { gemini } from './gemini.ts';
import { openai } from './openai.ts';
import { replicate } from './replicate.ts';
import { stability } from './stability.ts';
import { submitted } from './submitted.ts';
import type { DrawWire } from './wire.ts';

/** Types that are not here have OpenAI's API. */
const wires: Readonly<Partial<Record<ProviderConfig['type'], DrawWire>>> = {
  ...{ replicate, stability, gemini, fal },
  ...{ automatic1111, comfyui, submitted },
};

export function drawWireOf(type: ProviderConfig['type']): DrawWire {
  return wires[type] ?? openai;
}

export function drawAbilitiesOf(model: string, config: ProviderConfig): DrawAbilities {
  return describeDrawing(model, config, drawWireOf(config.type).describe);
}
