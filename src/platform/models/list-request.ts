import type { Clock } from '../../kernel/clock.ts';
import type { ProviderConfig } from '../config/index.ts';
import { modelError } from './errors.ts';
import { parseJson } from './failure.ts';
import { guardedFetch, readText } from './wire/guarded-fetch.ts';

/** A provider that takes longer to list its models is treated as one that does not answer. */
const LIST_TIMEOUT_MS = 5000;
/** OpenRouter's list of every model there is has less than one. */
const MOST_LIST_BYTES = 4_000_000;

export interface ListedProvider {
  name: string;
  config: ProviderConfig;
  apiKey: string;
  clock: Clock;
}

/** A list, or what else a provider answers. Throws as `listModels` does. */
export async function getJson(provider: ListedProvider, url: string, init: RequestInit = {}): Promise<unknown> {
  const { name: providerName, apiKey, clock } = provider;
  const signal = AbortSignal.timeout(LIST_TIMEOUT_MS);
  const response = await guardedFetch(url, { ...init, signal }, { provider: providerName, apiKey, clock });
  const { text, whole } = await readText(response.body, MOST_LIST_BYTES);
  if (!whole) {
    const message = `${providerName}: its list of models is larger than ${MOST_LIST_BYTES / 1e6} MB`;
    throw modelError('model/failed', message, { retryable: false });
  }
  const body = parseJson(text);
  if (body !== undefined) return body;
  const what = text.trimStart().startsWith('<') ? 'it answers with a web page' : 'it answers with something else';
  const message = `${providerName}: ${what} in place of a list of models: is baseUrl right?`;
  throw modelError('model/failed', message, { retryable: false });
}
