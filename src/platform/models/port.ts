import type { LanguageModelV4ToolChoice, SharedV4ProviderMetadata } from '@ai-sdk/provider';
import type { Quirk } from '../config/index.ts';
import type { Abilities } from './abilities/port.ts';
import type { ModelMessage, PictureSize, ToolDeclaration } from './messages.ts';
import type { ModelInfo, Usage } from './model-info.ts';

export type { ModelInfo, ModelPrices, Usage } from './model-info.ts';

/** What the providers that may answer take of one picture. */
export interface PictureLimits {
  /** In pixels: more is scaled down by the provider, after it was paid for in bytes. */
  longestEdge: number;
  /** As base64, as it is sent. */
  base64Bytes: number;
  /** Whose limit of bytes it is, as people know it. */
  provider: string;
}

export type ToolChoice = LanguageModelV4ToolChoice;

export interface ChatRequest {
  modelId: string;
  messages: ModelMessage[];
  /** What the model may call. Throws `model/no-tools` when it can't: the caller may ask again without. */
  tools?: readonly ToolDeclaration[];
  /** `auto` by default. Only with tools. */
  toolChoice?: ToolChoice;
  maxOutputTokens: number;
  temperature?: number;
  signal: AbortSignal;
  /** Leaves candidates out, such as those without a price. Asked of the model that would answer, also behind `auto`. */
  allowed?: (model: ModelInfo) => boolean;
  /**
   * Told what a call of a provider used, once for every call that was begun, however it ends; several are begun when
   * one key or model stands in for another. Called before the end is seen in the stream. Must not throw.
   *
   * - The answer is complete: the highest reading of what the provider reports that agrees with what was said.
   * - It is cut at the output limit: an estimate of the input, and the limit.
   * - It breaks off after its first token (an error, a stall, an abort, a reader that leaves): an estimate of the input
   *   and of the output so far. Reasoning that the provider keeps to itself is estimated from its duration.
   * - The provider answers with an HTTP error, or cannot be reached at all: nothing.
   * - Whatever else ends the call before its first token (a timeout, an abort, a connection that is lost): an estimate
   *   of the input, because nobody knows how far it came.
   */
  onUsage?: (usage: Usage, model: ModelInfo) => void;
}

/** `tool-calls`: the model waits for the results of its calls. */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'refused' | 'other';

/**
 * A call of a tool, at most 16 in an answer. They come at its end, and only when that is `tool-calls`. Neither the name nor the input is checked: the model may call a tool
 * that nobody offered, and `input` may be no JSON. Both deserve a result that says so.
 */
export interface ToolCallEvent {
  type: 'tool-call';
  /** Told again with the result. Unique in its answer. */
  id: string;
  name: string;
  /** JSON of an object, if the model keeps to the rules; at most 64 KiB. */
  input: string;
  /** Part of `message` at the end, too. */
  providerMetadata?: SharedV4ProviderMetadata;
}

export type ChatEvent =
  /** First event of every stream: the model that answers, which is a fallback when it is not the one asked for. */
  | { type: 'start'; modelId: string }
  | { type: 'text'; text: string }
  /** The model thinks. Empty where its provider keeps to itself what. */
  | { type: 'reasoning'; text: string }
  /** All text since `start` was reasoning, as only its end has shown; the text of the answer is still to come. */
  | { type: 'reset' }
  | ToolCallEvent
  /** `message` is what the model said, as it has to be sent back to it: text, thoughts that its provider needs, calls. */
  | { type: 'finish'; reason: FinishReason; usage: Usage; message: ModelMessage };

/** Codes of the VendorErrors that `stream` throws. Only before the first text is a fallback tried. */
export type ModelErrorCode =
  | 'model/rate-limited'
  | 'model/overloaded'
  | 'model/refused'
  | 'model/too-long'
  | 'model/bad-key'
  | 'model/no-credit'
  | 'model/wrong-region'
  | 'model/unreachable'
  | 'model/broke-off'
  | 'model/redirected'
  | 'model/web-page'
  | 'model/unreadable'
  | 'model/empty'
  | 'model/timeout'
  | 'model/unknown-model'
  | 'model/no-tools'
  | 'model/failed';

export interface ProviderStatus {
  provider: string;
  /** `unknown` until it has been asked for something. */
  state: 'unknown' | 'up' | 'down';
  /** In words a person can act on. */
  detail: string;
  /** Why it is down. */
  fault?: ProviderFault;
}

/** `no-key`: it refuses requests without a key, and the settings have none. */
export type ProviderFault = 'no-key' | 'bad-key' | 'no-credit' | 'unreachable' | 'other';

/** What the bot's owner can do something about. */
export type ModelNews =
  /** A model refused a part of its requests, which is left out from now on. `quirk` is its name in the settings. */
  | { kind: 'quirk'; provider: string; model: string; quirk: Quirk }
  | { kind: 'no-credit'; provider: string; keyNumber: number; of: number }
  /** Requests fail, and go on failing until somebody acts. May be told for every failed request. */
  | { kind: 'failing'; provider: string; fault: ProviderFault; detail: string };

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
   * Tokens of `text` for a model: exact where its encoding is known, else about right and on the high side. For what people
   * see and for what fits a window; a reservation takes `maxInputTokens`. Never rejects.
   */
  countTokens(modelId: string, text: string): Promise<number>;
  /** What a picture costs at most, in input tokens; of unknown size, what the largest costs. */
  pictureTokens(modelId: string, size: PictureSize | undefined): number;
  /**
   * The most input tokens that any of these models counts for these messages, with their files and tools and all that
   * surrounds them: an upper bound, for reservations. No margin belongs on top of it. Never rejects.
   */
  maxInputTokens(
    messages: readonly ModelMessage[],
    models: readonly ModelInfo[],
    tools?: readonly ToolDeclaration[],
  ): Promise<number>;
  /** The strictest limits of the models that `stream` tries for this one. */
  pictureLimits(modelId: string): PictureLimits;
  /** What is no conversation. */
  readonly abilities: Abilities;
  /** Calls `listener` with what the bot's owner should know, also with what came before it. */
  onNews(listener: (news: ModelNews) => void): void;
  /** Asks each provider, or only those named, for its model list within some 5 s; used by doctor and after start. Never throws. */
  check(names?: readonly string[]): Promise<ProviderStatus[]>;
  close(): Promise<void>;
}
