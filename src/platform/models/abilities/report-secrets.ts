import { abortable } from '../../../kernel/abortable.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { Abilities, AbilityModel } from './port.ts';

const KEPT_MS = 3_600_000;
/** After a failure: forged reports must not have the provider asked again and again. */
const REST_MS = 60_000;

interface Kept {
  secret: Promise<string>;
  untilMs: number;
}

/** What one key of a provider tells. */
interface Source {
  key: string;
  read(): Promise<string>;
}

/**
 * `Abilities.reportSecrets` that asks each provider once an hour with each of its keys. What is asked goes on when a caller gives
 * up: its result is for the next one.
 */
export function keepSecrets(
  clock: Clock,
  sourcesOf: (model: AbilityModel) => readonly Source[],
): Abilities['reportSecrets'] {
  const kept = new Map<string, Kept>();
  const secretOf = (provider: string, { key, read }: Source): Promise<string> => {
    const name = JSON.stringify([provider, key]);
    const known = kept.get(name);
    if (known && known.untilMs > clock.now()) return known.secret;
    const entry: Kept = { secret: read(), untilMs: clock.now() + KEPT_MS };
    entry.secret.catch(() => {
      entry.untilMs = clock.now() + REST_MS;
    });
    kept.set(name, entry);
    return entry.secret;
  };
  return async (model, signal) => {
    const asked = sourcesOf(model).map((source) => secretOf(model.provider, source));
    const results = await abortable(Promise.allSettled(asked), signal);
    const secrets = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure && secrets.length === 0) throw failure.reason;
    return [...new Set(secrets)];
  };
}
