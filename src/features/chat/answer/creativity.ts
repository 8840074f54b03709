import type { ModelInfo } from '../../../sdk/index.ts';
import type { ChatSettings } from '../settings.ts';

/** No higher than 1, which is the most that Anthropic's models take. */
const temperatures = { low: 0.2, medium: 0.6, high: 1 } as const;

/** What a request says of it: nothing when it is left to the model, and to models that reason, which refuse to be told. */
export function temperatureOf(
  { creativity }: Pick<ChatSettings, 'creativity'>,
  { abilities }: Pick<ModelInfo, 'abilities'>,
): { temperature?: number } {
  return creativity === 'off' || abilities.reasoning ? {} : { temperature: temperatures[creativity] };
}
