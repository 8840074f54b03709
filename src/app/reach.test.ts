import { describe, expect, it } from 'vitest';
import type { Config } from '../platform/config/index.ts';
import type { ModelInfo } from '../platform/models/index.ts';
import { reachText } from './reach.ts';

const at = (type: string, baseUrl?: string) => ({ type, apiKeys: ['key'], ...(baseUrl && { baseUrl }) });
const providers = (entries: Record<string, object>) => entries as Config['providers'];
const of = (provider: string) => ({ provider }) as ModelInfo;

describe('where messages go', () => {
  it('is nowhere when all models run here', () => {
    expect(reachText({}, of('demo'))).toBeUndefined();
    expect(reachText(providers({ ollama: at('ollama', 'http://127.0.0.1:11434') }), of('ollama'))).toBeUndefined();
    expect(
      reachText(providers({ home: at('openai-compatible', 'http://gpu-box:8000/v1') }), of('home')),
    ).toBeUndefined();
  });

  it('names the provider of the default model and its host', () => {
    expect(reachText(providers({ openai: at('openai') }), of('openai'))).toBe('messages go to openai (api.openai.com)');
    expect(reachText(providers({ mine: at('openai-compatible', 'https://llm.example:8443/v1') }), of('mine'))).toBe(
      'messages go to mine (llm.example:8443)',
    );
  });

  it('names the providers of other models too', () => {
    const both = providers({ openai: at('openai'), anthropic: at('anthropic') });
    expect(reachText(both, of('anthropic'))).toBe(
      'messages go to anthropic (api.anthropic.com), for some models to openai (api.openai.com)',
    );
    expect(
      reachText(providers({ openai: at('openai'), ollama: at('ollama', 'http://localhost:1') }), of('ollama')),
    ).toBe('for some models, messages go to openai (api.openai.com)');
  });

  it('fits a status', () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`provider-number-${n}`, at('openai')]));
    expect(reachText(providers(many), of('demo'))).toHaveLength(128);
  });
});
