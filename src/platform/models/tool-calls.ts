import type { LanguageModelV4FunctionTool, LanguageModelV4ToolCall } from '@ai-sdk/provider';
import type { ToolDeclaration } from './messages.ts';
import type { ToolCallEvent } from './port.ts';

/** Of one answer; further calls are left out, as if the model had not made them. */
export const MOST_CALLS = 16;
/** What is longer is cut, and is then no JSON: the caller tells the model. */
export const MOST_INPUT_BYTES = 64 * 1024;
const MOST_NAME_CHARACTERS = 200;

/** As the AI SDK takes them. `strict: false` where a provider would otherwise refuse optional fields. */
export function functionTools(tools: readonly ToolDeclaration[], strict?: false): LanguageModelV4FunctionTool[] {
  return tools.map(({ name, description, inputSchema }) => ({
    type: 'function',
    name,
    description,
    inputSchema: inputSchema,
    ...(strict !== undefined && { strict }),
  }));
}

/** A call as it came, within bounds. No input at all is an empty object. */
export function toolCallOf(call: LanguageModelV4ToolCall): ToolCallEvent {
  const input = call.input.trim() === '' ? '{}' : Buffer.from(call.input).subarray(0, MOST_INPUT_BYTES).toString();
  return {
    type: 'tool-call',
    id: call.toolCallId,
    name: call.toolName.slice(0, MOST_NAME_CHARACTERS),
    input,
    ...(call.providerMetadata && { providerMetadata: call.providerMetadata }),
  };
}
