import type { LanguageModelV4FilePart, LanguageModelV4Message, LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import { isPicture, pictureSizeOf } from './messages.ts';
import type { ModelMessage, PictureSize, ToolDeclaration } from './messages.ts';
import { pictureTokens } from './picture-tokens.ts';
import type { ModelInfo } from './port.ts';
import { buildPrompt, promptTexts } from './prompt.ts';
import type { Measure, TokenCounter } from './tokens.ts';

/** What surrounds a message: about as OpenAI documents it, and at most, where templates name roles in several tokens. */
const MESSAGE_TOKENS = 4;
const MOST_MESSAGE_TOKENS = 10;
/** What surrounds a call, a result or a thought, at most: templates name what it is in words of their own. */
const PART_TOKENS = 4;
const MOST_PART_TOKENS = 24;
/** What a template may put before all messages, such as dates (Llama); gpt-oss has 70 tokens on channels as well. */
const mostPreambleTokens = (modelId: string): number => (modelId.includes('gpt-oss') ? 100 : 32);
/** How tools are to be used, in words of the provider: Anthropic publishes 264 to 530 tokens, and templates have fewer. */
const TOOLS_TOKENS = 300;
const MOST_TOOLS_TOKENS = 640;
/** What surrounds one tool. */
const TOOL_TOKENS = 8;
const MOST_TOOL_TOKENS = 32;
/** Of encrypted thoughts, what a token of the thoughts takes on average. */
const OPAQUE_CHARACTERS = 4;

/** What counts tokens, or stands in for it. */
export type Counter = Pick<TokenCounter, 'measure' | 'measureWithin'>;

export interface SizedRequest {
  messages: readonly ModelMessage[];
  tools?: readonly ToolDeclaration[] | undefined;
}

/**
 * A prompt in tokens, with its files, calls, results, thoughts and tools. The least is of its words alone, since a server
 * may leave out all else. Of a file that is no picture and no text, the most is the window: nobody knows more.
 */
export async function measurePrompt(
  { messages, tools = [] }: SizedRequest,
  { id, contextTokens, abilities: { vision } }: Pick<ModelInfo, 'id' | 'contextTokens' | 'abilities'>,
  counter: Counter,
): Promise<Measure> {
  const prompt = buildPrompt(messages, { vision, tools: tools.length > 0, filesInResults: true });
  const contents = contentsOf(prompt);
  const [words, data, offered] = await Promise.all([
    counter.measure(id, [...promptTexts(prompt), ...contents.texts]),
    counter.measure(id, contents.data),
    measureTools(id, tools, counter),
  ]);
  const pictures = contents.pictures.reduce<number>((sum, size) => sum + pictureTokens(id, size), 0);
  const most =
    words.most +
    (contents.data.length > 0 ? data.most : 0) +
    offered.most +
    pictures +
    contents.opaqueCharacters +
    prompt.length * MOST_MESSAGE_TOKENS +
    contents.parts * MOST_PART_TOKENS +
    mostPreambleTokens(id);
  return {
    tokens:
      words.tokens +
      data.tokens +
      offered.tokens +
      pictures +
      Math.ceil(contents.opaqueCharacters / OPAQUE_CHARACTERS) +
      prompt.length * MESSAGE_TOKENS +
      contents.parts * PART_TOKENS,
    least: words.least,
    most: contents.unknownFiles ? Math.max(most, contextTokens) : most,
  };
}

/** Templates write tools as JSON, some of them with indentation (Llama). */
async function measureTools(
  id: string,
  tools: readonly ToolDeclaration[],
  counter: Counter,
): Promise<{ tokens: number; most: number }> {
  if (tools.length === 0) return { tokens: 0, most: 0 };
  const declared = tools.map(({ name, description, inputSchema }) => ({
    type: 'function',
    function: { name, description, parameters: inputSchema },
  }));
  const [close, wide] = await Promise.all([
    counter.measure(
      id,
      declared.map((tool) => JSON.stringify(tool)),
    ),
    counter.measure(
      id,
      declared.map((tool) => JSON.stringify(tool, null, 4)),
    ),
  ]);
  return {
    tokens: TOOLS_TOKENS + close.tokens + tools.length * TOOL_TOKENS,
    most: MOST_TOOLS_TOKENS + wide.most + tools.length * MOST_TOOL_TOKENS,
  };
}

/** What a prompt holds beside the words of its messages. */
class Contents {
  /** Of files that are text. */
  readonly texts: string[] = [];
  /** Calls, results and thoughts, as JSON, which is how the longest templates write them. */
  readonly data: string[] = [];
  readonly pictures: (PictureSize | undefined)[] = [];
  /** Of what only its provider can read. */
  opaqueCharacters = 0;
  parts = 0;
  unknownFiles = false;

  file(part: Pick<LanguageModelV4FilePart, 'type' | 'mediaType' | 'data' | 'providerOptions'>): void {
    if (isPicture(part)) this.pictures.push(pictureSizeOf(part));
    else if (part.data.type === 'text') this.texts.push(part.data.text);
    else this.unknownFiles = true;
  }

  json(...values: unknown[]): void {
    for (const value of values) this.data.push(JSON.stringify(value) ?? '');
    this.parts += 1;
  }

  opaque(value: unknown): void {
    if (value !== undefined) this.opaqueCharacters += JSON.stringify(value).length;
  }

  result({ toolCallId, toolName, output }: LanguageModelV4ToolResultPart): void {
    if (output.type === 'content') {
      this.json(toolCallId, toolName);
      for (const part of output.value) {
        if (part.type === 'text') this.json(part.text);
        else if (part.type === 'file') this.file(part);
        else this.opaque(part);
      }
    } else {
      // JSON goes as a text within JSON.
      const value = output.type === 'execution-denied' ? (output.reason ?? '') : output.value;
      this.json(toolCallId, toolName, typeof value === 'string' ? value : JSON.stringify(value));
    }
  }
}

function contentsOf(prompt: readonly LanguageModelV4Message[]): Contents {
  const contents = new Contents();
  for (const { content } of prompt) {
    if (typeof content === 'string') continue;
    for (const part of content) {
      if (part.type === 'text') continue;
      if (part.type === 'file') contents.file(part);
      else if (part.type === 'tool-result') contents.result(part);
      else if (part.type === 'tool-call') {
        contents.json(part.toolCallId, part.toolName, JSON.stringify(part.input));
        contents.opaque(part.providerOptions);
      } else if (part.type === 'reasoning') {
        contents.json(part.text);
        contents.opaque(part.providerOptions);
      } else if (part.type === 'reasoning-file') contents.unknownFiles = true;
      else contents.opaque(part);
    }
  }
  return contents;
}
