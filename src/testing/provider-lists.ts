import type { ServerResponse } from 'node:http';

export interface FakeOllamaModel {
  name: string;
  capabilities: readonly string[];
  contextTokens: number;
}

/** What the lists of models hold. */
export interface FakeModels {
  openai: Record<string, unknown>[];
  anthropic: string[];
  gemini: Record<string, unknown>[];
  ollama: FakeOllamaModel[];
}

export function defaultModels(): FakeModels {
  return {
    openai: [{ id: 'fake-large', object: 'model' }],
    anthropic: ['claude-haiku-4-5'],
    gemini: ['gemini-3.5-flash-lite', 'gemini-3.1-flash-image', 'gemini-embedding-001'].map((name) => ({
      name: `models/${name}`,
      inputTokenLimit: 1_048_576,
      outputTokenLimit: 65_536,
      supportedGenerationMethods: [name.includes('embedding') ? 'embedContent' : 'generateContent'],
    })),
    ollama: [{ name: 'gpt-oss:20b', capabilities: ['completion', 'tools', 'thinking'], contextTokens: 131_072 }],
  };
}

export function sendList(
  models: FakeModels,
  path: string,
  body: Record<string, unknown>,
  response: ServerResponse,
): void {
  const { openai, anthropic, gemini, ollama } = models;
  if (path === '/gemini/v1beta/models') return sendJson(response, 200, { models: gemini });
  if (path === '/openai/v1/models') return sendJson(response, 200, { object: 'list', data: openai });
  if (path === '/anthropic/v1/models') {
    return sendJson(response, 200, { data: anthropic.map((id) => ({ id, type: 'model' })), has_more: false });
  }
  if (path === '/ollama/api/tags') {
    return sendJson(response, 200, { models: ollama.map(({ name }) => ({ name, model: name, size: 1 })) });
  }
  const shown = path === '/ollama/api/show' ? ollama.find((model) => model.name === body['model']) : undefined;
  if (!shown) return sendJson(response, 404, { error: `nothing at ${path}` });
  sendJson(response, 200, {
    capabilities: shown.capabilities,
    model_info: { 'general.architecture': 'fake', 'fake.context_length': shown.contextTokens },
  });
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
