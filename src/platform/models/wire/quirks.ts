import type { Quirk } from '../../config/index.ts';
import type { ProviderReport } from '../errors.ts';
import { readFailure } from '../failure.ts';
import type { Failure } from '../failure.ts';
import type { Fields } from './dialect.ts';

/** More models than anyone configures. */
const MOST_MODELS = 2000;

/** What is known of the models of one provider: what the settings say, and what their refusals taught until the restart. */
export class QuirkBook {
  readonly #configured: (model: string) => readonly Quirk[];
  readonly #learned = new Map<string, Set<Quirk>>();
  readonly #mostOutput = new Map<string, number>();
  readonly #tell: (model: string, quirk: Quirk) => void;

  constructor(configured: (model: string) => readonly Quirk[], tell: (model: string, quirk: Quirk) => void) {
    this.#configured = configured;
    this.#tell = tell;
  }

  of(model: string): Quirk[] {
    return [...new Set([...this.#configured(model), ...(this.#learned.get(model) ?? [])])];
  }

  /** The most output that may be asked for, where a refusal named it. */
  mostOutput(model: string): number | undefined {
    return this.#mostOutput.get(model);
  }

  learnMostOutput(model: string, tokens: number): void {
    if (this.#mostOutput.has(model) || this.#mostOutput.size < MOST_MODELS) this.#mostOutput.set(model, tokens);
  }

  /** Tells of each once. */
  learn(model: string, quirks: readonly Quirk[]): void {
    const known = this.#learned.get(model) ?? new Set<Quirk>();
    if (quirks.length === 0 || (known.size === 0 && this.#learned.size >= MOST_MODELS)) return;
    this.#learned.set(model, known);
    for (const quirk of quirks.filter((candidate) => !known.has(candidate))) {
      known.add(quirk);
      this.#tell(model, quirk);
    }
  }
}

/** What a refusal teaches. */
export type Lesson =
  | {
      quirk: Quirk;
      /** It holds for the next calls, too, as opposed to a value that was out of range. */
      lasting: boolean;
    }
  | { quirk?: undefined; mostOutput: number };

const refusal =
  /unsupported|not (currently )?supported|(does|do) not support|doesn't support|unrecognized|unrecognised|unknown|unexpected|not permitted|forbidden|not allowed|not accepted|not enabled|isn't (supported|allowed)|invalid (parameter|argument|field|option|key|request)|no such|deprecated|additional propert|only the default|cannot both|extra_forbidden|not available|not valid/;
const range =
  /must be|should be|between|(less|greater) than|out of range|above|below|maximum|minimum|at most|at least|<=|>=/;

const parameters: readonly (readonly [name: string, quirk: Quirk])[] = [
  ['stream_options', 'no-stream-options'],
  ['temperature', 'no-temperature'],
  ['top_p', 'no-top-p'],
];

/**
 * What a refused request should have left out, read from what the server says of it. Undefined where it speaks of
 * something else, or of something that wasn't sent. `sent` is the body of the request.
 */
export function lessonOf(report: ProviderReport, sent: Fields): Lesson | undefined {
  if (![undefined, 400, 404, 422, 500, 501].includes(report.statusCode)) return undefined;
  const failure = readFailure(report);
  // Only what the server says of the request, never what it repeats of it.
  const words = `${failure.message} ${failure.codes}`.toLowerCase();
  const param = paramOf(failure);
  const mostOutput = mostOutputIn(words, param, sent);
  if (mostOutput !== undefined) return { mostOutput };
  for (const [name, quirk] of parameters) {
    if (sent[name] === undefined || !names(words, param, name)) continue;
    if (refusal.test(words)) return { quirk, lasting: true };
    if (quirk !== 'no-stream-options' && range.test(words)) return { quirk, lasting: false };
  }
  return limitLesson(words, param, sent) ?? systemLesson(words, param, sent);
}

function paramOf({ details }: Failure): string {
  const { param } = details;
  return typeof param === 'string' ? param.toLowerCase() : '';
}

function names(words: string, param: string, name: string): boolean {
  // Google's errors have `maxOutputTokens` and `max_output_tokens`.
  const either = `(${name}|${name.replaceAll('_', '')})`;
  return param === name || new RegExp(`(^|[^a-z_])${either}($|[^a-z_])`).test(words);
}

export const outputFields = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'] as const;

/** The figure stands behind the words, or in a range: OpenAI, Anthropic, Groq and DeepSeek; Google's is in `mostOutputIn`. */
const namedMost: readonly RegExp[] = [
  /at most (\d{1,8}) (completion|output) tokens/,
  /> (\d{1,8}), which is the maximum/,
  /range of \w{1,30} is \[\d{1,8}, ?(\d{1,8})\]/,
  /(?:less than or equal to|<=|must not exceed|maximum (?:value )?(?:is|of)) `?(\d{1,8})\b/,
];

/** What a limit that is too high may be at most. A figure of the whole context is none: the prompt takes a part of it. */
function mostOutputIn(words: string, param: string, sent: Fields): number | undefined {
  const name = outputFields.find((field) => typeof sent[field] === 'number');
  if (name === undefined || !names(words, param, name) || /maximum context/.test(words)) return undefined;
  const figure = namedMost.map((pattern) => pattern.exec(words)?.[1]).find((found) => found !== undefined);
  const beyond = /range is from \d{1,8} \(inclusive\) to (\d{1,8}) \(exclusive\)/.exec(words)?.[1];
  const most = beyond === undefined ? Number(figure ?? 0) : Number(beyond) - 1;
  return most >= 1 && most < Number(sent[name]) ? most : undefined;
}

function limitLesson(words: string, param: string, sent: Fields): Lesson | undefined {
  const name = outputFields.find((field) => sent[field] !== undefined);
  if (name === undefined || !names(words, param, name) || !refusal.test(words)) return undefined;
  // The limit itself is known, and only too high.
  if (/too (large|high|big)|exceeds|maximum context/.test(words)) return undefined;
  const renamed = name === 'max_tokens' && words.includes('max_completion_tokens');
  return { quirk: renamed ? 'max-completion-tokens' : 'no-max-tokens', lasting: true };
}

const noSystem: readonly RegExp[] = [
  /system (role|message|prompt|instruction)s?.{0,60}(not|unsupported|invalid|isn't|n't)/,
  /(not|n't) (currently )?(support|allow|accept|have|enable).{0,30}system/,
  /developer instruction.{0,30}not enabled/,
  /(unsupported|unknown|unexpected|invalid|illegal|unrecognized).{0,20}role.{0,60}system/,
  /role.{0,40}system.{0,60}(not|unsupported|invalid|unknown)/,
  /only.{0,40}\broles? (are|is) (supported|allowed|accepted|valid)/,
  /roles? must alternate|alternate between user|must alternate/,
];

function systemLesson(words: string, param: string, sent: Fields): Lesson | undefined {
  const messages = Array.isArray(sent['messages']) ? (sent['messages'] as { role?: unknown }[]) : [];
  if (!messages.some((message) => message.role === 'system')) return undefined;
  const atRole = /messages[.[]\d{1,4}\]?[.[]?(\w{1,20}\.)?role/;
  const place = atRole.test(param) || atRole.test(words);
  return place || noSystem.some((wording) => wording.test(words))
    ? { quirk: 'no-system-role', lasting: true }
    : undefined;
}
