import { Buffer } from 'node:buffer';

/** The wire formats that the fake providers speak. */
export type FakeApi = 'chat' | 'responses' | 'messages' | 'generate';

export interface FakeUsage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens?: number;
  reasoningTokens?: number;
  /** Of a compatible server; by default the sum, which not every server reports. */
  totalTokens?: number;
}

export interface FakeCall {
  /** `call-1`, `call-2`… by default. */
  id?: string;
  name: string;
  /** The JSON of the input; may be broken. */
  input: string;
  /** Of a thought that led to it, as Gemini signs calls; only in its own API and in Chat Completions. */
  signature?: string;
}

export type IdentifiedCall = FakeCall & { id: string };

export interface WireAnswer {
  model: string;
  /** `null`: the provider reports none. */
  usage: FakeUsage | null;
  finishReason: 'stop' | 'length' | 'tool-calls' | 'content-filter';
}

/** One way of answering over HTTP: the events of a stream, the body of an answer in one piece, the body of an error. */
export interface Wire {
  open(answer: WireAnswer): string;
  text(chunk: string, answer: WireAnswer): string;
  /** A thought; an empty one is kept by the provider to itself. */
  reasoning(chunk: string, answer: WireAnswer): string;
  /** A call of a tool, its input in two pieces. */
  call(call: IdentifiedCall, index: number, answer: WireAnswer): string;
  close(answer: WireAnswer, text: string): string;
  whole(answer: WireAnswer, text: string, calls: readonly IdentifiedCall[]): object;
  error(status: number, message: string, code: string | undefined): object;
}

function data(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function event(value: { type: string; [field: string]: unknown }): string {
  return `event: ${value.type}\n${data(value)}`;
}

function chatUsage(usage: FakeUsage) {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens ?? usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens ?? 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
  };
}

const chatFinish = { stop: 'stop', length: 'length', 'tool-calls': 'tool_calls', 'content-filter': 'content_filter' };

const halves = (text: string): [string, string] => [
  text.slice(0, Math.ceil(text.length / 2)),
  text.slice(Math.ceil(text.length / 2)),
];

function chatChunk(answer: WireAnswer, delta: object, finish: string | null = null) {
  return {
    id: 'chatcmpl-fake',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: answer.model,
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
}

function openAiError(status: number, message: string, code: string | undefined): object {
  return {
    error: {
      message,
      type: status === 429 ? 'rate_limit_error' : 'invalid_request_error',
      param: null,
      code: code ?? null,
    },
  };
}

const chat: Wire = {
  open: (answer) => data(chatChunk(answer, { role: 'assistant', content: '' })),
  text: (chunk, answer) => data(chatChunk(answer, { content: chunk })),
  reasoning: (chunk, answer) => data(chatChunk(answer, { reasoning_content: chunk })),
  call: ({ id, name, input, signature }, index, answer) => {
    const [first, second] = halves(input);
    const signed = signature === undefined ? {} : { extra_content: { google: { thought_signature: signature } } };
    const begun = { index, id, type: 'function', function: { name, arguments: first }, ...signed };
    const rest = { index, function: { arguments: second } };
    return data(chatChunk(answer, { tool_calls: [begun] })) + data(chatChunk(answer, { tool_calls: [rest] }));
  },
  close: (answer) => {
    const usage = answer.usage ? data({ ...chatChunk(answer, {}), choices: [], usage: chatUsage(answer.usage) }) : '';
    return `${data(chatChunk(answer, {}, chatFinish[answer.finishReason]))}${usage}data: [DONE]\n\n`;
  },
  whole: (answer, text, calls) => ({
    id: 'chatcmpl-fake',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: answer.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text,
          ...(calls.length > 0 && {
            tool_calls: calls.map(({ id, name, input }) => ({
              ...{ id, type: 'function', function: { name, arguments: input } },
            })),
          }),
        },
        finish_reason: chatFinish[answer.finishReason],
      },
    ],
    ...(answer.usage && { usage: chatUsage(answer.usage) }),
  }),
  error: openAiError,
};

function responsesBody(answer: WireAnswer, status: string, text: string, calls: readonly object[] = []) {
  return {
    id: 'resp_fake',
    object: 'response',
    created_at: 1_700_000_000,
    model: answer.model,
    status,
    output: [
      { ...messageItem, status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] },
      ...calls,
    ],
    incomplete_details:
      answer.finishReason === 'stop' || answer.finishReason === 'tool-calls'
        ? null
        : { reason: answer.finishReason === 'length' ? 'max_output_tokens' : 'content_filter' },
    usage: answer.usage && {
      input_tokens: answer.usage.inputTokens,
      input_tokens_details: { cached_tokens: answer.usage.cachedInputTokens ?? 0 },
      output_tokens: answer.usage.outputTokens,
      output_tokens_details: { reasoning_tokens: answer.usage.reasoningTokens ?? 0 },
      total_tokens: answer.usage.inputTokens + answer.usage.outputTokens,
    },
  };
}

const messageItem = { id: 'msg_fake', type: 'message', role: 'assistant' };

const functionCall = ({ id, name, input }: IdentifiedCall) => ({
  ...{ id: `fc_${id}`, type: 'function_call', call_id: id, name, arguments: input, status: 'completed' },
});

const responses: Wire = {
  open: (answer) =>
    event({
      type: 'response.created',
      response: { ...responsesBody(answer, 'in_progress', ''), output: [], usage: null },
    }) +
    event({
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...messageItem, status: 'in_progress', content: [] },
    }),
  text: (chunk) =>
    event({
      type: 'response.output_text.delta',
      item_id: messageItem.id,
      output_index: 0,
      content_index: 0,
      delta: chunk,
    }),
  reasoning: (chunk) => {
    const item = { id: 'rs_fake', type: 'reasoning', summary: [] };
    const place = { item_id: item.id, output_index: 1, summary_index: 0 };
    const told = chunk === '' ? '' : event({ type: 'response.reasoning_summary_text.delta', ...place, delta: chunk });
    return (
      event({ type: 'response.output_item.added', output_index: 1, item }) +
      told +
      event({
        ...{ type: 'response.output_item.done', output_index: 1 },
        item: { ...item, encrypted_content: 'fake-encrypted' },
      })
    );
  },
  call: (call, index) => {
    const item = functionCall(call);
    const place = { item_id: item.id, output_index: index + 2 };
    const deltas = halves(call.input).map((delta) =>
      event({ type: 'response.function_call_arguments.delta', ...place, delta }),
    );
    return (
      event({
        ...{ type: 'response.output_item.added', output_index: index + 2 },
        item: { ...item, status: 'in_progress', arguments: '' },
      }) +
      deltas.join('') +
      event({ type: 'response.output_item.done', output_index: index + 2, item })
    );
  },
  close: (answer, text) => {
    const item = { ...messageItem, status: 'completed', content: [{ type: 'output_text', text, annotations: [] }] };
    const complete = answer.finishReason === 'stop' || answer.finishReason === 'tool-calls';
    return (
      event({ type: 'response.output_item.done', output_index: 0, item }) +
      event({
        type: complete ? 'response.completed' : 'response.incomplete',
        response: responsesBody(answer, complete ? 'completed' : 'incomplete', text),
      })
    );
  },
  whole: (answer, text, calls) => responsesBody(answer, 'completed', text, calls.map(functionCall)),
  error: openAiError,
};

const messagesFinish = {
  ...{ stop: 'end_turn', length: 'max_tokens', 'tool-calls': 'tool_use', 'content-filter': 'refusal' },
};

function anthropicUsage(usage: FakeUsage | null) {
  const cached = usage?.cachedInputTokens ?? 0;
  return {
    input_tokens: (usage?.inputTokens ?? 0) - cached,
    cache_read_input_tokens: cached,
    cache_creation_input_tokens: 0,
    output_tokens: usage?.outputTokens ?? 0,
  };
}

function anthropicMessage(answer: WireAnswer, content: object[], finish: string | null) {
  return {
    id: 'msg_fake',
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content,
    stop_reason: finish,
    stop_sequence: null,
    usage: anthropicUsage(answer.usage),
  };
}

const anthropicErrorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

const messages: Wire = {
  open: (answer) =>
    event({ type: 'message_start', message: anthropicMessage(answer, [], null) }) +
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  text: (chunk) => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: chunk } }),
  reasoning: (chunk) =>
    event({ type: 'content_block_start', index: 1, content_block: { type: 'thinking', thinking: '', signature: '' } }) +
    event({ type: 'content_block_delta', index: 1, delta: { type: 'thinking_delta', thinking: chunk } }) +
    event({ type: 'content_block_delta', index: 1, delta: { type: 'signature_delta', signature: 'fake-signature' } }) +
    event({ type: 'content_block_stop', index: 1 }),
  call: ({ id, name, input }, index) => {
    const content_block = { type: 'tool_use', id, name, input: {} };
    const deltas = halves(input).map((partial_json) =>
      event({ type: 'content_block_delta', index: index + 2, delta: { type: 'input_json_delta', partial_json } }),
    );
    return (
      event({ type: 'content_block_start', index: index + 2, content_block }) +
      deltas.join('') +
      event({ type: 'content_block_stop', index: index + 2 })
    );
  },
  close: (answer) =>
    event({ type: 'content_block_stop', index: 0 }) +
    event({
      type: 'message_delta',
      delta: { stop_reason: messagesFinish[answer.finishReason], stop_sequence: null },
      usage: anthropicUsage(answer.usage),
    }) +
    event({ type: 'message_stop' }),
  whole: (answer, text, calls) => {
    const used = calls.map(({ id, name, input }) => ({
      ...{ type: 'tool_use', id, name, input: JSON.parse(input) as unknown },
    }));
    return anthropicMessage(answer, [{ type: 'text', text }, ...used], messagesFinish[answer.finishReason]);
  },
  error: (status, message, code) => ({
    type: 'error',
    error: { type: code ?? anthropicErrorTypes[status] ?? 'api_error', message },
  }),
};

export const wires: Readonly<Record<Exclude<FakeApi, 'generate'>, Wire>> = { chat, responses, messages };

interface WireMessage {
  role?: string;
  content?: unknown;
}

interface WireTool {
  name?: string;
  function?: { name?: string };
}

export interface FakeToolResult {
  /** Of the call. */
  id: string;
  text: string;
}

interface WirePart extends Record<string, unknown> {
  type?: string;
  text?: string;
}

/** The results of tools that a message or an item holds. */
function resultsIn(message: WireMessage & Record<string, unknown>): FakeToolResult[] {
  const resultOf = (id: unknown, content: unknown): FakeToolResult => ({
    id: String(id),
    text: contentParts(content)
      .map(({ text }) => text ?? '')
      .join('\n'),
  });
  if (message.role === 'tool') return [resultOf(message['tool_call_id'], message.content)];
  if (message['type'] === 'function_call_output') return [resultOf(message['call_id'], message['output'])];
  return contentParts(message.content)
    .filter(({ type }) => type === 'tool_result')
    .map((part) => resultOf(part['tool_use_id'], part['content']));
}

/** What a request asks, read the same way from all three formats. */
export function readRequest(body: Record<string, unknown>): {
  model: string;
  stream: boolean;
  userText: string;
  images: number;
  toolNames: string[];
  toolResults: FakeToolResult[];
} {
  const list = (body['messages'] ?? body['input'] ?? []) as (WireMessage & Record<string, unknown>)[];
  const parts = list.map((message) => ({ role: message.role, parts: contentParts(message.content) }));
  // Anthropic has the results of tools said by the user.
  const isQuestion = ({ role, parts: said }: (typeof parts)[number]) =>
    role === 'user' && !said.some(({ type }) => type === 'tool_result');
  const lastUser = parts.findLast(isQuestion);
  return {
    model: typeof body['model'] === 'string' ? body['model'] : '',
    stream: body['stream'] === true,
    userText: (lastUser?.parts ?? [])
      .map((part) => part.text ?? '')
      .join('\n')
      .trim(),
    images: parts.flatMap((message) => message.parts).filter((part) => part.type?.includes('image')).length,
    toolNames: ((body['tools'] ?? []) as WireTool[]).map((tool) => tool.function?.name ?? tool.name ?? ''),
    toolResults: list.flatMap(resultsIn),
  };
}

function contentParts(content: unknown): WirePart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return Array.isArray(content) ? (content as WirePart[]) : [];
}

/** What a provider would count, near enough for a fake: a token for each four bytes. */
export function roughTokens(text: string): number {
  return Math.max(1, Math.ceil(Buffer.byteLength(text) / 4));
}
