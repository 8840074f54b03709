import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { ProviderConfig } from '../../platform/config/index.ts';
import type { FinishReason, ModelErrorCode, ModelMessage } from '../../platform/models/index.ts';

export interface OddRequest {
  body: Record<string, unknown>;
  headers: IncomingHttpHeaders;
  /** How often this case was requested before. */
  before: number;
  /** The address of another host. */
  elsewhere: string;
}

/** Written one after the other. `cut` breaks the connection, `hang` keeps it open forever. */
type Piece = string;

export type Serve = (request: OddRequest, response: ServerResponse) => void | Promise<void>;

export interface OddEnding {
  text?: string;
  reasoning?: string;
  finish?: FinishReason;
  /** Name and input of each call of a tool. */
  calls?: readonly (readonly [name: string, input: string])[];
  /** Input and output tokens as reported. */
  usage?: readonly [number, number];
  error?: ModelErrorCode;
  retryable?: boolean;
  retryAfterMs?: number;
  /** The error's message. */
  says?: RegExp;
  /** The number of requests; 1 by default. */
  requests?: number;
  /** About the last request. */
  sent?: (body: Record<string, unknown>) => boolean;
}

export interface OddCase {
  name: string;
  group: string;
  type: 'openai' | 'anthropic' | 'gemini' | 'openai-compatible';
  serve: readonly Piece[] | Serve;
  ends: OddEnding;
  provider?: Partial<ProviderConfig>;
  messages?: ModelMessage[];
  temperature?: number;
  /** Offers a tool `weather`. */
  offersTools?: boolean;
}

export const sse = { 'content-type': 'text/event-stream' };
export const U = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
export const DONE = 'data: [DONE]\n\n';

export const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
export const chunk = (delta: unknown, finish: string | null = null, more: object = {}) => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...more,
});
export const say = (content: unknown, finish: string | null = null): string => data(chunk({ content }, finish));
export const usage = (counts: unknown = U): string => data({ ...chunk({}), choices: [], usage: counts });
export const plain = (text: string, finish = 'stop'): string[] => [
  data(chunk({ role: 'assistant', content: '' })),
  say(text),
  data(chunk({}, finish)),
  usage(),
  DONE,
];

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Serve {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

export function stream(pieces: readonly string[]): Serve {
  return (_request, response) => {
    response.writeHead(200, sse);
    for (const piece of pieces) response.write(piece);
    response.end();
  };
}

/** A complete answer, the common part of a group's cases. */
export const answered = (text: string): OddEnding => ({ text, finish: 'stop', usage: [100, 20] });
export const broken = (text: string): OddEnding => ({ text, error: 'model/broke-off', retryable: true });
export const nothing: OddEnding = { text: '', error: 'model/empty', retryable: true };
