import type { LanguageModelV4StreamPart, LanguageModelV4ToolCall } from '@ai-sdk/provider';
import type { Clock } from '../../kernel/clock.ts';
import { AssistantMessage } from './assistant-message.ts';
import { HiddenThoughts } from './hidden-thoughts.ts';
import type { ModelMessage } from './messages.ts';
import { OutputLimit } from './output-limit.ts';
import type { ChatRequest, ModelInfo, ToolCallEvent } from './port.ts';
import { measurePrompt } from './prompt-size.ts';
import type { Counter } from './prompt-size.ts';
import { ThinkTags } from './think-tags.ts';
import type { Said } from './said.ts';
import type { Measure } from './tokens.ts';
import { MOST_CALLS, toolCallOf } from './tool-calls.ts';
import type { OwnCount } from './usage.ts';

interface AnswerOptions {
  info: ModelInfo;
  request: ChatRequest;
  clock: Clock;
  counter: Counter;
}

/** In tokens, thoughts included. */
export const limitOf = (info: ModelInfo, request: ChatRequest): number =>
  Math.min(request.maxOutputTokens, info.maxOutputTokens);

/** What one call says, cut at its output limit and told apart from thoughts, and what it used by our own count. */
export class Answer {
  readonly #options: AnswerOptions;
  readonly #limit: OutputLimit;
  readonly #tags = new ThinkTags();
  readonly #hidden: HiddenThoughts;
  readonly #prompt: Promise<Measure>;
  readonly #message = new AssistantMessage();
  #text = '';
  #reasoning = '';
  /** The inputs of its calls. */
  #inputs = '';
  /** Calls whose input came in pieces. */
  readonly #streamed = new Set<string>();
  readonly #calls: ToolCallEvent[] = [];
  #isFull = false;

  constructor(options: AnswerOptions) {
    this.#options = options;
    const { info, request, clock, counter } = options;
    this.#limit = new OutputLimit(limitOf(info, request), (text, limit) => counter.measureWithin(info.id, text, limit));
    this.#hidden = new HiddenThoughts(clock, info);
    // Counted while the provider reads it, and by the time that it is wanted there.
    this.#prompt = measurePrompt(request, info, counter);
  }

  /** The server writes more than was asked for: what it said is cut, and nothing more of it is to be read. */
  get isFull(): boolean {
    return this.#isFull;
  }

  get isEmpty(): boolean {
    return this.#text + this.#reasoning + this.#inputs === '' && this.#calls.length === 0;
  }

  /** Complete only at the end: the last one of an answer that breaks off is broken as well. */
  get calls(): readonly ToolCallEvent[] {
    return this.#calls;
  }

  /** As it is sent back to the model. */
  message(calls: readonly ToolCallEvent[]): ModelMessage {
    return this.#message.build(calls);
  }

  /** The server has begun to answer. */
  opened(): void {
    this.#hidden.opened();
  }

  async take(part: LanguageModelV4StreamPart): Promise<Said[]> {
    this.#message.take(part);
    if (part.type === 'reasoning-start') {
      this.#hidden.begin();
      // A paragraph of its own for each thought. Some providers tell that their model thinks, and keep to themselves what.
      return this.#tell([{ type: 'reasoning', text: this.#reasoning === '' ? '' : '\n\n' }]);
    }
    if (part.type === 'tool-call') await this.#call(part);
    if (part.type === 'tool-input-delta') {
      this.#streamed.add(part.id);
      this.#inputs += await this.#within(part.delta);
      return [];
    }
    if ((part.type !== 'text-delta' && part.type !== 'reasoning-delta') || part.delta === '') return [];
    const piece = await this.#within(part.delta);
    return this.#tell(part.type === 'text-delta' ? this.#tags.take(piece) : [{ type: 'reasoning', text: piece }]);
  }

  async #within(delta: string): Promise<string> {
    this.#hidden.end();
    const piece = await this.#limit.take(delta);
    this.#isFull = piece.length < delta.length;
    return piece;
  }

  async #call(part: LanguageModelV4ToolCall): Promise<void> {
    if (!this.#streamed.has(part.toolCallId)) this.#inputs += await this.#within(part.input);
    // A provider that runs tools of its own tells of them, too.
    const isAsked = (this.#options.request.tools ?? []).length > 0 && part.providerExecuted !== true;
    if (!isAsked || this.#calls.length >= MOST_CALLS) return;
    const call = toolCallOf(part);
    // Some servers number the calls of an answer all alike.
    if (this.#calls.some(({ id }) => id === call.id)) call.id += `-${this.#calls.length}`;
    this.#calls.push(call);
    this.#message.called(call.id);
  }

  /** What was held back. */
  end(): Said[] {
    return this.#tell(this.#tags.end());
  }

  async count(): Promise<OwnCount> {
    const { info, request, counter } = this.#options;
    const [prompt, text, inputs, reasoning] = await Promise.all([
      this.#prompt,
      counter.measure(info.id, [this.#text]),
      counter.measure(info.id, [this.#inputs]),
      counter.measure(info.id, [this.#reasoning]),
    ]);
    const limitTokens = limitOf(info, request);
    const reasoningTokens = reasoning.tokens + this.#hidden.tokens();
    const counted = text.tokens + inputs.tokens + reasoningTokens;
    return {
      inputTokens: prompt.tokens,
      // Of an answer that was cut, what is beyond the limit is an overrun, and has to be known as one.
      outputTokens: this.#isFull ? Math.max(limitTokens, counted) : Math.min(limitTokens, counted),
      reasoningTokens,
      leastInputTokens: prompt.least,
      leastOutputTokens: text.least + reasoning.least,
      contextTokens: info.contextTokens,
      limitTokens,
    };
  }

  #tell(said: Said[]): Said[] {
    for (const one of said) {
      if (one.type === 'text') {
        this.#text += one.text;
        this.#message.said(one.text);
      } else if (one.type === 'reasoning') {
        this.#reasoning += one.text;
      } else {
        this.#message.reset();
        this.#reasoning += this.#text;
        this.#text = '';
      }
    }
    return said;
  }
}
