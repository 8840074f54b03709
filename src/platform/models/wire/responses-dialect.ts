import { modelError } from '../errors.ts';
import { recordOf } from '../failure.ts';
import { brokeOff, dataLine, inputOf, listOf, noAnswer, readUsage, reported, stringOf } from './dialect.ts';
import type { BodyEnd, Dialect, Fields } from './dialect.ts';

const counts = ['input_tokens', 'output_tokens', 'total_tokens'];

/** OpenAI's Responses, and of servers that imitate it. Items of tools that the provider runs itself are left out. */
export class ResponsesDialect implements Dialect {
  readonly alive = dataLine({ type: 'familiar.alive' });
  said = false;
  finished = false;
  done = false;
  readonly #provider: string;
  /** Places of the calls that have begun. */
  readonly #calls = new Set<number>();

  constructor(provider: string) {
    this.#provider = provider;
  }

  take(value: unknown, event: string | undefined, out: string[]): void {
    const body = recordOf(Array.isArray(value) ? (value as unknown[])[0] : value);
    if (!body) return void out.push(this.alive);
    const type = stringOf(body['type']) || (event ?? '');
    const response = recordOf(body['response']);
    if (type === 'error' || body['object'] === 'error' || (type === '' && body['error'])) {
      throw reported(recordOf(body['error']) ? value : { error: body }, this.said);
    }
    if (type === 'response.failed' || type === 'response.cancelled') {
      throw reported({ error: recordOf(response?.['error']) ?? { message: type } }, this.said);
    }
    if (body['object'] === 'chat.completion.chunk') {
      const what = 'it speaks Chat Completions: set its type to openai-compatible';
      throw noAnswer(this.#provider, what, false);
    }
    if (type === 'response.completed' || type === 'response.incomplete') this.#complete(type, response ?? {}, out);
    else this.#item(type, body, out);
  }

  #item(type: string, body: Fields, out: string[]): void {
    const place = { item_id: stringOf(body['item_id']) || 'item', output_index: numberOr0(body['output_index']) };
    const delta = stringOf(body['delta']);
    if (type === 'response.output_item.added' || type === 'response.output_item.done') {
      this.#whole(type, place.output_index, recordOf(body['item']) ?? {}, out);
    } else if (type === 'response.output_text.delta' || type === 'response.refusal.delta') {
      if (delta === '') return void out.push(this.alive);
      this.said = true;
      const content = type === 'response.refusal.delta' ? { content_index: numberOr0(body['content_index']) } : {};
      out.push(dataLine({ type, ...place, ...content, delta }));
    } else if (type === 'response.function_call_arguments.delta') {
      if (delta === '' || !this.#calls.has(place.output_index)) return void out.push(this.alive);
      out.push(dataLine({ type, ...place, delta }));
    } else if (type.startsWith('response.reasoning')) {
      this.#thought(type, place.item_id, body, out);
    } else {
      out.push(this.alive);
    }
  }

  #thought(type: string, itemId: string, body: Fields, out: string[]): void {
    const delta = stringOf(body['delta']);
    const place = { item_id: itemId, summary_index: numberOr0(body['summary_index']) };
    if (type === 'response.reasoning_summary_part.added' || type === 'response.reasoning_summary_part.done') {
      out.push(dataLine({ type, ...place }));
    } else if (delta !== '' && /_text\.delta$/.test(type)) {
      this.said = true;
      out.push(dataLine({ type: 'response.reasoning_summary_text.delta', ...place, delta }));
    } else {
      out.push(this.alive);
    }
  }

  #whole(type: string, outputIndex: number, item: Fields, out: string[]): void {
    const id = stringOf(item['id']) || 'item';
    if (item['type'] === 'message') {
      const phase = phases.find((known) => known === item['phase']);
      out.push(dataLine({ type, output_index: outputIndex, item: { type: 'message', id, ...(phase && { phase }) } }));
    } else if (item['type'] === 'reasoning') {
      const encrypted = stringOf(item['encrypted_content']) || null;
      const thought = { type: 'reasoning', id, encrypted_content: encrypted };
      out.push(dataLine({ type, output_index: outputIndex, item: thought }));
    } else if (item['type'] === 'function_call' && stringOf(item['name']) !== '') {
      this.#call(type, outputIndex, item, out);
    } else {
      out.push(this.alive);
    }
  }

  #call(type: string, outputIndex: number, item: Fields, out: string[]): void {
    this.said = true;
    const id = stringOf(item['id']) || `call_${outputIndex}`;
    const call = { type: 'function_call', id, call_id: stringOf(item['call_id']) || id, name: item['name'] };
    if (!this.#calls.has(outputIndex)) {
      this.#calls.add(outputIndex);
      const added = { ...call, arguments: '' };
      out.push(dataLine({ type: 'response.output_item.added', output_index: outputIndex, item: added }));
    }
    if (type === 'response.output_item.added') return;
    const done = { ...call, arguments: inputOf(item['arguments']), status: 'completed' };
    out.push(dataLine({ type, output_index: outputIndex, item: done }));
  }

  #complete(type: string, response: Fields, out: string[]): void {
    if (!this.said) this.#sayAll(listOf(response['output']), out);
    const details = recordOf(response['incomplete_details']);
    const reason = stringOf(details?.['reason']);
    const usage = readUsage(response['usage'], counts);
    const counted = usage && { input_tokens: 0, output_tokens: 0, ...usage };
    this.finished = true;
    this.done = true;
    const end = { incomplete_details: reason === '' ? null : { reason }, usage: counted ?? null };
    out.push(dataLine({ type, response: end }));
  }

  /** An answer of which no piece was streamed. */
  #sayAll(items: unknown[], out: string[]): void {
    for (const [index, entry] of items.entries()) {
      const item = recordOf(entry) ?? {};
      if (item['type'] === 'function_call' || (item['type'] === 'reasoning' && item['encrypted_content'])) {
        this.#whole('response.output_item.added', index, item, out);
        this.#whole('response.output_item.done', index, item, out);
      }
      if (item['type'] !== 'message') continue;
      const place = { item_id: stringOf(item['id']) || 'item', output_index: index };
      const parts = listOf(item['content']).map((part) => recordOf(part) ?? {});
      const text = parts.map((part) => stringOf(part['text']) || stringOf(part['refusal'])).join('');
      if (text === '') continue;
      this.said = true;
      const added = 'response.output_item.added';
      this.#whole(added, index, item, out);
      out.push(dataLine({ type: 'response.output_text.delta', ...place, delta: text }));
      this.#whole('response.output_item.done', index, item, out);
    }
  }

  whole(body: unknown, out: string[]): void {
    const response = recordOf(body) ?? {};
    if (response['error']) throw reported(body, false);
    if (!Array.isArray(response['output']))
      throw noAnswer(this.#provider, 'it answered with JSON that is no answer', false);
    const incomplete = response['status'] === 'incomplete';
    this.#complete(incomplete ? 'response.incomplete' : 'response.completed', response, out);
  }

  /** `[DONE]`, which is not of this API but of its relatives. */
  markDone(out: string[]): void {
    if (this.done) return;
    if (!this.said) throw modelError('model/empty', `${this.#provider}: it ended without a word`, { retryable: true });
    this.#complete('response.completed', {}, out);
  }

  end(how: BodyEnd, _out: string[]): void {
    if (!this.done) throw brokeOff(this.#provider, how, this.said);
  }
}

const phases = ['commentary', 'final_answer'];

function numberOr0(value: unknown): number {
  const number = Number(value ?? 0);
  return Number.isSafeInteger(number) && number >= 0 ? number : 0;
}
