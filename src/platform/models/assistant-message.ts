import type { LanguageModelV4Message, LanguageModelV4StreamPart, SharedV4ProviderMetadata } from '@ai-sdk/provider';
import { parseJson, recordOf } from './failure.ts';
import type { ModelMessage } from './messages.ts';
import type { ToolCallEvent } from './port.ts';

type Content = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'];
type Part = Content[number];
type TextPart = Extract<Part, { type: 'text' }>;
type ReasoningPart = Extract<Part, { type: 'reasoning' }>;

const callPart = ({ id, name, input, providerMetadata }: ToolCallEvent): Part => ({
  type: 'tool-call',
  toolCallId: id,
  toolName: name,
  // Providers refuse a message whose input is no object.
  input: recordOf(parseJson(input)) ?? {},
  ...(providerMetadata && { providerOptions: providerMetadata }),
});

/**
 * What a model said, as it wants to hear it again before the results of its calls: in order, with what its provider needs
 * to recognise its thoughts. Thoughts that stand in the text between tags are not repeated.
 */
export class AssistantMessage {
  #parts: Part[] = [];
  #text: TextPart | undefined;
  readonly #reasoning = new Map<string, ReasoningPart>();

  /** Notes what surrounds texts and thoughts, and the thoughts; `said` says the texts. */
  take(part: LanguageModelV4StreamPart): void {
    switch (part.type) {
      case 'text-start':
        this.#text = undefined;
        if (part.providerMetadata) this.#begin(part.providerMetadata);
        break;
      case 'text-delta':
        // Gemini signs a text at its end.
        if (part.providerMetadata) this.#note(this.#text ?? this.#begin(undefined), part.providerMetadata);
        break;
      case 'text-end':
        if (this.#text) this.#note(this.#text, part.providerMetadata);
        break;
      case 'reasoning-start': {
        const reasoning: ReasoningPart = { type: 'reasoning', text: '' };
        this.#reasoning.set(part.id, reasoning);
        this.#parts.push(reasoning);
        this.#note(reasoning, part.providerMetadata);
        break;
      }
      case 'reasoning-delta':
      case 'reasoning-end': {
        const reasoning = this.#reasoning.get(part.id);
        if (!reasoning) break;
        if (part.type === 'reasoning-delta') reasoning.text += part.delta;
        this.#note(reasoning, part.providerMetadata);
        break;
      }
      default:
    }
  }

  /** A text belongs to the block that began last, also when a call has come since: its end may have been held back. */
  said(text: string): void {
    (this.#text ?? this.#begin(undefined)).text += text;
  }

  /** All text so far was a thought. */
  reset(): void {
    this.#parts = this.#parts.filter(({ type }) => type !== 'text');
    this.#text = undefined;
  }

  /** Marks the place of a call. */
  called(id: string): void {
    this.#parts.push({ type: 'tool-call', toolCallId: id, toolName: '', input: {} });
  }

  /** With these of its calls: each needs a result when the message is sent back. */
  build(calls: readonly ToolCallEvent[]): ModelMessage {
    const content = this.#parts.flatMap((part): Part[] => {
      if (part.type === 'tool-call') return calls.filter(({ id }) => id === part.toolCallId).map(callPart);
      const isEmpty = part.type === 'text' || part.type === 'reasoning' ? part.text === '' : false;
      return isEmpty && (part.type === 'text' || !part.providerOptions) ? [] : [part];
    });
    return { role: 'assistant', content };
  }

  #begin(metadata: SharedV4ProviderMetadata | undefined): TextPart {
    const text: TextPart = { type: 'text', text: '' };
    this.#note(text, metadata);
    this.#parts.push(text);
    this.#text = text;
    return text;
  }

  #note(part: TextPart | ReasoningPart, metadata: SharedV4ProviderMetadata | undefined): void {
    if (metadata) part.providerOptions = { ...part.providerOptions, ...metadata };
  }
}
