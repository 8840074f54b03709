/** How every type of provider draws. Types that are not here can't. */
import type { ProviderConfig } from '../../../config/index.ts';
import type { DrawAbilities } from '../port.ts';
import { openai } from './openai.ts';
import type { DrawWire } from './wire.ts';

const wires: Readonly<Partial<Record<ProviderConfig['type'], DrawWire>>> = {
  openai,
  'openai-compatible': openai,
  ollama: openai,
};

export function drawWireOf(type: ProviderConfig['type']): DrawWire {
  return wires[type] ?? openai;
}

/** What a model takes: what the settings say of it, else what is known of its kind. */
export function describeDrawing(model: string, config: ProviderConfig): DrawAbilities {
  const { draws = {} } = config.models?.find(({ name }) => name === model) ?? {};
  const said = Object.fromEntries(Object.entries(draws).filter(([, value]) => value !== undefined));
  return { ...drawWireOf(config.type).describe(model, config), ...said };
}
