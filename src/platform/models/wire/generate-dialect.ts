import { modelError } from '../errors.ts';
import { recordOf } from '../failure.ts';
import {
  brokeOff,
  dataLine,
  idOf,
  isFailedEnding,
  listOf,
  noAnswer,
  readEnding,
  reported,
  stringOf,
} from './dialect.ts';
import type { BodyEnd, Dialect, Fields } from './dialect.ts';

const counts = [
  ...['promptTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount', 'toolUsePromptTokenCount'],
  ...['cachedContentTokenCount', 'totalTokenCount'],
];

/**
 * Ends of Gemini beside those that all APIs have (ai.google.dev/api/generate-content, FinishReason). A refusal is a 200, often
 * without a word; what the model made wrong may come out right the next time.
 */
const refusals = /^(language|image_(safety|prohibited_content|recitation|other)|model_armor|jailbreak)$/;
const failures =
  /^(malformed_(function_call|response)|unexpected_tool_call|too_many_tool_calls|missing_thought_signature|no_image)$/;

/** The reason why an answer ended, in the words that the AI SDK knows. */
const endings: Readonly<Record<string, string>> = {
  stop: 'STOP',
  tool_calls: 'STOP',
  length: 'MAX_TOKENS',
  // The AI SDK would go on by itself with a request that sends the whole prompt again, which nobody has reserved money for.
  continuation: 'MAX_TOKENS',
  content_filter: 'SAFETY',
};

/** Gemini's `streamGenerateContent`. Tools that the provider runs itself, and files, are left out. */
export class GenerateDialect implements Dialect {
  readonly alive = dataLine({});
  said = false;
  finished = false;
  done = false;
  readonly #provider: string;
  #recognised = false;
  readonly #usage: Record<string, number> = {};

  constructor(provider: string) {
    this.#provider = provider;
  }

  /** Without `alt=sse`, which some gateways drop, chunks come as a list. */
  take(value: unknown, event: string | undefined, out: string[]): void {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) this.#chunk(recordOf(one), event, out);
  }

  #chunk(body: Fields | undefined, event: string | undefined, out: string[]): void {
    if (!body) return void out.push(this.alive);
    if (event === 'error' || recordOf(body['error']) || stringOf(body['error']) !== '') throw reported(body, this.said);
    const candidate = recordOf(listOf(body['candidates']).find((one) => Number(recordOf(one)?.['index'] ?? 0) === 0));
    const blockReason = recordOf(body['promptFeedback'])?.['blockReason'];
    const isBlocked = !candidate && isReason(blockReason);
    const isCounted = this.#count(body['usageMetadata']);
    if (candidate || isBlocked || isCounted) this.#recognised = true;
    const parts = listOf(recordOf(candidate?.['content'])?.['parts']).flatMap((part) => partOf(recordOf(part) ?? {}));
    this.said ||= parts.some(({ text }) => text !== '');
    const ending = isBlocked ? 'content_filter' : endingOf(candidate?.['finishReason']);
    this.#write(parts, ending, isCounted, out);
    if (ending !== undefined && (failures.test(ending) || isFailedEnding(ending))) {
      const message = `${this.#provider}: it reports a failure of its own (${ending})`;
      throw modelError('model/failed', message, { retryable: true });
    }
    this.finished ||= ending !== undefined;
  }

  #write(parts: Fields[], ending: string | undefined, isCounted: boolean, out: string[]): void {
    if (parts.length === 0 && ending === undefined && !isCounted) return void out.push(this.alive);
    const finishReason = ending === undefined ? undefined : (endings[ending] ?? 'OTHER');
    const says = parts.length > 0 || finishReason !== undefined;
    out.push(
      dataLine({
        ...(says && { candidates: [{ content: { parts }, finishReason }] }),
        ...(isCounted && { usageMetadata: this.#usage }),
      }),
    );
  }

  /** Each figure as it was highest: they only grow, and some chunks leave some out. */
  #count(value: unknown): boolean {
    const usage = recordOf(value);
    if (!usage) return false;
    for (const name of counts) {
      const figure = Number(usage[name] ?? Number.NaN);
      if (Number.isFinite(figure) && figure >= 0) this.#usage[name] = Math.max(figure, this.#usage[name] ?? 0);
    }
    return Object.keys(this.#usage).length > 0;
  }

  whole(body: unknown, out: string[]): void {
    this.take(body, undefined, out);
    if (!this.#recognised) throw noAnswer(this.#provider, 'it answered with JSON that is no answer', false);
    this.markDone(out);
  }

  /** The end of an answer in one piece, and `[DONE]`, which gateways add. */
  markDone(out: string[]): void {
    this.done = true;
    if (!this.finished) this.#write([], 'stop', false, out);
    this.finished = true;
  }

  end(how: BodyEnd, _out: string[]): void {
    if (this.done) return;
    if (!this.finished) throw brokeOff(this.#provider, how, this.said);
    this.done = true;
  }
}

const isReason = (value: unknown): boolean => stringOf(value) !== '' && !/_UNSPECIFIED$/.test(stringOf(value));

function endingOf(reason: unknown): string | undefined {
  if (!isReason(reason)) return undefined;
  const ending = readEnding(reason);
  return ending !== undefined && refusals.test(ending) ? 'content_filter' : ending;
}

/** Text, a thought or a call of a tool; a signature alone says something, too. */
function partOf(part: Fields): Fields[] {
  const signature = stringOf(part['thoughtSignature']);
  const signed = signature === '' ? {} : { thoughtSignature: signature };
  const call = recordOf(part['functionCall']);
  const name = stringOf(call?.['name']).trim();
  if (call && name !== '') {
    const id = idOf(call['id']);
    return [{ functionCall: { ...(id !== '' && { id }), name, args: argumentsOf(call['args']) }, ...signed }];
  }
  const text = stringOf(part['text']);
  if (text === '' && signature === '') return [];
  return [{ text, ...(part['thought'] === true && { thought: true }), ...signed }];
}

/** Text is the JSON of them, which may be broken: the model is then told. */
const argumentsOf = (value: unknown): unknown => (typeof value === 'string' ? value : (recordOf(value) ?? {}));
