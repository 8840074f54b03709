import { textOf } from '../messages.ts';
import type { ModelMessage, ToolDeclaration } from '../messages.ts';
import type { ChatRequest, ToolCallEvent } from '../port.ts';
import { texts } from './texts.ts';

const politely = '^(?:please |can you |could you |would you |will you |now )*';
const picture = '(?:picture|image|drawing|painting|photo|sketch|illustration)';
/** What people ask for without naming a tool, with the tool that does it and the words that it wants. */
const wishes: readonly { tool: string; needsPicture?: boolean; pattern: RegExp }[] = [
  {
    tool: 'draw_image',
    pattern: new RegExp(
      `${politely}(?:draw|paint|sketch|illustrate)\\b(?! (?:it|this|that)\\b)(?: me| us)? ([^?]+)`,
      'i',
    ),
  },
  {
    tool: 'draw_image',
    pattern: new RegExp(
      `${politely}(?:make|create|generate|show|give|do|i want|i'd like)(?: me| us)? (?:an? |the |another |some )?${picture}s? (?:of|with|showing) ([^?]+)`,
      'i',
    ),
  },
  {
    tool: 'edit_image',
    needsPicture: true,
    pattern: new RegExp(
      `${politely}((?:make|turn|paint|colou?r|change|edit|draw|put|add|remove|replace|crop|flip|rotate|brighten|darken)\\b [^?]+)`,
      'i',
    ),
  },
];

/**
 * The call that a question plainly asks for: it names the tool, with its input as JSON or in words behind the name, or it wants
 * something that an offered tool is known to do.
 */
export function callFor(
  question: string,
  { messages, tools = [], toolChoice }: Pick<ChatRequest, 'messages' | 'tools' | 'toolChoice'>,
  hasPicture: boolean,
): ToolCallEvent | undefined {
  if (messages.at(-1)?.role !== 'user' || toolChoice?.type === 'none') return undefined;
  const named = tools.filter(({ name }) => indexOfWord(question, name) >= 0);
  const [tool] = named.sort((one, other) => other.name.length - one.name.length);
  const id = `demo-${messages.length}`;
  if (tool) {
    const rest = question.slice(indexOfWord(question, tool.name) + tool.name.length);
    return { type: 'tool-call', id, name: tool.name, input: inputFrom(rest, tool) };
  }
  const wish = wishIn(question, tools, hasPicture || hasDrawn(messages));
  return wish && { type: 'tool-call', id, name: wish.tool.name, input: inputFrom(wish.words, wish.tool) };
}

/** Whether the answer right before has a picture that a tool made. */
function hasDrawn(messages: readonly ModelMessage[]): boolean {
  const answer = messages.findLast(({ role }) => role === 'assistant');
  return answer !== undefined && textOf(answer).includes(texts.drawn);
}

function wishIn(
  question: string,
  tools: readonly ToolDeclaration[],
  hasPicture: boolean,
): { tool: ToolDeclaration; words: string } | undefined {
  // What follows is about files and quoted messages.
  const [said = ''] = question.split('\n\n[');
  for (const { tool: name, needsPicture = false, pattern } of wishes) {
    const words = pattern.exec(said.trim())?.[1];
    const tool = tools.find((one) => one.name === name);
    if (words !== undefined && tool && (hasPicture || !needsPicture)) return { tool, words };
  }
  return undefined;
}

/** What the tools that draw tell a model when there is an image. */
const isDrawn = /^The image is attached to your answer\./;

/** What came back, where the model was just told; undefined for a question of a person. */
export function resultsIn(messages: readonly ModelMessage[]): string | undefined {
  const last = messages.at(-1);
  if (last?.role !== 'tool') return undefined;
  const results = last.content.flatMap((part) => {
    if (part.type !== 'tool-result') return [];
    const { output } = part;
    const value = 'value' in output ? output.value : (output.reason ?? '');
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const isPicture = /^(?:draw|edit)_image$/.test(part.toolName) && isDrawn.test(text);
    return [isPicture ? texts.drawn : texts.toolResult(part.toolName, text)];
  });
  return results.join('\n');
}

function indexOfWord(text: string, word: string): number {
  const at = text.toLowerCase().indexOf(word.toLowerCase());
  const around = `${text[at - 1] ?? ' '}${text[at + word.length] ?? ' '}`;
  return at >= 0 && !/[\w-]/.test(around) ? at : -1;
}

function inputFrom(rest: string, { inputSchema }: ToolDeclaration): string {
  const [from, to] = [rest.indexOf('{'), rest.lastIndexOf('}')];
  if (from >= 0 && to > from) return rest.slice(from, to + 1);
  const words = rest.replace(/^[\s:,`"']+|[\s`"']+$/g, '');
  const required = Array.isArray(inputSchema['required']) ? (inputSchema['required'] as unknown[]) : [];
  return JSON.stringify(Object.fromEntries(required.map((name) => [String(name), words])));
}
