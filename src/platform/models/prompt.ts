import type { LanguageModelV4Message, LanguageModelV4Prompt, LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import { isPicture, textOf, textPart, userMessage } from './messages.ts';
import type { ContentPart, ModelMessage } from './messages.ts';

/** Stands for a message that held nothing but pictures, sent to a model that sees none. */
const UNSEEN_PICTURE = '(a picture that you cannot see)';

/** What a request may hold. */
export interface PromptShape {
  vision: boolean;
  /** Tools are offered. Without them many providers refuse calls and results, which are then told in words. */
  tools: boolean;
  /** The API takes files as results of tools; elsewhere the user hands them over. */
  filesInResults: boolean;
}

type Of<Role extends ModelMessage['role']> = Extract<LanguageModelV4Message, { role: Role }>;
type Result = LanguageModelV4ToolResultPart;
type ResultContent = Extract<Result['output'], { type: 'content' }>['value'];

/**
 * Messages as a provider takes them. Pictures go only to models that see; empty texts, which some providers refuse, go
 * nowhere; system messages come first, as one, wherever they stood. Texts of the user are one, since some servers
 * refuse lists. All else stays as it is.
 */
export function buildPrompt(messages: readonly ModelMessage[], shape: PromptShape): LanguageModelV4Prompt {
  const system = messages.filter(({ role }) => role === 'system').map(textOf);
  const prompt: LanguageModelV4Prompt = [];
  if (system.length > 0) prompt.push({ role: 'system', content: system.join('\n\n') });
  for (const message of messages) prompt.push(...convert(message, shape));
  return prompt;
}

/** The words that a prompt holds, by message. */
export const promptTexts = (messages: readonly ModelMessage[]): string[] => messages.map(textOf);

function convert(message: ModelMessage, shape: PromptShape): LanguageModelV4Message[] {
  switch (message.role) {
    case 'system':
      return [];
    case 'user':
      return userOf(message, shape);
    case 'assistant':
      return assistantOf(message, shape);
    case 'tool':
      return shape.tools ? resultsOf(message, shape) : [userMessage(message.content.flatMap(resultInWords))];
  }
}

function userOf(message: Of<'user'>, { vision }: PromptShape): LanguageModelV4Message[] {
  const seen = vision ? message.content : message.content.filter((part) => !isPicture(part));
  const spoken = seen.filter((part) => part.type !== 'text' || part.text.trim() !== '');
  if (spoken.length === 0) return seen.length < message.content.length ? [userMessage(UNSEEN_PICTURE)] : [];
  return [{ ...message, content: asOneText(spoken) }];
}

function asOneText(parts: ContentPart[]): ContentPart[] {
  const texts = parts.flatMap((part) => (part.type === 'text' && !part.providerOptions ? [part.text] : []));
  return texts.length === parts.length ? [textPart(texts.join('\n'))] : parts;
}

function assistantOf(message: Of<'assistant'>, { tools }: PromptShape): LanguageModelV4Message[] {
  const content = message.content
    .map((part) =>
      part.type === 'tool-call' && !tools
        ? textPart(`[Called the tool ${part.toolName}: ${JSON.stringify(part.input)}]`)
        : part,
    )
    .filter((part) => part.type !== 'text' || part.text.trim() !== '');
  // Thoughts that lead to nothing are refused.
  return content.every(({ type }) => type === 'reasoning') ? [] : [{ ...message, content }];
}

function resultInWords(part: Of<'tool'>['content'][number]): ContentPart[] {
  if (part.type !== 'tool-result') return [];
  return [textPart(`[Result of the tool ${part.toolName}]\n${wordsOf(part.output)}`)];
}

function wordsOf(output: Result['output']): string {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return output.value;
    case 'json':
    case 'error-json':
      return JSON.stringify(output.value);
    case 'execution-denied':
      return output.reason ?? 'It was not allowed.';
    case 'content':
      return textsIn(output.value);
  }
}

const textsIn = (content: ResultContent): string =>
  content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');

/** Results with files, as far as the model and its API take them; the rest of a result is its text. */
function resultsOf(message: Of<'tool'>, { vision, filesInResults }: PromptShape): LanguageModelV4Message[] {
  const handedOver: ContentPart[] = [];
  const content = message.content.map((part): typeof part => {
    if (part.type !== 'tool-result' || part.output.type !== 'content') return part;
    const files = part.output.value.filter((one) => one.type === 'file' && (vision || !isPicture(one)));
    if (files.length > 0 && filesInResults) {
      const kept = part.output.value.filter((one) => one.type !== 'file' || files.includes(one));
      return { ...part, output: { ...part.output, value: kept } };
    }
    for (const file of files) if (file.type === 'file') handedOver.push(file);
    const text = textsIn(part.output.value);
    const without = files.length > 0 ? '(a file, which follows)' : UNSEEN_PICTURE;
    return { ...part, output: { type: 'text', value: text === '' ? without : text } };
  });
  return [{ ...message, content }, ...(handedOver.length > 0 ? [userMessage(handedOver)] : [])];
}
