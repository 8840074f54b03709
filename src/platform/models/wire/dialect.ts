import { modelError, ProviderReport } from '../errors.ts';
import { failingStatus, recordOf } from '../failure.ts';

export type Fields = Record<string, unknown>;

/** How a body ended: `closed` as HTTP has it, `cut` when the connection broke. */
export type BodyEnd = 'closed' | 'cut';

/**
 * Reads the events of one API as its servers really send them and writes them as the API is specified, which is all that
 * the AI SDK's packages understand. One for each answer.
 */
export interface Dialect {
  /** What stands for an event that carries nothing: a sign of life. */
  readonly alive: string;
  /** Something of an answer was said. */
  readonly said: boolean;
  /** The reason of the end is known: only usage may follow. */
  readonly finished: boolean;
  /** Nothing more follows, whether or not the server closes the connection. */
  readonly done: boolean;
  /** Takes one event. Throws a ProviderReport when it reports an error, a ModelError when it is no answer. */
  take(value: unknown, event: string | undefined, out: string[]): void;
  /** Takes an answer that came in one piece. */
  whole(body: unknown, out: string[]): void;
  /** The server's own sign of the end. */
  markDone(out: string[]): void;
  /** Writes the end of a complete answer; throws a ModelError for one that broke off. */
  end(how: BodyEnd, out: string[]): void;
}

export function dataLine(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

export function eventLines(value: { type: string; [field: string]: unknown }): string {
  return `event: ${value.type}\n${dataLine(value)}`;
}

export function reported(body: unknown, said: boolean): ProviderReport {
  const fields = recordOf(body) ?? {};
  const status = failingStatus(fields['status']) ?? failingStatus(fields['code']);
  return new ProviderReport({
    body: JSON.stringify(body).slice(0, 64 * 1024),
    turnedAway: !said,
    ...(status !== undefined && { statusCode: status }),
  });
}

export function brokeOff(provider: string, how: BodyEnd, said: boolean): Error {
  if (!said && how === 'closed') {
    return modelError('model/empty', `${provider}: it closed the connection without an answer`, { retryable: true });
  }
  return modelError('model/broke-off', `${provider}: the answer broke off`, { retryable: true });
}

/** What came is no answer of a model at all. */
export function noAnswer(
  provider: string,
  what: string,
  retryable: boolean,
  code: 'model/unreadable' | 'model/web-page' | 'model/empty' = 'model/unreadable',
): Error {
  return modelError(code, `${provider}: ${what}`, { retryable, turnedAway: true });
}

/** The input of a call, which some servers write as an object in place of its JSON. */
export function inputOf(value: unknown): string {
  return recordOf(value) ? JSON.stringify(value) : stringOf(value);
}

/** Some servers count calls. */
export function idOf(value: unknown): string {
  return typeof value === 'number' ? String(value) : stringOf(value);
}

export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** Figures of a usage report, with those that are written as text turned into numbers. `counts` must be numbers. */
export function readUsage(usage: unknown, counts: readonly string[]): Fields | undefined {
  const fields = recordOf(usage);
  if (!fields) return undefined;
  const read: Fields = {};
  for (const [name, value] of Object.entries(fields).slice(0, 50)) {
    const inner = recordOf(value);
    if (inner) read[name] = numbersOf(inner);
    else if (!name.endsWith('_details')) read[name] = numberOr(value);
  }
  for (const name of counts) if (typeof read[name] !== 'number') delete read[name];
  return Object.keys(read).length === 0 ? undefined : read;
}

function numbersOf(fields: Fields): Fields {
  const entries = Object.entries(fields)
    .slice(0, 50)
    .map(([name, value]) => [name, numberOr(value)] as const);
  return Object.fromEntries(entries.filter(([name, value]) => !name.endsWith('_tokens') || typeof value === 'number'));
}

function numberOr(value: unknown): unknown {
  return typeof value === 'string' && /^\s*-?\d{1,15}(\.\d{1,9})?\s*$/.test(value) ? Number(value) : value;
}

const endings: readonly (readonly [RegExp, 'stop' | 'length' | 'content_filter' | 'tool_calls'])[] = [
  [/^(stop|stop_sequence|end|end_turn|eos|eos_token|complete|completed|finished|done|normal)$/, 'stop'],
  [/^(length|max_tokens|max_output_tokens|model_length|token_limit|truncated|.*context_window_exceeded)$/, 'length'],
  [
    /^(content_filter(ed)?|(image_)?safety|refusal|sensitive|recitation|blocklist|prohibited_content|moderation|spii|guardrail_intervened)$/,
    'content_filter',
  ],
  [/^(tool_calls?|tool_use|function_call)$/, 'tool_calls'],
];

/** The reason why an answer ended in OpenAI's words, whatever words the server has for it; others stay as they are. */
export function readEnding(reason: unknown): string | undefined {
  const word = stringOf(reason).trim().toLowerCase().slice(0, 100);
  if (word === '' || word === 'null' || word === 'none') return undefined;
  return endings.find(([words]) => words.test(word))?.[1] ?? word;
}

/** Reasons that speak of a failure of the server. */
export function isFailedEnding(reason: string): boolean {
  return /^(error|failed|abort|aborted|cancell?ed|network_error|internal_error|engine_error|server_error|insufficient_system_resource)$/.test(
    reason,
  );
}
