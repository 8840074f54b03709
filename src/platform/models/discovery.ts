import { z } from 'zod';
import type { ModelConfig, ProviderConfig } from '../config/index.ts';
import type { ModelPrices } from './port.ts';
import { baseUrlOf } from './vendor.ts';

/** A provider that takes longer to list its models is treated as one that does not answer. */
const LIST_TIMEOUT_MS = 5000;
/** Ollama is asked about each model by itself; nobody chooses from more. */
const MOST_OLLAMA_MODELS = 50;
/** Ollama's compatible API cannot ask for a window; what it gives by default depends on the machine. */
const OLLAMA_CONTEXT_TOKENS = 8192;
const PREFERRED_OLLAMA_MODEL = 'gpt-oss:20b';

/**
 * The models that a provider says it has and that hold conversations, the one to prefer first. Throws an error with
 * `statusCode` and `responseHeaders` when it refuses, and what `fetch` throws when it is not there.
 */
export async function listModels(config: ProviderConfig, apiKey: string): Promise<ModelConfig[]> {
  const baseUrl = baseUrlOf(config);
  if (config.type === 'ollama') return listOllama(baseUrl);
  const headers: Record<string, string> =
    config.type === 'anthropic'
      ? { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' }
      : apiKey === ''
        ? {}
        : { authorization: `Bearer ${apiKey}` };
  const body = listSchema.parse(await getJson(`${baseUrl}/models`, { headers }));
  return body.data.filter((entry) => !notForConversation.test(entry.id)).map((entry) => describeListed(entry));
}

const notForConversation = /embed|whisper|tts|rerank|moderation|dall-e|image|transcribe|realtime/i;

/** US dollars for one token or request; negative ones stand for a price that depends on something. */
const listedPrice = z.coerce.number();

/** OpenAI's list, with the fields that OpenRouter, LM Studio and vLLM add. */
const listSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      context_length: z.number().nullish().catch(null),
      max_model_len: z.number().nullish().catch(null),
      architecture: z
        .object({ input_modalities: z.array(z.string()).nullish() })
        .nullish()
        .catch(null),
      supported_parameters: z.array(z.string()).nullish().catch(null),
      top_provider: z.object({ max_completion_tokens: z.number().nullish() }).nullish().catch(null),
      pricing: z
        .object({ prompt: listedPrice, completion: listedPrice, request: listedPrice.default(0) })
        .nullish()
        .catch(null),
    }),
  ),
});

type Listed = z.output<typeof listSchema>['data'][number];

function describeListed(entry: Listed): ModelConfig {
  const contextTokens = entry.context_length ?? entry.max_model_len ?? undefined;
  const modalities = entry.architecture?.input_modalities;
  const parameters = entry.supported_parameters;
  return {
    name: entry.id,
    contextTokens,
    maxOutputTokens: entry.top_provider?.max_completion_tokens ?? undefined,
    vision: modalities ? modalities.includes('image') : undefined,
    tools: parameters ? parameters.includes('tools') : undefined,
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

const tagsSchema = z.object({ models: z.array(z.object({ name: z.string() })) });
const showSchema = z.object({
  capabilities: z.array(z.string()).default(['completion']),
  parameters: z.string().default(''),
  model_info: z.record(z.string(), z.unknown()).default({}),
});

async function listOllama(baseUrl: string): Promise<ModelConfig[]> {
  const { models } = tagsSchema.parse(await getJson(`${baseUrl}/api/tags`));
  const names = models.map((model) => model.name).slice(0, MOST_OLLAMA_MODELS);
  const described = await Promise.all(names.map((name) => describeOllama(baseUrl, name)));
  const usable = described.filter((model) => model !== undefined);
  return usable.sort((a, b) => Number(b.name === PREFERRED_OLLAMA_MODEL) - Number(a.name === PREFERRED_OLLAMA_MODEL));
}

async function describeOllama(baseUrl: string, name: string): Promise<ModelConfig | undefined> {
  const body = JSON.stringify({ model: name });
  const shown = showSchema.parse(await getJson(`${baseUrl}/api/show`, { method: 'POST', body }));
  if (!shown.capabilities.includes('completion')) return undefined;
  const trained = Object.entries(shown.model_info).find(([key]) => key.endsWith('.context_length'))?.[1];
  const configured = /^num_ctx\s+(\d+)/m.exec(shown.parameters)?.[1];
  const window = configured === undefined ? OLLAMA_CONTEXT_TOKENS : Number(configured);
  return {
    name,
    contextTokens: typeof trained === 'number' ? Math.min(trained, window) : window,
    vision: shown.capabilities.includes('vision'),
    tools: shown.capabilities.includes('tools'),
    reasoning: shown.capabilities.includes('thinking'),
  };
}

async function getJson(url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(LIST_TIMEOUT_MS) });
  if (response.ok) return response.json();
  const responseBody = await response.text();
  throw Object.assign(new Error(`HTTP ${response.status}`), {
    statusCode: response.status,
    responseHeaders: Object.fromEntries(response.headers),
    responseBody: responseBody.slice(0, 2000),
  });
}
