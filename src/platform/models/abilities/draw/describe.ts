import type { ProviderConfig } from '../../../config/index.ts';
import type { DrawAbilities } from '../port.ts';
import type { DrawWire } from './wire.ts';

/** What a model takes: what the settings say of it, else what is known of its kind. */
export function describeDrawing(model: string, config: ProviderConfig, describe: DrawWire['describe']): DrawAbilities {
  const { draws = {} } = config.models?.find(({ name }) => name === model) ?? {};
  const said = Object.fromEntries(Object.entries(draws).filter(([, value]) => value !== undefined));
  return { ...describe(model, config), ...said };
}
