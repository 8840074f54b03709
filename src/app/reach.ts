import type { Config } from '../platform/config/index.ts';
import { remoteHost, type ModelInfo } from '../platform/models/index.ts';

/** Discord's limit for a status. */
const longest = 128;

/**
 * Which providers elsewhere receive what people write, for the playground's banner: that of the default model first.
 * Undefined when all that is configured runs here.
 */
export function reachText(providers: Config['providers'], model: ModelInfo): string | undefined {
  const remote = Object.entries(providers).flatMap(([name, provider]) => {
    const host = remoteHost(provider);
    return host === null ? [] : [{ name, words: `${name} (${host})` }];
  });
  const [main] = remote.filter(({ name }) => name === model.provider);
  const others = remote.filter((provider) => provider !== main).map(({ words }) => words);
  if (main !== undefined) {
    return shortened(
      `messages go to ${main.words}${others.length === 0 ? '' : `, for some models to ${others.join(', ')}`}`,
    );
  }
  return others.length === 0 ? undefined : shortened(`for some models, messages go to ${others.join(', ')}`);
}

function shortened(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
