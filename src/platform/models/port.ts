/** US dollars per million tokens, as providers publish them. */
export interface ModelPrices {
  inputPerMillion: number;
  outputPerMillion: number;
  cachedInputPerMillion?: number;
}

export interface ModelInfo {
  /** `provider/model`, the name used everywhere. */
  id: string;
  provider: string;
  /** Input and output together, in tokens. */
  contextTokens: number;
  maxOutputTokens: number;
  abilities: { vision: boolean; tools: boolean; reasoning: boolean };
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
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens: number;
  reasoningTokens: number;
  /** True when the provider reported nothing and these were counted from the text. */
  estimated: boolean;
}

export type FinishReason = 'stop' | 'length' | 'refused' | 'other';

export type ChatEvent =
  /** First event of every stream: the model that answers, which is a fallback when it is not the one asked for. */
  | { type: 'start'; modelId: string }
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  | { type: 'finish'; reason: FinishReason; usage: Usage };

/** Codes of the VendorErrors that `stream` throws. Only before the first text is a fallback tried. */
export type ModelErrorCode =
  | 'model/rate-limited'
  | 'model/overloaded'
  | 'model/refused'
  | 'model/too-long'
  | 'model/bad-key'
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

export interface Models {
  /** Every usable model, default first. Never empty: without providers it is the demo model. */
  list(): ModelInfo[];
  /** By full id, or by the part after the slash when that is unambiguous. */
  find(name: string): ModelInfo | undefined;
  readonly default: ModelInfo;
  /** Throws a VendorError with a ModelErrorCode; rethrows the signal's reason when that is aborted. */
  stream(request: ChatRequest): AsyncIterable<ChatEvent>;
  /** Tokens of `text`, never more than a few percent below the truth. Bounded time for any input. */
  countTokens(text: string): number;
  /** Asks each provider for its model list; used by doctor and at start, never throws. */
  check(): Promise<ProviderStatus[]>;
  close(): Promise<void>;
}
