import type { Clock, Timer } from '../../../kernel/clock.ts';
import { modelError, ProviderReport } from '../errors.ts';
import { parseJson, recordOf } from '../failure.ts';
import type { BodyEnd, Dialect } from './dialect.ts';
import { noAnswer, listOf } from './dialect.ts';
import { EventLines, LineTooLong } from './event-lines.ts';
import type { Frame } from './event-lines.ts';

/** An answer in one piece is held as a whole. */
const MOST_WHOLE_BYTES = 8_000_000;
/** How much may wait for a reader that is slow. */
const MOST_WAITING_BYTES = 256 * 1024;
/** Usage follows the end of an answer at once; some servers then forget to close the connection. */
const AFTER_END_MS = 5000;
/** How long a connection may take to be free for the next call. */
const AFTER_DONE_MS = 500;

export interface AnswerBodyOptions {
  provider: string;
  clock: Clock;
  signal: AbortSignal;
  /** Bytes of the whole body, after decompression. */
  mostBytes: number;
  newDialect: () => Dialect;
  /** A body that stands in for one that only reports what the server refuses. */
  retry: (report: ProviderReport) => Promise<Response | undefined>;
  /** Told once, when something of an answer has come. */
  onAnswer: () => void;
  /** Told once why the body ends before the answer does. */
  onFailure: (failure: unknown) => void;
}

/**
 * The body of a streamed answer as its API is specified, whatever the server sends. It never breaks: a failure is told to
 * `onFailure`, and the body then ends behind all that was said before, so that no word is lost on the way. Reads ahead,
 * since a connection that breaks takes with it what nobody has read. An abort ends it at once.
 */
export function answerBody(response: Response, options: AnswerBodyOptions): ReadableStream<Uint8Array> {
  const gone = new AbortController();
  let resume: (() => void) | undefined;
  const wake = (): void => {
    resume?.();
    resume = undefined;
  };
  gone.signal.addEventListener('abort', wake, { once: true });
  return new ReadableStream<Uint8Array>(
    {
      start(sink) {
        const encoder = new TextEncoder();
        const onAbort = (): void => {
          gone.abort();
          sink.error(options.signal.reason);
        };
        options.signal.addEventListener('abort', onAbort, { once: true });
        const write = async (text: string): Promise<void> => {
          if (gone.signal.aborted) return;
          sink.enqueue(encoder.encode(text));
          if ((sink.desiredSize ?? 0) <= 0) await new Promise<void>((resolve) => void (resume = resolve));
        };
        void new BodyPump(options, gone.signal, write)
          .run(response)
          .catch((error: unknown) => options.onFailure(error))
          .finally(() => {
            options.signal.removeEventListener('abort', onAbort);
            if (!gone.signal.aborted) sink.close();
          });
      },
      pull: wake,
      cancel: () => gone.abort(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING_BYTES }),
  );
}

type Write = (text: string) => Promise<void>;
type Reader = ReadableStreamDefaultReader<Uint8Array>;

class BodyPump {
  readonly #options: AnswerBodyOptions;
  readonly #gone: AbortSignal;
  readonly #write: Write;
  #bytes = 0;
  #answered = false;

  constructor(options: AnswerBodyOptions, gone: AbortSignal, write: Write) {
    this.#options = options;
    this.#gone = gone;
    this.#write = write;
  }

  /** Rejects with what ends the answer too early, when all before it is written. */
  async run(response: Response): Promise<void> {
    let current: Response | undefined = response;
    while (current) {
      try {
        await this.#read(current);
        return;
      } catch (error) {
        const next: Response | undefined =
          error instanceof ProviderReport && error.turnedAway ? await this.#options.retry(error) : undefined;
        if (!next) throw error;
        current = next;
      }
    }
  }

  async #read(response: Response): Promise<void> {
    if (!response.body) throw noAnswer(this.#options.provider, 'it sent no answer', true, 'model/empty');
    const reader: Reader = response.body.getReader();
    const stop = (): void => void reader.cancel().catch(() => undefined);
    this.#gone.addEventListener('abort', stop, { once: true });
    const reading = new BodyReading(this.#options.provider, this.#options.newDialect());
    const decoder = new TextDecoder();
    let how: BodyEnd = 'closed';
    try {
      while (!reading.done) {
        const piece = await this.#next(reader, reading.finished).catch(() => undefined);
        if (this.#gone.aborted) return;
        if (piece === undefined) how = 'cut';
        if (!piece?.value) break;
        this.#bytes += piece.value.length;
        if (this.#bytes > this.#options.mostBytes) throw tooLarge(this.#options);
        await this.#pass(() => reading.push(decoder.decode(piece.value, { stream: true })), reading);
      }
      if (!reading.done) await this.#pass(() => reading.end(decoder.decode(), how), reading);
    } finally {
      if (reading.done && how === 'closed') void this.#drain(reader).finally(stop);
      else stop();
    }
  }

  /** A connection whose answer was read to its end serves the next call; the end follows the last event at once. */
  async #drain(reader: Reader): Promise<void> {
    let timer: Timer | undefined;
    const late = new Promise<{ done: true }>((resolve) => {
      timer = this.#options.clock.after(AFTER_DONE_MS, () => resolve({ done: true }));
    });
    for (let pieces = 0, ended = false; pieces < 10 && !ended; pieces += 1) {
      ended = (await Promise.race([reader.read(), late]).catch(() => ({ done: true }))).done;
    }
    timer?.cancel();
  }

  /** What a step says is written also when the step then fails. */
  async #pass(step: () => void, reading: BodyReading): Promise<void> {
    try {
      step();
    } finally {
      const text = reading.said();
      if (reading.answers && !this.#answered) this.#options.onAnswer();
      this.#answered ||= reading.answers;
      if (text !== '') await this.#write(text);
    }
  }

  /** Nothing more when a complete answer isn't followed by anything. */
  async #next(reader: Reader, finished: boolean): Promise<{ value?: Uint8Array | undefined }> {
    if (!finished) return reader.read();
    let timer: Timer | undefined;
    const late = new Promise<{ value?: undefined }>((resolve) => {
      timer = this.#options.clock.after(AFTER_END_MS, () => resolve({}));
    });
    try {
      return await Promise.race([reader.read(), late]);
    } finally {
      timer?.cancel();
    }
  }
}

function tooLarge({ provider, mostBytes }: AnswerBodyOptions): Error {
  const message = `${provider}: it sends more than ${Math.round(mostBytes / 1e6)} MB for one answer`;
  return modelError('model/failed', message, { retryable: false });
}

/** Tells the kinds of bodies apart by how they begin, and reads them. */
class BodyReading {
  readonly #provider: string;
  readonly #dialect: Dialect;
  readonly #lines = new EventLines();
  #kind: 'unknown' | 'events' | 'whole' = 'unknown';
  #held = '';
  #any = false;
  #recognised = false;
  #broken = false;
  readonly #out: string[] = [];
  #alive = false;

  constructor(provider: string, dialect: Dialect) {
    this.#provider = provider;
    this.#dialect = dialect;
  }

  get done(): boolean {
    return this.#dialect.done;
  }

  get finished(): boolean {
    return this.#dialect.finished;
  }

  /** Something of an answer has come. */
  get answers(): boolean {
    return this.#dialect.said || this.#dialect.finished;
  }

  /** What there is to write. One sign of life is enough for all that carried nothing. */
  said(): string {
    const text = this.#out.splice(0).join('');
    const alive = this.#alive ? this.#dialect.alive : '';
    this.#alive = false;
    return text === '' ? alive : text;
  }

  push(text: string): void {
    if (text === '') return;
    this.#any = true;
    this.#alive = true;
    if (this.#kind === 'unknown') this.#held += text;
    if (this.#kind === 'unknown') this.#begin();
    else if (this.#kind === 'whole') this.#hold(text);
    else this.#events(text);
  }

  #begin(): void {
    const begun = this.#held.trimStart();
    if (begun === '') {
      this.#held = '';
      return;
    }
    if (begun.startsWith('<')) {
      throw noAnswer(this.#provider, 'it answered with a web page: is baseUrl right?', false, 'model/web-page');
    }
    this.#held = '';
    this.#kind = /^[{[]/.test(begun) ? 'whole' : 'events';
    if (this.#kind === 'whole') this.#hold(begun);
    else this.#events(begun);
  }

  /** JSON, unless its first line is the first of many events. */
  #hold(text: string): void {
    const firstLine = !this.#held.includes('\n') && text.includes('\n');
    this.#held += text;
    if (this.#held.length > MOST_WHOLE_BYTES) {
      const message = `${this.#provider}: its answer in one piece is larger than ${MOST_WHOLE_BYTES / 1e6} MB`;
      throw modelError('model/failed', message, { retryable: false });
    }
    if (!firstLine || !isChunk(parseJson(this.#held.slice(0, this.#held.indexOf('\n'))))) return;
    this.#kind = 'events';
    this.#events(this.#held);
    this.#held = '';
  }

  #events(text: string): void {
    this.#guard(() => this.#take(this.#lines.push(text)));
  }

  #take(frames: Frame[]): void {
    for (const frame of frames) {
      if (this.#dialect.done) return;
      if (this.#broken) {
        throw modelError('model/failed', `${this.#provider}: it sent an event that can't be read`, { retryable: true });
      }
      // Judged by what follows: at the end of the body it only means that the answer broke off.
      if (frame.kind === 'broken') this.#broken = true;
      if (frame.kind !== 'alive') this.#recognised = true;
      this.#pass(frame);
    }
  }

  #pass(frame: Frame): void {
    const said: string[] = [];
    try {
      if (frame.kind === 'json') this.#dialect.take(frame.value, frame.event, said);
      if (frame.kind === 'done') this.#dialect.markDone(said);
    } finally {
      this.#out.push(...said.filter((line) => line !== this.#dialect.alive));
    }
  }

  end(text: string, how: BodyEnd): void {
    this.push(text);
    if (this.#kind === 'whole') {
      const body = parseJson(this.#held);
      if (body !== undefined) return this.#dialect.whole(body, this.#out);
      this.#events(this.#held);
    }
    this.#guard(() => this.#take(this.#lines.end()));
    if (this.#dialect.done) return;
    if (how === 'closed' && this.#any && !this.#recognised) {
      throw noAnswer(this.#provider, 'it answered with something that is no answer', true);
    }
    this.#dialect.end(how, this.#out);
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      throw modelError('model/failed', `${this.#provider}: it sent a line of more than 2 MB`, { retryable: false });
    }
  }
}

/** An event of a stream, as opposed to an answer in one piece. */
function isChunk(value: unknown): boolean {
  const fields = recordOf(value);
  if (!fields) return false;
  const type = fields['type'];
  return (
    recordOf(listOf(fields['choices'])[0])?.['delta'] !== undefined ||
    fields['object'] === 'chat.completion.chunk' ||
    (typeof type === 'string' && /^(response\.|message_|content_block_|ping)/.test(type))
  );
}
