import type { ModelMessage, ToolDeclaration } from '../messages.ts';
import type { ChatRequest, ToolCallEvent } from '../port.ts';
import { texts } from './texts.ts';

/** The call that a question plainly asks for: it names the tool, with its input as JSON or in words behind the name. */
export function callFor(
  question: string,
  { messages, tools = [], toolChoice }: Pick<ChatRequest, 'messages' | 'tools' | 'toolChoice'>,
): ToolCallEvent | undefined {
  if (messages.at(-1)?.role !== 'user' || toolChoice?.type === 'none') return undefined;
  const named = tools.filter(({ name }) => indexOfWord(question, name) >= 0);
  const [tool] = named.sort((one, other) => other.name.length - one.name.length);
  if (!tool) return undefined;
  const rest = question.slice(indexOfWord(question, tool.name) + tool.name.length);
  return { type: 'tool-call', id: `demo-${messages.length}`, name: tool.name, input: inputFrom(rest, tool) };
}

/** What came back, where the model was just told; undefined for a question of a person. */
export function resultsIn(messages: readonly ModelMessage[]): string | undefined {
  const last = messages.at(-1);
  if (last?.role !== 'tool') return undefined;
  const results = last.content.flatMap((part) => {
    if (part.type !== 'tool-result') return [];
    const { output } = part;
    const value = 'value' in output ? output.value : (output.reason ?? '');
    return [texts.toolResult(part.toolName, typeof value === 'string' ? value : JSON.stringify(value))];
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
