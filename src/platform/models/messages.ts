import type { LanguageModelV4FilePart, LanguageModelV4Message, LanguageModelV4TextPart } from '@ai-sdk/provider';

/** A message of a conversation with a model: the AI SDK's own type, so that whatever a provider needs passes through. */
export type ModelMessage = LanguageModelV4Message;

/** What a message of the user is made of. */
export type ContentPart = LanguageModelV4TextPart | LanguageModelV4FilePart;

/** A tool that a model may call. */
export interface ToolDeclaration {
  /** 1 to 64 letters, digits, `_` and `-`: what every provider takes. */
  name: string;
  description: string;
  /** JSON Schema of an object. */
  inputSchema: Readonly<Record<string, unknown>>;
}

/** In pixels. */
export interface PictureSize {
  width: number;
  height: number;
}

export const systemMessage = (text: string): ModelMessage => ({ role: 'system', content: text });

export const userMessage = (content: string | readonly ContentPart[]): ModelMessage => ({
  role: 'user',
  content: typeof content === 'string' ? [textPart(content)] : [...content],
});

export const assistantMessage = (text: string): ModelMessage => ({ role: 'assistant', content: [textPart(text)] });

export const textPart = (text: string): LanguageModelV4TextPart => ({ type: 'text', text });

/** Without a size it is taken for the largest. */
export const picturePart = ({
  mediaType,
  data,
  size,
}: {
  mediaType: string;
  data: Uint8Array;
  size?: PictureSize | undefined;
}): LanguageModelV4FilePart => ({
  type: 'file',
  mediaType,
  data: { type: 'data', data },
  // Providers read no options but their own.
  ...(size && { providerOptions: { familiar: { ...size } } }),
});

export function isPicture(part: { type: string; mediaType?: string }): part is LanguageModelV4FilePart {
  return part.type === 'file' && /^image(\/|$)/.test(part.mediaType ?? '');
}

/** As `picturePart` was told; undefined where nobody knows. */
export function pictureSizeOf({ providerOptions }: LanguageModelV4FilePart): PictureSize | undefined {
  const { width, height } = providerOptions?.['familiar'] ?? {};
  return typeof width === 'number' && typeof height === 'number' ? { width, height } : undefined;
}

/** The words of a message, without files, thoughts and tools. */
export function textOf({ content }: ModelMessage): string {
  if (typeof content === 'string') return content;
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}
