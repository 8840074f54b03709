import { modelError } from '../errors.ts';
import { recordOf } from '../failure.ts';
import {
  brokeOff,
  eventLines,
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

const counts = ['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'];

/** Anthropic's own words for endings that others spell differently; the rest stays as it is. */
const endings: Readonly<Record<string, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  content_filter: 'refusal',
  tool_calls: 'tool_use',
};

/** Anthropic's Messages, and of servers that imitate it. Blocks of tools that the provider runs itself are left out. */
export class MessagesDialect implements Dialect {
  readonly alive = eventLines({ type: 'ping' });
  said = false;
  finished = false;
  done = false;
  readonly #provider: string;
  #started = false;
  readonly #open = new Map<number, 'text' | 'thinking' | 'tool' | 'other'>();

  constructor(provider: string) {
    this.#provider = provider;
  }

  take(value: unknown, event: string | undefined, out: string[]): void {
    const body = recordOf(Array.isArray(value) ? (value as unknown[])[0] : value);
    if (!body) return void out.push(this.alive);
    const type = stringOf(body['type']) || (event ?? '');
    if (type === 'error' || recordOf(body['error'])) throw reported(value, this.said);
    switch (type) {
      case 'message_start':
        return this.#start(recordOf(body['message']) ?? {}, out);
      case 'content_block_start':
        return this.#openBlock(indexOf(body), recordOf(body['content_block']) ?? {}, out);
      case 'content_block_delta':
        return this.#delta(indexOf(body), recordOf(body['delta']) ?? {}, out);
      case 'content_block_stop':
        return this.#closeBlock(indexOf(body), out);
      case 'message_delta':
        return this.#ending(recordOf(body['delta']) ?? {}, body['usage'], out);
      case 'message_stop':
        return this.markDone(out);
      default:
        out.push(this.alive);
    }
  }

  #start(message: Fields, out: string[]): void {
    if (this.#started) return;
    this.#started = true;
    const usage = { input_tokens: 0, output_tokens: 0, ...readUsage(message['usage'], counts) };
    out.push(
      eventLines({
        type: 'message_start',
        message: { id: 'message', type: 'message', role: 'assistant', content: [], stop_reason: null, usage },
      }),
    );
  }

  #openBlock(index: number, block: Fields, out: string[]): void {
    this.#start({}, out);
    const { type } = block;
    const text = stringOf(block['text']) || stringOf(block['thinking']);
    if (type === 'redacted_thinking') {
      this.#open.set(index, 'other');
      out.push(
        eventLines({
          type: 'content_block_start',
          index,
          content_block: { type, data: stringOf(block['data']) },
        }),
      );
    } else if (type === 'text' || type === 'thinking') {
      this.#open.set(index, type);
      const empty = type === 'text' ? { type, text: '' } : { type, thinking: '' };
      out.push(eventLines({ type: 'content_block_start', index, content_block: empty }));
      if (text !== '') this.#delta(index, { text }, out);
      if (type === 'thinking') this.#sign(index, block['signature'], out);
    } else if (type === 'tool_use' && stringOf(block['name']) !== '') {
      this.#call(index, block, out);
    } else {
      out.push(this.alive);
    }
  }

  #call(index: number, block: Fields, out: string[]): void {
    this.#open.set(index, 'tool');
    this.said = true;
    const content = { type: 'tool_use', id: idOf(block['id']) || `call_${index}`, name: block['name'], input: {} };
    out.push(eventLines({ type: 'content_block_start', index, content_block: content }));
    const input = inputOf(block['input']);
    if (input !== '{}') this.#input(index, input, out);
  }

  #input(index: number, json: string, out: string[]): void {
    if (json === '' || this.#open.get(index) !== 'tool') return void out.push(this.alive);
    const delta = { type: 'input_json_delta', partial_json: json };
    out.push(eventLines({ type: 'content_block_delta', index, delta }));
  }

  /** Without its signature a thought is refused when it is sent back. */
  #sign(index: number, value: unknown, out: string[]): void {
    const signature = stringOf(value);
    if (signature === '' || this.#open.get(index) !== 'thinking') return void out.push(this.alive);
    out.push(eventLines({ type: 'content_block_delta', index, delta: { type: 'signature_delta', signature } }));
  }

  #delta(index: number, delta: Fields, out: string[]): void {
    if (delta['type'] === 'input_json_delta') return this.#input(index, inputOf(delta['partial_json']), out);
    if (delta['type'] === 'signature_delta') return this.#sign(index, delta['signature'], out);
    const text = stringOf(delta['text']) || stringOf(delta['thinking']);
    if (text === '') return void out.push(this.alive);
    const thinks = delta['type'] === 'thinking_delta' || this.#open.get(index) === 'thinking';
    if (!this.#open.has(index)) this.#openBlock(index, { type: thinks ? 'thinking' : 'text' }, out);
    this.said = true;
    const piece = thinks ? { type: 'thinking_delta', thinking: text } : { type: 'text_delta', text };
    out.push(eventLines({ type: 'content_block_delta', index, delta: piece }));
  }

  #closeBlock(index: number, out: string[]): void {
    if (this.#open.delete(index)) out.push(eventLines({ type: 'content_block_stop', index }));
    else out.push(this.alive);
  }

  #ending(delta: Fields, usage: unknown, out: string[]): void {
    const reason = readEnding(delta['stop_reason']);
    if (reason !== undefined && isFailedEnding(reason)) {
      const message = `${this.#provider}: it reports a failure of its own (${reason})`;
      throw modelError('model/failed', message, { retryable: true });
    }
    this.#start({}, out);
    this.finished ||= reason !== undefined;
    const stop = reason === undefined ? null : delta['stop_reason'] === 'stop_sequence' ? 'stop_sequence' : reason;
    out.push(
      eventLines({
        type: 'message_delta',
        delta: { stop_reason: stop === null ? null : (endings[stop] ?? stop), stop_sequence: null },
        usage: { output_tokens: 0, ...readUsage(usage, counts) },
      }),
    );
  }

  whole(body: unknown, out: string[]): void {
    const message = recordOf(body) ?? {};
    if (message['type'] === 'error' || recordOf(message['error'])) throw reported(body, false);
    if (!Array.isArray(message['content']))
      throw noAnswer(this.#provider, 'it answered with JSON that is no answer', false);
    this.#start(message, out);
    for (const [index, block] of listOf(message['content']).entries()) {
      this.#openBlock(index, recordOf(block) ?? {}, out);
      this.#closeBlock(index, out);
    }
    this.#ending({ stop_reason: message['stop_reason'] ?? 'end_turn' }, message['usage'], out);
    this.markDone(out);
  }

  markDone(out: string[]): void {
    if (this.done) return;
    this.done = true;
    for (const index of [...this.#open.keys()]) this.#closeBlock(index, out);
    if (!this.finished) this.#ending({ stop_reason: 'end_turn' }, undefined, out);
    out.push(eventLines({ type: 'message_stop' }));
  }

  end(how: BodyEnd, out: string[]): void {
    if (this.done) return;
    if (!this.finished) throw brokeOff(this.#provider, how, this.said);
    this.markDone(out);
  }
}

function indexOf(body: Fields): number {
  const index = Number(body['index'] ?? 0);
  return Number.isSafeInteger(index) && index >= 0 ? index : 0;
}
