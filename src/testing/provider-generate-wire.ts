import type { FakeToolResult, FakeUsage, IdentifiedCall, Wire, WireAnswer } from './provider-wire.ts';

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

const finishReasons = { stop: 'STOP', length: 'MAX_TOKENS', 'tool-calls': 'STOP', 'content-filter': 'SAFETY' };

/** Thoughts are beside the candidates here, where other APIs have them within the output. */
function usageOf(usage: FakeUsage | null) {
  if (!usage) return {};
  const { inputTokens, outputTokens, cachedInputTokens = 0, reasoningTokens = 0 } = usage;
  return {
    usageMetadata: {
      promptTokenCount: inputTokens,
      candidatesTokenCount: outputTokens - reasoningTokens,
      totalTokenCount: usage.totalTokens ?? inputTokens + outputTokens,
      ...(cachedInputTokens > 0 && { cachedContentTokenCount: cachedInputTokens }),
      ...(reasoningTokens > 0 && { thoughtsTokenCount: reasoningTokens }),
    },
  };
}

const says = (answer: WireAnswer, parts: object[], more: object = {}): object => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
  modelVersion: answer.model,
  responseId: 'fake-response',
});

const callPart = ({ id, name, input, signature }: IdentifiedCall) => ({
  functionCall: { id, name, args: readArguments(input) },
  ...(signature !== undefined && { thoughtSignature: signature }),
});

/** Gemini sends calls as objects; what is no JSON stays text, as of a server that imitates it badly. */
function readArguments(input: string): unknown {
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return input;
  }
}

const statusNames: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Gemini's `generateContent` and `streamGenerateContent`. */
export const generate: Wire = {
  open: (answer) =>
    data({ ...says(answer, [{ text: '' }]), ...usageOf(answer.usage && { ...answer.usage, outputTokens: 0 }) }),
  text: (chunk, answer) => data(says(answer, [{ text: chunk }])),
  reasoning: (chunk, answer) =>
    chunk === ''
      ? data(says(answer, [{ text: '', thought: true, thoughtSignature: 'fake-signature' }]))
      : data(says(answer, [{ text: chunk, thought: true }])),
  call: (call, _index, answer) => data(says(answer, [callPart(call)])),
  close: (answer) =>
    data({
      ...says(answer, [{ text: '' }], { finishReason: finishReasons[answer.finishReason] }),
      ...usageOf(answer.usage),
    }),
  whole: (answer, text, calls) => ({
    ...says(answer, [{ text }, ...calls.map(callPart)], { finishReason: finishReasons[answer.finishReason] }),
    ...usageOf(answer.usage),
  }),
  error: (status, message, code) => ({
    error: {
      code: status,
      message,
      status: statusNames[status] ?? 'UNKNOWN',
      ...(code !== undefined && {
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: code, domain: 'googleapis.com' }],
      }),
    },
  }),
};

interface GeminiPart {
  text?: string;
  thought?: boolean;
  inlineData?: unknown;
  functionResponse?: { id?: string; response?: { content?: unknown; error?: unknown } };
}

interface GeminiBody {
  contents?: { role?: string; parts?: GeminiPart[] }[];
  tools?: { functionDeclarations?: { name?: string }[] }[];
}

const pathOf = /\/v1beta\/models\/([^/:]+):(streamG|g)enerateContent$/;

/** The model that a path asks, and whether for a stream; undefined for another path. */
export function readGeneratePath(path: string): { model: string; stream: boolean } | undefined {
  const [, model, how] = pathOf.exec(path) ?? [];
  return model === undefined ? undefined : { model: decodeURIComponent(model), stream: how === 'streamG' };
}

/** What a request asks, as `readRequest` of the other APIs reads it. */
export function readGenerateRequest(body: GeminiBody): {
  userText: string;
  images: number;
  toolNames: string[];
  toolResults: FakeToolResult[];
} {
  const contents = body.contents ?? [];
  const parts = contents.flatMap((content) => content.parts ?? []);
  const lastUser = contents.findLast(
    (content) => content.role === 'user' && !content.parts?.some(({ functionResponse }) => functionResponse),
  );
  return {
    userText: (lastUser?.parts ?? [])
      .map(({ text = '' }) => text)
      .join('\n')
      .trim(),
    images: parts.filter(({ inlineData }) => inlineData !== undefined).length,
    toolNames: (body.tools ?? [])
      .flatMap(({ functionDeclarations = [] }) => functionDeclarations)
      .map(({ name = '' }) => name),
    toolResults: parts.flatMap(({ functionResponse }) => {
      if (!functionResponse) return [];
      const { content, error } = functionResponse.response ?? {};
      return [{ id: String(functionResponse.id), text: String(content ?? error) }];
    }),
  };
}
