import type { Quirk } from '../config/index.ts';

/** US dollars per million tokens, as providers publish them. */
export interface ModelPrices {
  inputPerMillion: number;
  outputPerMillion: number;
  /** Of input that the provider had in its cache; the input price by default. */
  cachedInputPerMillion?: number | undefined;
  /** Of input that the provider puts into its cache; the input price by default. Some charge more for it, unasked. */
  cacheWritePerMillion?: number | undefined;
  /** Of the part of the output that is reasoning; the output price by default. */
  reasoningPerMillion?: number | undefined;
}

export interface ModelInfo {
  /** `provider/model`, the name used everywhere. */
  id: string;
  provider: string;
  /** Input and output together, in tokens. */
  contextTokens: number;
  maxOutputTokens: number;
  abilities: { vision: boolean; tools: boolean; reasoning: boolean };
  /** False for the demo model and for providers in a private network, which cost nothing unless the settings price them. */
  paid: boolean;
  /** Null when they are unknown, which is so only for paid models; all 0 for models that are not paid. */
  prices: ModelPrices | null;
  /** True for the built-in model that answers without any provider. */
  demo: boolean;
}

export type ContentPart = { type: 'text'; text: string } | { type: 'image'; mediaType: string; data: Uint8Array };

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string | ContentPart[];
}

export interface ChatRequest {
  modelId: string;
  messages: ChatMessage[];
  maxOutputTokens: number;
  temperature?: number;
  signal: AbortSignal;
  /** Leaves candidates out, such as those without a price. Asked of the model that would answer, also behind `auto`. */
  allowed?: (model: ModelInfo) => boolean;
  /**
   * Told what a call of a provider used, once for every call that was begun, however it ends; several are begun when
   * one key or model stands in for another. Called before the end is seen in the stream. Must not throw.
   *
   * - The answer is complete: what the provider reports, or an estimate when it reports nothing.
   * - It breaks off after its first token (an error, a stall, an abort, a reader that leaves): an estimate of the input
   *   and of the output so far. Reasoning that the provider keeps to itself cannot be counted.
   * - The provider answers with an HTTP error, or cannot be reached at all: nothing.
   * - Whatever else ends the call before its first token (a timeout, an abort, a connection that is lost): an estimate
   *   of the input, because nobody knows how far it came.
   */
  onUsage?: (usage: Usage, model: ModelInfo) => void;
}

/** Whole numbers that are not negative. */
export interface Usage {
  /** All input, the cached part and the part that was put into the cache included. */
  inputTokens: number;
  /** All output, reasoning included. */
  outputTokens: number;
  cachedInputTokens: number;
  /** None by default: few providers charge for this apart. */
  cacheWriteTokens?: number;
  reasoningTokens: number;
  /** True when the provider reported nothing and these were counted from the text. */
  estimated: boolean;
}

export type FinishReason = 'stop' | 'length' | 'refused' | 'other';

export type ChatEvent =
  /** First event of every stream: the model that answers, which is a fallback when it is not the one asked for. */
  | { type: 'start'; modelId: string }
  | { type: 'text'; text: string }
  /** The model thinks. Empty where its provider keeps to itself what. */
  | { type: 'reasoning'; text: string }
  | { type: 'finish'; reason: FinishReason; usage: Usage };

/** Codes of the VendorErrors that `stream` throws. Only before the first text is a fallback tried. */
export type ModelErrorCode =
  | 'model/rate-limited'
  | 'model/overloaded'
  | 'model/refused'
  | 'model/too-long'
  | 'model/bad-key'
  | 'model/no-credit'
  | 'model/unreachable'
  | 'model/timeout'
  | 'model/unknown-model'
  | 'model/failed';

export interface ProviderStatus {
  provider: string;
  /** `unknown` until it has been asked for something. */
  state: 'unknown' | 'up' | 'down';
  /** In words a person can act on. */
  detail: string;
}

/** What the bot's owner can do something about. */
export type ModelNews =
  /** A model refused a part of its requests, which is left out from now on. `quirk` is its name in the settings. */
  | { kind: 'quirk'; provider: string; model: string; quirk: Quirk }
  | { kind: 'no-credit'; provider: string; keyNumber: number; of: number };

export interface Models {
  /** Every usable model, default first. Never empty: without providers it is the demo model. */
  list(): ModelInfo[];
  /** By full id, or by the part after the slash when that is unambiguous. */
  find(name: string): ModelInfo | undefined;
  readonly default: ModelInfo;
  /** The models that `stream` tries for a request, in order: the one asked for, then the fallbacks. */
  candidates(modelId: string): ModelInfo[];
  /** Throws a VendorError with a ModelErrorCode; rethrows the signal's reason when that is aborted. */
  stream(request: ChatRequest): AsyncIterable<ChatEvent>;
  /**
   * Tokens of `text` for a model, by its own encoding where that is known, else on the high side; never more than a few
   * percent below the truth. Counts elsewhere, so that no text holds anything up, and never rejects.
   */
  countTokens(modelId: string, text: string): Promise<number>;
  /** Calls `listener` with what the bot's owner should know, also with what came before it. */
  onNews(listener: (news: ModelNews) => void): void;
  /** Asks each provider for its model list; used by doctor and at start, never throws. */
  check(): Promise<ProviderStatus[]>;
  close(): Promise<void>;
}
