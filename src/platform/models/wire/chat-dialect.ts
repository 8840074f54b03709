import { recordOf } from '../failure.ts';
import { modelError } from '../errors.ts';
import {
  brokeOff,
  dataLine,
  idOf,
  inputOf,
  isFailedEnding,
  listOf,
  noAnswer,
  readEnding,
  readUsage,
  reported,
  stringOf,
} from './dialect.ts';
import type { BodyEnd, Dialect, Fields } from './dialect.ts';

const counts = ['prompt_tokens', 'completion_tokens', 'total_tokens'];

/** Chat Completions, of the many servers that call themselves compatible with OpenAI. */
export class ChatDialect implements Dialect {
  readonly alive = dataLine({ choices: [] });
  said = false;
  finished = false;
  done = false;
  readonly #provider: string;
  #recognised = false;
  #usage: 'none' | 'with-text' | 'last' = 'none';
  #usages = 0;
  #highest: Fields = {};
  #closed = false;
  /** What has come of calls that have no name yet, by index. */
  readonly #unnamed = new Map<number, { id: string; input: string }>();
  readonly #named = new Set<number>();

  constructor(provider: string) {
    this.#provider = provider;
  }

  take(value: unknown, event: string | undefined, out: string[]): void {
    const body = recordOf(Array.isArray(value) ? (value as unknown[])[0] : value);
    if (!body) return void out.push(this.alive);
    const choice = recordOf(
      listOf(body['choices']).find((candidate) => Number(recordOf(candidate)?.['index'] ?? 0) === 0),
    );
    if (isReport(body, event)) {
      // The last words may come with the report.
      if (choice) this.#say(choice, undefined, out);
      throw reported(value, this.said);
    }
    if (recordOf(choice?.['error'])) throw reported(choice, this.said);
    const reportedUsage = readUsage(usageIn(body, choice), counts);
    const usage = reportedUsage && (this.#highest = highest(this.#highest, reportedUsage));
    if (choice || usage) this.#recognised = true;
    const spoke = this.#say(choice ?? {}, usage, out);
    if (usage) {
      this.#usages += 1;
      this.#usage = spoke ? 'with-text' : 'last';
    } else if (spoke) {
      this.#usage = 'none';
    }
    const ending = readEnding(choice?.['finish_reason'] ?? choice?.['stop_reason']);
    if (ending !== undefined && isFailedEnding(ending)) {
      const message = `${this.#provider}: it reports a failure of its own (${ending})`;
      throw modelError('model/failed', message, { retryable: true });
    }
  }

  /** Writes a chunk with what a choice holds, and says whether there were words in it. */
  #say(choice: Fields, usage: Fields | undefined, out: string[]): boolean {
    const delta = recordOf(choice['delta']) ?? recordOf(choice['message']) ?? choice;
    const words = wordsIn(delta);
    const ending = readEnding(choice['finish_reason'] ?? choice['stop_reason']);
    const finish = ending !== undefined && !isFailedEnding(ending) ? ending : null;
    const calls = listOf(delta['tool_calls']).flatMap((call) => this.#call(recordOf(call) ?? {}));
    const spoke = words.content !== '' || words.reasoning !== '' || words.refusal !== '' || calls.length > 0;
    this.said ||= spoke;
    this.finished ||= finish !== null;
    if (!spoke && finish === null && !usage) {
      out.push(this.alive);
      return false;
    }
    const said = {
      ...(words.content !== '' && { content: words.content }),
      ...(words.reasoning !== '' && { reasoning_content: words.reasoning }),
      ...(words.refusal !== '' && { refusal: words.refusal }),
      ...(calls.length > 0 && { tool_calls: calls }),
    };
    const choices = spoke || finish !== null ? [{ index: 0, delta: said, finish_reason: finish }] : [];
    out.push(dataLine({ choices, ...(usage && { usage }) }));
    return spoke;
  }

  /** A piece of a call. The AI SDK breaks over a call without a name, so one waits for it. */
  #call(call: Fields): Fields[] {
    const { name, arguments: input } = recordOf(call['function']) ?? {};
    const index = Number.isSafeInteger(call['index']) ? Number(call['index']) : undefined;
    const before = this.#unnamed.get(index ?? -1) ?? { id: '', input: '' };
    const now = { id: idOf(call['id']) || before.id, input: before.input + inputOf(input) };
    const named = stringOf(name).trim();
    if (named === '' && !this.#named.has(index ?? -1)) {
      this.#unnamed.set(index ?? -1, now);
      return [];
    }
    this.#unnamed.delete(index ?? -1);
    this.#named.add(index ?? -1);
    const google = recordOf(recordOf(call['extra_content'])?.['google']);
    const signature = stringOf(google?.['thought_signature']);
    return [
      {
        ...(index !== undefined && { index }),
        ...(now.id !== '' && { id: now.id }),
        function: { ...(named !== '' && { name: named }), arguments: now.input },
        ...(signature !== '' && { extra_content: { google: { thought_signature: signature } } }),
      },
    ];
  }

  whole(body: unknown, out: string[]): void {
    this.take(body, undefined, out);
    if (!this.#recognised) throw noAnswer(this.#provider, 'it answered with JSON that is no answer', false);
    this.markDone(out);
  }

  markDone(out: string[]): void {
    this.done = true;
    this.#close(out);
  }

  end(how: BodyEnd, out: string[]): void {
    if (this.done) return;
    // Some servers report usage with every piece; only a report of its own, or a single one, stands for the end.
    const counted = this.#usage === 'last' || (this.#usage === 'with-text' && this.#usages === 1 && how === 'closed');
    if (!this.finished && !counted) throw brokeOff(this.#provider, how, this.said);
    this.#close(out);
  }

  #close(out: string[]): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.finished) out.push(dataLine({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }));
    this.finished = true;
    out.push('data: [DONE]\n\n');
  }
}

/** Of two reports of one answer each figure as it was highest: use only grows, whatever a later report says. */
function highest(before: Fields, now: Fields): Fields {
  const merged: Fields = { ...before };
  for (const [name, value] of Object.entries(now)) {
    const earlier = before[name];
    if (typeof value === 'number' && typeof earlier === 'number') merged[name] = Math.max(value, earlier);
    else if (recordOf(value) && recordOf(earlier))
      merged[name] = highest(recordOf(earlier) ?? {}, recordOf(value) ?? {});
    else merged[name] = value ?? earlier;
  }
  return merged;
}

/** Whether an event is an error, in any of the forms in use. */
function isReport(body: Fields, event: string | undefined): boolean {
  const { error, errors, choices, detail, message, code, status, type, object } = body;
  if (typeof error === 'string' ? error !== '' : Boolean(error)) return true;
  if (event === 'error' || object === 'error' || type === 'error') return true;
  if (Array.isArray(choices) || body['usage'] !== undefined) return false;
  if (Array.isArray(errors) && errors.length > 0) return true;
  if (typeof detail === 'string' || (Array.isArray(detail) && detail.length > 0)) return true;
  return typeof message === 'string' && [code, status].some((value) => Number(value) >= 400);
}

function usageIn(body: Fields, choice: Fields | undefined): unknown {
  return body['usage'] ?? choice?.['usage'] ?? recordOf(body['x_groq'])?.['usage'];
}

interface Words {
  content: string;
  reasoning: string;
  refusal: string;
}

function wordsIn(delta: Fields): Words {
  const content = partsOf(delta['content'] ?? delta['text'], 0);
  const thoughts = [delta['reasoning_content'], delta['reasoning'], delta['thinking'], delta['thoughts']];
  const own = thoughts.map(thoughtOf).find((thought) => thought !== '');
  const reasoning = own ?? listOf(delta['reasoning_details']).map(thoughtOf).join('');
  return {
    content: content.text,
    reasoning: reasoning + content.reasoning,
    refusal: stringOf(delta['refusal']),
  };
}

function thoughtOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return (value as unknown[]).map(thoughtOf).join('');
  const fields = recordOf(value) ?? {};
  return (
    [fields['text'], fields['content'], fields['summary'], fields['thinking']].map(stringOf).find((text) => text) ?? ''
  );
}

/** Content as text, or as a list of parts of which some are thoughts. */
function partsOf(content: unknown, depth: number): { text: string; reasoning: string } {
  if (typeof content === 'string') return { text: content, reasoning: '' };
  if (typeof content === 'number') return { text: String(content), reasoning: '' };
  const parts = Array.isArray(content) ? (content as unknown[]) : [content];
  const all = { text: '', reasoning: '' };
  if (depth > 3) return all;
  for (const part of parts) {
    const fields = recordOf(part);
    if (typeof part === 'string') all.text += part;
    if (!fields) continue;
    const { type, text, thinking, reasoning, refusal } = fields;
    if (type === 'thinking' || type === 'reasoning' || thinking !== undefined || reasoning !== undefined) {
      const inner = partsOf(thinking ?? reasoning ?? text, depth + 1);
      all.reasoning += inner.text + inner.reasoning;
    } else {
      all.text += stringOf(text) || stringOf(recordOf(text)?.['value']) || stringOf(refusal);
    }
  }
  return all;
}
