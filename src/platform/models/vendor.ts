import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Clock } from '../../kernel/clock.ts';
import type { ProviderConfig } from '../config/index.ts';
import { wireModel } from './wire/call.ts';
import type { Api, WireOptions } from './wire/call.ts';
import type { QuirkBook } from './wire/quirks.ts';

const defaultBaseUrls: Readonly<Partial<Record<ProviderConfig['type'], string>>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
  ollama: 'http://127.0.0.1:11434',
  replicate: 'https://api.replicate.com',
  stability: 'https://api.stability.ai',
  gemini: 'https://generativelanguage.googleapis.com',
  fal: 'https://queue.fal.run',
  automatic1111: 'http://127.0.0.1:7860',
  comfyui: 'http://127.0.0.1:8188',
};

/** Without a slash at its end. */
export function baseUrlOf({ type, baseUrl }: ProviderConfig): string {
  const url = (baseUrl ?? defaultBaseUrls[type] ?? '').replace(/\/+$/, '');
  // Google's own clients are given the address with the version.
  return type === 'gemini' ? url.replace(/\/v1beta$/, '') : url;
}

/** Where the paths of the provider's API begin. */
export function apiUrlOf(config: ProviderConfig): string {
  return config.type === 'ollama' ? `${baseUrlOf(config)}/v1` : baseUrlOf(config);
}

const apis: Readonly<Partial<Record<ProviderConfig['type'], Api>>> = {
  openai: 'responses',
  anthropic: 'messages',
  gemini: 'generate',
};

/** The API that a provider's answers come by. */
function apiOf(type: ProviderConfig['type']): Api {
  return apis[type] ?? 'chat';
}

interface VendorClientsOptions {
  name: string;
  config: ProviderConfig;
  quirks: QuirkBook;
  clock: Clock;
}

/** Of names and keys that are no longer used, too, after a settings file was changed. */
const MOST_KEPT = 500;

/** Makes the AI SDK's models of one provider; each package is loaded when it is first used. */
export class VendorClients {
  private readonly options: VendorClientsOptions;
  private readonly kept = new Map<string, LanguageModelV4>();
  private loaded: Promise<(model: string, apiKey: string) => WireOptions['make']> | undefined;

  constructor(options: VendorClientsOptions) {
    this.options = options;
  }

  async model(model: string, apiKey: string): Promise<LanguageModelV4> {
    const { name, config, quirks, clock } = this.options;
    const id = JSON.stringify([model, apiKey]);
    const known = this.kept.get(id);
    if (known) return known;
    this.loaded ??= this.load();
    const make = (await this.loaded)(model, apiKey);
    const made = wireModel({ provider: name, api: apiOf(config.type), model, apiKey, clock, quirks, make });
    if (this.kept.size >= MOST_KEPT) this.kept.clear();
    this.kept.set(id, made);
    return made;
  }

  private async load(): Promise<(model: string, apiKey: string) => WireOptions['make']> {
    const { name, config } = this.options;
    const baseURL = apiUrlOf(config);
    if (config.type === 'openai') {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return (model, apiKey) => (fetch) => createOpenAI({ apiKey, baseURL, fetch }).responses(model);
    }
    if (config.type === 'anthropic') {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return (model, apiKey) => (fetch) => createAnthropic({ apiKey, baseURL, fetch })(model);
    }
    if (config.type === 'gemini') {
      const { createGoogle } = await import('@ai-sdk/google');
      return (model, apiKey) => (fetch) => createGoogle({ apiKey, baseURL: `${baseURL}/v1beta`, fetch })(model);
    }
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    return (model, apiKey) => (fetch, transformRequestBody) =>
      createOpenAICompatible({
        name,
        baseURL,
        includeUsage: true,
        fetch,
        transformRequestBody,
        ...(apiKey !== '' && { apiKey }),
      })(model);
  }
}
