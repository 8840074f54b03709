import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import type { ChatMessage, ContentPart, ModelInfo, Models } from './port.ts';

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

/** More than providers charge for a picture of the size that Discord shows; several count it by area. */
const PICTURE_TOKENS = 1600;

/** About how many tokens a prompt is, its pictures included where the model sees. */
export async function promptTokens(
  messages: readonly ChatMessage[],
  { id, abilities: { vision } }: ModelInfo,
  countTokens: Models['countTokens'],
): Promise<number> {
  const pictures = messages.flatMap((message) => parts(message).filter((part) => part.type === 'image'));
  return (await countTokens(id, promptText(messages))) + (vision ? pictures.length * PICTURE_TOKENS : 0);
}

/** Everything in words that a prompt holds, for counting. */
export function promptText(messages: readonly ChatMessage[]): string {
  return messages.map((message) => plainText(message)).join('\n');
}

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
