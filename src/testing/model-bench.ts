import { expect } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { VendorError } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Logger } from '../kernel/logger.ts';
import type { ProviderConfig } from '../platform/config/index.ts';
import { createModels } from '../platform/models/index.ts';
import { systemMessage, userMessage } from '../platform/models/index.ts';
import type {
  Ability,
  AbilityPrices,
  ChatEvent,
  ChatRequest,
  ModelMessage,
  ModelPrices,
  Models,
  ToolCallEvent,
} from '../platform/models/index.ts';
import { startFakeProviders } from './providers.ts';
import type { FakeProviders } from './providers.ts';

export const timeouts = { firstByteMs: 10_000, stallMs: 5000, totalMs: 60_000 };

type Changes = Partial<ProviderConfig>;

interface OpenOptions {
  models?: { default?: string; fallback?: string[]; defaults?: Partial<Record<Ability, string>> };
  abilityPrices?: Record<string, AbilityPrices>;
  prices?: Record<string, ModelPrices>;
  clock?: Clock;
  logger?: Logger;
}

/** Registries over fake providers, for tests of the models platform. */
interface ModelBench {
  readonly fake: FakeProviders;
  openai(changes?: Changes): ProviderConfig;
  anthropic(changes?: Changes): ProviderConfig;
  gemini(changes?: Changes): ProviderConfig;
  compatible(changes?: Changes): ProviderConfig;
  ollama(changes?: Changes): ProviderConfig;
  open(providers: Record<string, ProviderConfig>, options?: OpenOptions): Promise<Models>;
  /** Closes everything, resets the scripts, and expects that all of them were used. */
  finish(): Promise<void>;
}

export async function createModelBench(): Promise<ModelBench> {
  const fake = await startFakeProviders();
  const opened: Models[] = [];
  const provider = (config: Changes & Pick<ProviderConfig, 'type'>): ProviderConfig => ({
    apiKeys: ['key-1'],
    timeouts,
    optional: false,
    ...config,
  });
  return {
    fake,
    openai: (changes) => provider({ type: 'openai', baseUrl: fake.openaiBaseUrl, ...changes }),
    anthropic: (changes) => provider({ type: 'anthropic', baseUrl: fake.anthropicBaseUrl, ...changes }),
    gemini: (changes) => provider({ type: 'gemini', baseUrl: fake.geminiBaseUrl, ...changes }),
    compatible: (changes) =>
      provider({ type: 'openai-compatible', baseUrl: fake.openaiBaseUrl, models: [{ name: 'plain' }], ...changes }),
    ollama: (changes) => provider({ type: 'ollama', baseUrl: fake.ollamaBaseUrl, apiKeys: [], ...changes }),
    open: async (providers, options = {}) => {
      const random = { next: () => 0 };
      const models = await createModels({ providers, clock: systemClock, random, logger: silentLogger, ...options });
      opened.push(models);
      return models;
    },
    finish: async () => {
      const unused = fake.unused();
      await Promise.all(opened.splice(0).map((models) => models.close()));
      fake.reset();
      expect(unused).toEqual([]);
    },
  };
}

export interface Asked extends Pick<ChatRequest, 'allowed' | 'onUsage' | 'tools' | 'toolChoice'> {
  modelId?: string;
  messages?: ModelMessage[];
  signal?: AbortSignal;
  maxOutputTokens?: number;
}

export function ask(models: Models, question: string, asked: Asked = {}): AsyncIterable<ChatEvent> {
  return models.stream({
    ...asked,
    modelId: asked.modelId ?? models.default.id,
    messages: asked.messages ?? [systemMessage('Be kind.'), userMessage(question)],
    maxOutputTokens: asked.maxOutputTokens ?? 500,
    signal: asked.signal ?? new AbortController().signal,
  });
}

export interface Answer {
  /** Ids of the `start` events. */
  startedBy: string[];
  text: string;
  reasoning: string;
  calls: ToolCallEvent[];
  finish: Extract<ChatEvent, { type: 'finish' }> | undefined;
}

export async function collect(events: AsyncIterable<ChatEvent>): Promise<Answer> {
  const answer: Answer = { startedBy: [], text: '', reasoning: '', calls: [], finish: undefined };
  for await (const event of events) {
    if (event.type === 'start') answer.startedBy.push(event.modelId);
    else if (event.type === 'finish') answer.finish = event;
    else if (event.type === 'reset') {
      answer.reasoning += answer.text;
      answer.text = '';
    } else if (event.type === 'tool-call') answer.calls.push(event);
    else answer[event.type] += event.text;
  }
  return answer;
}

/** The VendorError at the end of a stream, and the text before it. */
export async function failure(events: AsyncIterable<ChatEvent>): Promise<{ error: VendorError; text: string }> {
  let text = '';
  try {
    for await (const event of events) if (event.type === 'text') text += event.text;
  } catch (error) {
    expect(error).toBeInstanceOf(VendorError);
    return { error: error as VendorError, text };
  }
  throw new Error('expected the stream to fail');
}
