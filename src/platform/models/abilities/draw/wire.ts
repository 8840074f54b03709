import type { ProviderConfig } from '../../../config/index.ts';
import type { Attempt } from '../call.ts';
import type { DrawAbilities, DrawEvent, DrawWork } from '../port.ts';

/** How one kind of provider draws. */
export interface DrawWire {
  /** Ends with `finish`. Throws what `attempt` of `../call.ts` translates. Tells what was used before it ends. */
  draw(attempt: Attempt, work: DrawWork, modelId: string): AsyncGenerator<DrawEvent, void>;
  /** Of any name: nobody is asked. */
  describe(model: string, config: ProviderConfig): DrawAbilities;
  /** Models that it is known to have, its default first; none unless given. */
  names?(config: ProviderConfig): string[];
  /** With which it signs its reports, for types that do. */
  reportSecret?(attempt: Attempt): AsyncGenerator<string, void>;
  /** It has more models than anybody lists, so that any name is taken. */
  hasMore?: boolean;
}
