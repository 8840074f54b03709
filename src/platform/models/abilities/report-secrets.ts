import { abortable } from '../../../kernel/abortable.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { Abilities, AbilityModel } from './port.ts';

const KEPT_MS = 3_600_000;
/** After a failure: forged reports must not have the provider asked again and again. */
const REST_MS = 60_000;

interface Kept {
  secret: Promise<string | undefined>;
  untilMs: number;
}

/**
 * `Abilities.reportSecret` that asks each provider once an hour. `read` goes on when a caller gives up: its result is for the
 * next one.
 */
export function keepSecrets(
  clock: Clock,
  read: (model: AbilityModel) => Promise<string | undefined>,
): Abilities['reportSecret'] {
  const kept = new Map<string, Kept>();
  return async (model, signal) => {
    const known = kept.get(model.provider);
    if (known && known.untilMs > clock.now()) return abortable(known.secret, signal);
    const entry: Kept = { secret: read(model), untilMs: clock.now() + KEPT_MS };
    entry.secret.catch(() => {
      entry.untilMs = clock.now() + REST_MS;
    });
    kept.set(model.provider, entry);
    return abortable(entry.secret, signal);
  };
}
