import { AsyncLocalStorage } from 'node:async_hooks';
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from '@ai-sdk/provider';
import type { Clock } from '../../../kernel/clock.ts';
import { ProviderReport } from '../errors.ts';
import { parseJson, recordOf } from '../failure.ts';
import { answerBody } from './answer-body.ts';
import { ChatDialect } from './chat-dialect.ts';
import type { Dialect, Fields } from './dialect.ts';
import { GenerateDialect } from './generate-dialect.ts';
import { askedOf, generateRequest } from './generate-request.ts';
import { guardedFetch, hideKey } from './guarded-fetch.ts';
import { MessagesDialect } from './messages-dialect.ts';
import { lessonOf } from './quirks.ts';
import type { Lesson, QuirkBook } from './quirks.ts';
import { alternating, withoutRefused } from './request.ts';
import { ResponsesDialect } from './responses-dialect.ts';

export type Api = 'chat' | 'responses' | 'messages' | 'generate';

/** Of an answer that nothing else bounds. */
const LEAST_BODY_BYTES = 4_000_000;
/** An event with one token has less, also where a server repeats much in each. */
const BYTES_PER_TOKEN = 2000;
const MOST_BODY_BYTES = 512_000_000;
const MOST_LESSONS = 6;
/** Where nobody bounds the time of a call. */
const LONGEST_CALL_MS = 3_600_000;

export interface WireOptions {
  provider: string;
  api: Api;
  model: string;
  apiKey: string;
  clock: Clock;
  quirks: QuirkBook;
  /** Makes the AI SDK's model over a `fetch` of ours. Called once: it builds the schemas of every event each time. */
  make: (fetch: typeof globalThis.fetch, shape: (body: Fields) => Fields) => LanguageModelV4;
}

/** The call on whose behalf the AI SDK is working. */
const currentCall = new AsyncLocalStorage<WireCall>();

/** A model of the AI SDK whose every call goes through the guarded fetch and is read tolerantly. */
export function wireModel(options: WireOptions): LanguageModelV4 {
  const model = options.make(
    (url, init) => current().fetch(String(url instanceof Request ? url.url : url), init ?? {}),
    (body) => current().shape(body),
  );
  return {
    specificationVersion: 'v4',
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: () => Promise.reject(new Error('answers are always streamed')),
    doStream: (asked) => {
      const call = new WireCall(options, asked);
      return currentCall.run(call, () => call.stream(model));
    },
  };
}

function current(): WireCall {
  const call = currentCall.getStore();
  if (!call) throw new Error('a model was called past `wireModel`');
  return call;
}

const dialects: Readonly<Record<Api, new (provider: string) => Dialect>> = {
  chat: ChatDialect,
  responses: ResponsesDialect,
  messages: MessagesDialect,
  generate: GenerateDialect,
};

/** One call: its request, with what is learned while it is made, and why it failed. */
class WireCall {
  readonly #options: WireOptions;
  readonly #call: LanguageModelV4CallOptions;
  readonly #lessons: Lesson[] = [];
  #original: Fields | undefined;
  #sent: Fields = {};
  #failure: { error: unknown } | undefined;

  constructor(options: WireOptions, call: LanguageModelV4CallOptions) {
    this.#options = options;
    this.#call = call;
  }

  async stream(model: LanguageModelV4): Promise<LanguageModelV4StreamResult> {
    try {
      const { stream, ...rest } = await model.doStream(this.#call);
      return { ...rest, stream: this.#ended(stream) };
    } catch (error) {
      throw this.#failure ? this.#failure.error : error;
    }
  }

  /** The AI SDK ends a stream that ends too early in words of its own. */
  #ended(stream: ReadableStream<LanguageModelV4StreamPart>): ReadableStream<LanguageModelV4StreamPart> {
    const reader = stream.getReader();
    return new ReadableStream<LanguageModelV4StreamPart>(
      {
        pull: async (sink) => {
          const { done, value } = await reader.read();
          const last = done || value.type === 'error' || value.type === 'finish';
          if (last && this.#failure) {
            sink.enqueue({ type: 'error', error: this.#failure.error });
            sink.close();
            await reader.cancel();
          } else if (done) {
            sink.close();
          } else {
            sink.enqueue(value);
          }
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  /** The request as the model takes it. */
  shape(body: Fields): Fields {
    this.#original = body;
    const { quirks: book, model, api } = this.#options;
    const learned = this.#lessons.flatMap(({ quirk }) => quirk ?? []);
    const limits = this.#lessons.flatMap((lesson) => (lesson.quirk === undefined ? lesson.mostOutput : []));
    const mostOutput = Math.min(book.mostOutput(model) ?? Infinity, ...limits);
    const quirks = [...book.of(model), ...learned];
    const shaped = api === 'chat' ? alternating(body) : body;
    this.#sent =
      api === 'generate' ? generateRequest(body, quirks, mostOutput) : withoutRefused(shaped, quirks, mostOutput);
    return this.#sent;
  }

  async fetch(url: string, init: RequestInit): Promise<Response> {
    const { provider, api, model, apiKey, clock, quirks } = this.#options;
    const signal = init.signal ?? this.#call.abortSignal ?? AbortSignal.timeout(LONGEST_CALL_MS);
    const send: Send = (body) => guardedFetch(url, { ...init, body, signal }, { provider, clock, apiKey });
    const written = typeof init.body === 'string' ? init.body : '';
    // The AI SDK lets only requests of compatible servers be shaped before they are written.
    const isLimited = quirks.of(model).length > 0 || quirks.mostOutput(model) !== undefined;
    if (!this.#original && (api === 'generate' || isLimited)) this.shape(readBody(written));
    const first = await this.#open(send, api === 'chat' || !this.#original ? written : JSON.stringify(this.#sent));
    const body = answerBody(first, {
      provider,
      clock,
      signal,
      mostBytes: Math.min(MOST_BODY_BYTES, LEAST_BODY_BYTES + BYTES_PER_TOKEN * (this.#call.maxOutputTokens ?? 0)),
      newDialect: () => new dialects[api](provider),
      retry: (report) =>
        this.#learns(report, written) ? this.#open(send, JSON.stringify(this.#sent)) : Promise.resolve(undefined),
      onAnswer: () => this.#keepLessons(),
      onFailure: (error) => void (this.#failure = { error: withoutKey(error, apiKey) }),
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }

  /** What was learned is known to be right once the model answers. */
  #keepLessons(): void {
    const { quirks, model } = this.#options;
    for (const lesson of this.#lessons) {
      if (lesson.quirk === undefined) quirks.learnMostOutput(model, lesson.mostOutput);
      else if (lesson.lasting) quirks.learn(model, [lesson.quirk]);
    }
  }

  /** Sends the request, and again without what the server refuses of it. A refused request used nothing. */
  async #open(send: Send, body: string): Promise<Response> {
    for (let text = body; ; text = JSON.stringify(this.#sent)) {
      try {
        return await send(text);
      } catch (error) {
        if (!(error instanceof ProviderReport) || !this.#learns(error, body)) throw error;
      }
    }
  }

  /** Whether the report teaches something that changes the request. */
  #learns(report: ProviderReport, written: string): boolean {
    this.#original ??= this.#sent = readBody(written);
    const asked = this.#options.api === 'generate' ? askedOf(this.#sent) : this.#sent;
    const lesson = lessonOf(report, asked);
    const known = lesson && this.#lessons.some(({ quirk }) => quirk === lesson.quirk);
    if (!lesson || known || this.#lessons.length >= MOST_LESSONS) return false;
    this.#lessons.push(lesson);
    this.shape(this.#original);
    return true;
  }
}

type Send = (body: string) => Promise<Response>;

function readBody(text: string): Fields {
  return recordOf(parseJson(text)) ?? {};
}

function withoutKey(error: unknown, apiKey: string): unknown {
  if (!(error instanceof ProviderReport)) return error;
  return new ProviderReport({ ...error, headers: error.responseHeaders, body: hideKey(error.responseBody, apiKey) });
}
