import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { ProviderConfig } from '../config/index.ts';

type MakeModel = (name: string) => LanguageModelV4;

const defaultBaseUrls: Readonly<Partial<Record<ProviderConfig['type'], string>>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com/v1',
  ollama: 'http://127.0.0.1:11434',
};

/** Without a slash at its end. */
export function baseUrlOf({ type, baseUrl }: ProviderConfig): string {
  return (baseUrl ?? defaultBaseUrls[type] ?? '').replace(/\/+$/, '');
}

/** Makes the AI SDK's clients of one provider, one a key; each package is loaded when it is first used. */
export class VendorClients {
  private readonly name: string;
  private readonly config: ProviderConfig;
  private readonly clients = new Map<string, Promise<MakeModel>>();

  constructor(name: string, config: ProviderConfig) {
    this.name = name;
    this.config = config;
  }

  async model(modelName: string, apiKey: string): Promise<LanguageModelV4> {
    let client = this.clients.get(apiKey);
    if (!client) this.clients.set(apiKey, (client = this.load(apiKey)));
    return (await client)(modelName);
  }

  private async load(apiKey: string): Promise<MakeModel> {
    const baseURL = baseUrlOf(this.config);
    if (this.config.type === 'openai') {
      const { createOpenAI } = await import('@ai-sdk/openai');
      return createOpenAI({ apiKey, baseURL }).responses;
    }
    if (this.config.type === 'anthropic') {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic({ apiKey, baseURL });
    }
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    return createOpenAICompatible({
      name: this.name,
      baseURL: this.config.type === 'ollama' ? `${baseURL}/v1` : baseURL,
      includeUsage: true,
      ...(apiKey !== '' && { apiKey }),
    });
  }
}
