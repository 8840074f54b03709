import { z } from 'zod';
import type { ModelConfig } from '../config/index.ts';
import { abilityByName, drawsOnly } from './abilities/catalogue.ts';
import { listPainters } from './discovery-draw.ts';
import { listGemini } from './discovery-gemini.ts';
import { modelError } from './errors.ts';
import { getJson } from './list-request.ts';
import type { ListedProvider } from './list-request.ts';
import type { ModelPrices } from './port.ts';
import { baseUrlOf } from './vendor.ts';

/** Ollama is asked about each model by itself; nobody chooses from more. */
const MOST_OLLAMA_MODELS = 50;
const MOST_MODELS = 2000;
/** Longer names than any that Hugging Face and Ollama give. */
const MOST_NAME_LENGTH = 512;
/** Ollama's compatible API cannot ask for a window; what it gives by default depends on the machine. */
const OLLAMA_CONTEXT_TOKENS = 8192;
const PREFERRED_OLLAMA_MODEL = 'gpt-oss:20b';

/**
 * The models that a provider says it has, those to prefer first. What does not hold conversations has `abilities`. Throws a ProviderReport
 * when it refuses, a ModelError for what is no list, and what `fetch` throws when it is not there.
 */
export async function listModels(provider: ListedProvider): Promise<ModelConfig[]> {
  const { config, apiKey } = provider;
  const baseUrl = baseUrlOf(config);
  if (config.type === 'ollama') return listOllama(provider, baseUrl);
  if (config.type === 'gemini') return listGemini(provider, baseUrl);
  if (drawsOnly(config)) return listPainters(provider, baseUrl);
  const headers: Record<string, string> =
    config.type === 'anthropic'
      ? { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }
      : apiKey === ''
        ? {}
        : { authorization: `Bearer ${apiKey}` };
  const found = readList(provider, listSchema, await getJson(provider, `${baseUrl}/models`, { headers }));
  return found.flatMap((entry) => {
    const ability = abilityByName(entry.id);
    if (ability === undefined) return describeListed(entry);
    return ability === null ? [] : { name: entry.id, abilities: [ability] };
  });
}

/** US dollars for one token or request; negative ones stand for a price that depends on something. */
const listedPrice = z.coerce.number();

const name = z.coerce.string().min(1).max(MOST_NAME_LENGTH);
const figure = z.coerce.number().positive().nullish().catch(null);

/** An entry of OpenAI's list, with the fields that OpenRouter, Mistral, LM Studio and vLLM add. */
const listedSchema = z.object({
  id: name,
  context_length: figure,
  max_model_len: figure,
  architecture: z
    .object({ input_modalities: z.array(z.string()).nullish() })
    .nullish()
    .catch(null),
  capabilities: z
    .object({ function_calling: z.boolean().nullish(), vision: z.boolean().nullish() })
    .nullish()
    .catch(null),
  supported_parameters: z.array(z.string()).nullish().catch(null),
  top_provider: z.object({ max_completion_tokens: z.number().nullish() }).nullish().catch(null),
  pricing: z
    .object({ prompt: listedPrice, completion: listedPrice, request: listedPrice.default(0) })
    .nullish()
    .catch(null),
});

const entries = z.array(z.unknown());
/** Some servers send the list itself, or call it by another name. */
const listSchema = z
  .union([entries, z.object({ data: entries }), z.object({ models: entries })])
  .transform((list) => ('data' in list ? list.data : 'models' in list ? list.models : list))
  .transform((list) => readEntries(list, listedSchema));

/** Without the entries that can't be read, each name once. */
function readEntries<Entry extends { id: string }>(list: unknown[], schema: z.ZodType<Entry>): Entry[] {
  const found = new Map<string, Entry>();
  for (const entry of list.slice(0, MOST_MODELS)) {
    const { success, data } = schema.safeParse(typeof entry === 'string' ? { id: entry } : entry);
    if (success && !found.has(data.id)) found.set(data.id, data);
  }
  return [...found.values()];
}

function readList<Value>({ name: provider }: ListedProvider, schema: z.ZodType<Value>, body: unknown): Value {
  const { success, data } = schema.safeParse(body);
  if (success) return data;
  throw modelError('model/failed', `${provider}: its list of models can't be read`, { retryable: false });
}

type Listed = z.output<typeof listedSchema>;

function describeListed(entry: Listed): ModelConfig {
  const contextTokens = entry.context_length ?? entry.max_model_len ?? undefined;
  const modalities = entry.architecture?.input_modalities;
  const parameters = entry.supported_parameters;
  return {
    name: entry.id,
    contextTokens,
    maxOutputTokens: entry.top_provider?.max_completion_tokens ?? undefined,
    vision: modalities ? modalities.includes('image') : (entry.capabilities?.vision ?? undefined),
    tools: parameters ? parameters.includes('tools') : (entry.capabilities?.function_calling ?? undefined),
    reasoning: parameters ? parameters.includes('reasoning') : undefined,
    prices: listedPrices(entry.pricing),
  };
}

/** Undefined for prices that figures for a token cannot say: those that depend, and charges for each request. */
function listedPrices(pricing: Listed['pricing']): ModelPrices | undefined {
  if (!pricing || pricing.prompt < 0 || pricing.completion < 0 || pricing.request !== 0) return undefined;
  return { inputPerMillion: perMillion(pricing.prompt), outputPerMillion: perMillion(pricing.completion) };
}

/** To a millionth of a dollar, without the last places that multiplying leaves behind. */
function perMillion(perToken: number): number {
  return Math.round(perToken * 1e12) / 1e6;
}

const tagsSchema = z.object({ models: z.array(z.object({ name })) });
const showSchema = z.object({
  capabilities: z.array(z.string()).default(['completion']),
  parameters: z.string().default(''),
  model_info: z.record(z.string(), z.unknown()).default({}),
});

async function listOllama(provider: ListedProvider, baseUrl: string): Promise<ModelConfig[]> {
  const { models } = readList(provider, tagsSchema, await getJson(provider, `${baseUrl}/api/tags`));
  const names = models.map((model) => model.name).slice(0, MOST_OLLAMA_MODELS);
  const described = await Promise.all(names.map((model) => describeOllama(provider, baseUrl, model)));
  const usable = described.filter((model) => model !== undefined);
  return usable.sort((a, b) => Number(b.name === PREFERRED_OLLAMA_MODEL) - Number(a.name === PREFERRED_OLLAMA_MODEL));
}

async function describeOllama(
  provider: ListedProvider,
  baseUrl: string,
  model: string,
): Promise<ModelConfig | undefined> {
  const body = JSON.stringify({ model });
  const shown = readList(
    provider,
    showSchema,
    await getJson(provider, `${baseUrl}/api/show`, { method: 'POST', body }),
  );
  if (!shown.capabilities.includes('completion')) {
    return shown.capabilities.includes('embedding') ? { name: model, abilities: ['embed'] } : undefined;
  }
  const trained = Object.entries(shown.model_info).find(([key]) => key.endsWith('.context_length'))?.[1];
  const configured = /^num_ctx\s+(\d{1,9})/m.exec(shown.parameters)?.[1];
  const window = configured === undefined ? OLLAMA_CONTEXT_TOKENS : Number(configured);
  return {
    name: model,
    contextTokens: typeof trained === 'number' ? Math.min(trained, window) : window,
    vision: shown.capabilities.includes('vision'),
    tools: shown.capabilities.includes('tools'),
    reasoning: shown.capabilities.includes('thinking'),
  };
}
