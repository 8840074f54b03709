import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { Clock } from '../../kernel/clock.ts';
import { HiddenThoughts } from './hidden-thoughts.ts';
import { OutputLimit } from './output-limit.ts';
import type { ChatRequest, ModelInfo } from './port.ts';
import { measurePrompt } from './prompt.ts';
import type { Counter } from './prompt.ts';
import { ThinkTags } from './think-tags.ts';
import type { Said } from './think-tags.ts';
import type { Measure } from './tokens.ts';
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
  #text = '';
  #reasoning = '';
  #isFull = false;

  constructor(options: AnswerOptions) {
    this.#options = options;
    const { info, request, clock, counter } = options;
    this.#limit = new OutputLimit(limitOf(info, request), (text, limit) => counter.measureWithin(info.id, text, limit));
    this.#hidden = new HiddenThoughts(clock, info);
    // Counted while the provider reads it, and by the time that it is wanted there.
    this.#prompt = measurePrompt(request.messages, info, counter);
  }

  /** The server writes more than was asked for: what it said is cut, and nothing more of it is to be read. */
  get isFull(): boolean {
    return this.#isFull;
  }

  get isEmpty(): boolean {
    return this.#text + this.#reasoning === '';
  }

  /** The server has begun to answer. */
  opened(): void {
    this.#hidden.opened();
  }

  async take(part: LanguageModelV4StreamPart): Promise<Said[]> {
    if (part.type === 'reasoning-start') {
      this.#hidden.begin();
      // A paragraph of its own for each thought. Some providers tell that their model thinks, and keep to themselves what.
      return this.#tell([{ type: 'reasoning', text: this.#reasoning === '' ? '' : '\n\n' }]);
    }
    if ((part.type !== 'text-delta' && part.type !== 'reasoning-delta') || part.delta === '') return [];
    this.#hidden.end();
    const piece = await this.#limit.take(part.delta);
    this.#isFull = piece.length < part.delta.length;
    return this.#tell(part.type === 'text-delta' ? this.#tags.take(piece) : [{ type: 'reasoning', text: piece }]);
  }

  /** What was held back. */
  end(): Said[] {
    return this.#tell(this.#tags.end());
  }

  async count(): Promise<OwnCount> {
    const { info, request, counter } = this.#options;
    const [prompt, text, reasoning] = await Promise.all([
      this.#prompt,
      counter.measure(info.id, [this.#text]),
      counter.measure(info.id, [this.#reasoning]),
    ]);
    const limitTokens = limitOf(info, request);
    const reasoningTokens = reasoning.tokens + this.#hidden.tokens();
    const counted = text.tokens + reasoningTokens;
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
      if (one.type === 'text') this.#text += one.text;
      else if (one.type === 'reasoning') this.#reasoning += one.text;
      else {
        this.#reasoning += this.#text;
        this.#text = '';
      }
    }
    return said;
  }
}
