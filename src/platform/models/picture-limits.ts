import type { ProviderConfig } from '../config/index.ts';
import type { PictureLimits } from './port.ts';

const mebibyte = 1024 * 1024;

/**
 * By type of provider. Sources: Anthropic, "Vision" (5 MB a picture as base64; more than 1568 pixels are scaled down);
 * OpenAI, "Images and vision" (50 MB a request; 2048 pixels at the highest detail); Groq, "Vision" (4 MB of base64 a
 * request), as the strictest of the compatible ones; Google, "Image understanding" (7 MB a picture within the request; more
 * than 3072 pixels are scaled down). Ollama hands pictures to models that scale them to far less.
 */
const limitsByType: Readonly<Partial<Record<ProviderConfig['type'], PictureLimits>>> = {
  anthropic: { longestEdge: 1568, base64Bytes: 5 * mebibyte, provider: 'Anthropic' },
  gemini: { longestEdge: 3072, base64Bytes: 7 * mebibyte, provider: 'Gemini' },
  openai: { longestEdge: 2048, base64Bytes: 20 * mebibyte, provider: 'OpenAI' },
  'openai-compatible': { longestEdge: 1568, base64Bytes: 4 * mebibyte, provider: 'the provider' },
  ollama: { longestEdge: 1568, base64Bytes: 20 * mebibyte, provider: 'Ollama' },
};
const demo: PictureLimits = { longestEdge: 1568, base64Bytes: 20 * mebibyte, provider: 'the demo model' };

/** What every one of these providers takes. */
export function strictestLimits(providers: readonly { name: string; type: ProviderConfig['type'] }[]): PictureLimits {
  const limits = providers.map(({ name, type }) => {
    const known = limitsByType[type] ?? demo;
    // Compatible servers are known by the name that the settings give them.
    return type === 'openai-compatible' ? { ...known, provider: name } : known;
  });
  const [least = demo] = limits.toSorted((one, other) => one.base64Bytes - other.base64Bytes);
  return { ...least, longestEdge: Math.min(least.longestEdge, ...limits.map(({ longestEdge }) => longestEdge)) };
}
