import { z } from 'zod';
import type { ModelConfig } from '../config/index.ts';
import { abilityByName } from './abilities/catalogue.ts';
import { modelError } from './errors.ts';
import { recordOf } from './failure.ts';
import { getJson } from './list-request.ts';
import type { ListedProvider } from './list-request.ts';

/** The most that a page may have; the whole list has about 60. */
const PAGE_SIZE = 1000;
const MOST_PAGES = 3;

const entrySchema = z.object({
  /** `models/gemini-3.5-flash` */
  name: z
    .string()
    .min(1)
    .max(512)
    .transform((name) => name.replace(/^models\//, '')),
  supportedGenerationMethods: z.array(z.string()).nullish().catch(null),
  inputTokenLimit: z.coerce.number().positive().nullish().catch(null),
  outputTokenLimit: z.coerce.number().positive().nullish().catch(null),
  thinking: z.boolean().nullish().catch(null),
});

/** Those of Gemini's models that hold conversations or draw. Throws as `listModels` does. */
export async function listGemini(provider: ListedProvider, baseUrl: string): Promise<ModelConfig[]> {
  const { name, apiKey } = provider;
  const found = new Map<string, ModelConfig>();
  let page = '';
  for (let asked = 0; asked < MOST_PAGES; asked += 1) {
    const url = `${baseUrl}/v1beta/models?pageSize=${PAGE_SIZE}${page}`;
    const body = recordOf(await getJson(provider, url, { headers: { 'x-goog-api-key': apiKey } }));
    if (!Array.isArray(body?.['models'])) {
      throw modelError('model/failed', `${name}: its list of models can't be read`, { retryable: false });
    }
    for (const model of (body['models'] as unknown[]).flatMap(described)) found.set(model.name, model);
    const token = body['nextPageToken'];
    if (typeof token !== 'string' || token === '') break;
    page = `&pageToken=${encodeURIComponent(token)}`;
  }
  return [...found.values()];
}

function described(entry: unknown): ModelConfig[] {
  const { success, data } = entrySchema.safeParse(entry);
  if (!success || !data.supportedGenerationMethods?.includes('generateContent')) return [];
  const ability = abilityByName(data.name);
  if (ability === 'draw') return [{ name: data.name, abilities: ['draw'] }];
  if (ability !== undefined) return [];
  return [
    {
      name: data.name,
      contextTokens: data.inputTokenLimit ?? undefined,
      maxOutputTokens: data.outputTokenLimit ?? undefined,
      reasoning: data.thinking ?? undefined,
    },
  ];
}
