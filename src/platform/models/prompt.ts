import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { pictureTokens } from './picture-tokens.ts';
import type { ChatMessage, ContentPart, ModelInfo } from './port.ts';
import type { Measure, TokenCounter } from './tokens.ts';

/** Stands for a message that held nothing but pictures, sent to a model that sees none. */
const UNSEEN_PICTURE = '(a picture that you cannot see)';

/**
 * Messages as the AI SDK takes them. Pictures go only to models that see; empty texts, which some providers refuse, go
 * nowhere; system messages come first, as one, wherever they stood.
 */
export function buildPrompt(messages: readonly ChatMessage[], { vision }: { vision: boolean }): LanguageModelV4Prompt {
  const system = messages.filter((message) => message.role === 'system').map((message) => plainText(message));
  const prompt: LanguageModelV4Prompt = [];
  if (system.length > 0) prompt.push({ role: 'system', content: system.join('\n\n') });
  for (const message of messages) {
    const converted = convert(message, vision);
    if (converted) prompt.push(converted);
  }
  return prompt;
}

/** What surrounds a message: about as OpenAI documents it, and at most, where templates name roles in several tokens. */
const MESSAGE_TOKENS = 4;
const MOST_MESSAGE_TOKENS = 10;
/** What a template may put before all messages, such as dates (Llama); gpt-oss has 70 tokens on channels as well. */
const mostPreambleTokens = (modelId: string): number => (modelId.includes('gpt-oss') ? 100 : 32);

/** What counts tokens, or stands in for it. */
export type Counter = Pick<TokenCounter, 'measure' | 'measureWithin'>;

/** A prompt in tokens, with its pictures where the model sees. The least is of its words alone. */
export async function measurePrompt(
  messages: readonly ChatMessage[],
  { id, abilities: { vision } }: Pick<ModelInfo, 'id' | 'abilities'>,
  counter: Counter,
): Promise<Measure> {
  const { tokens, least, most } = await counter.measure(id, promptTexts(messages));
  const seen = vision ? messages.flatMap((message) => parts(message).filter((part) => part.type === 'image')) : [];
  const pictures = seen.reduce((sum, { size }) => sum + pictureTokens(id, size), 0);
  return {
    tokens: tokens + pictures + messages.length * MESSAGE_TOKENS,
    least,
    most: most + pictures + messages.length * MOST_MESSAGE_TOKENS + mostPreambleTokens(id),
  };
}

/** Everything in words that a prompt holds, by message. */
export const promptTexts = (messages: readonly ChatMessage[]): string[] => messages.map(plainText);

function plainText(message: ChatMessage): string {
  return parts(message)
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('\n');
}

function parts(message: ChatMessage): ContentPart[] {
  return typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;
}

function convert(message: ChatMessage, vision: boolean): LanguageModelV4Message | undefined {
  if (message.role === 'system') return undefined;
  const text = plainText(message);
  if (message.role === 'assistant') {
    return text.trim() === '' ? undefined : { role: 'assistant', content: [{ type: 'text', text }] };
  }
  const pictures = parts(message).flatMap((part) =>
    part.type === 'image'
      ? [{ type: 'file' as const, mediaType: part.mediaType, data: { type: 'data' as const, data: part.data } }]
      : [],
  );
  const seen = vision ? pictures : [];
  const words = text.trim() === '' && pictures.length > seen.length ? UNSEEN_PICTURE : text;
  if (words.trim() === '' && seen.length === 0) return undefined;
  return { role: 'user', content: [...(words.trim() === '' ? [] : [{ type: 'text' as const, text: words }]), ...seen] };
}
