import type { Quirk } from '../../config/index.ts';
import type { Fields } from './dialect.ts';
import { outputFields } from './quirks.ts';

interface WireMessage {
  role: string;
  content: unknown;
  [field: string]: unknown;
}

/** Stands before a conversation that begins with the assistant, for servers that want the user to begin. */
const OPENING = '…';

/** A request without what the model refuses. Shares the pictures with `body`, which stays as it is. */
export function withoutRefused(body: Fields, quirks: readonly Quirk[], mostOutput = Infinity): Fields {
  const shaped = { ...body };
  for (const name of outputFields) {
    const asked = shaped[name];
    if (typeof asked === 'number' && asked > mostOutput) shaped[name] = mostOutput;
  }
  for (const quirk of quirks) without[quirk](shaped);
  return shaped;
}

const without: Readonly<Record<Quirk, (body: Fields) => void>> = {
  'no-system-role': (body) => {
    const { messages } = body;
    if (Array.isArray(messages)) body['messages'] = foldSystem(messages as WireMessage[]);
  },
  'no-max-tokens': (body) => {
    delete body['max_tokens'];
    delete body['max_completion_tokens'];
    delete body['max_output_tokens'];
  },
  'max-completion-tokens': (body) => {
    if (body['max_tokens'] === undefined) return;
    body['max_completion_tokens'] = body['max_tokens'];
    delete body['max_tokens'];
  },
  'no-stream-options': (body) => void delete body['stream_options'],
  'no-temperature': (body) => void delete body['temperature'],
  'no-top-p': (body) => void delete body['top_p'],
};

/**
 * Messages of a compatible server: the templates of many models want user and assistant to take turns, the user first.
 * What the same role says in a row becomes one message.
 */
export function alternating(body: Fields): Fields {
  const { messages } = body;
  if (!Array.isArray(messages)) return body;
  const merged: WireMessage[] = [];
  for (const message of messages as WireMessage[]) {
    const last = merged.at(-1);
    if (last && canMerge(last, message)) {
      merged[merged.length - 1] = { ...last, content: joined(last.content, message.content) };
      continue;
    }
    const opens = message.role === 'assistant' && (last === undefined || last.role === 'system');
    if (opens) merged.push({ role: 'user', content: OPENING });
    merged.push(message);
  }
  return { ...body, messages: merged };
}

function canMerge(last: WireMessage, message: WireMessage): boolean {
  if (last.role !== message.role || !['user', 'assistant', 'system'].includes(message.role)) return false;
  return last['tool_calls'] === undefined && message['tool_calls'] === undefined;
}

function joined(first: unknown, second: unknown): unknown {
  if (typeof first === 'string' && typeof second === 'string') return `${first}\n\n${second}`;
  return [...partsOf(first), ...partsOf(second)];
}

function partsOf(content: unknown): unknown[] {
  if (Array.isArray(content)) return content as unknown[];
  return typeof content === 'string' && content !== '' ? [{ type: 'text', text: content }] : [];
}

/** The system prompt as the beginning of the first message of the user. */
function foldSystem(messages: readonly WireMessage[]): WireMessage[] {
  const system = messages.filter((message) => message.role === 'system').map((message) => message.content);
  const others = messages.filter((message) => message.role !== 'system');
  if (system.length === 0) return others;
  const prompt = system.reduce(joined);
  const first = others.findIndex((message) => message.role === 'user');
  const target = others[first];
  if (first !== 0 || !target) return [{ role: 'user', content: prompt }, ...others];
  const content = target.content === OPENING ? prompt : joined(prompt, target.content);
  return [{ ...target, content }, ...others.slice(1)];
}
