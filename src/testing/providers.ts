/**
 * Fake model providers over HTTP: OpenAI (Responses, Chat Completions), Anthropic (Messages), Gemini and Ollama, in one server.
 * Answers are scripted per question, with every fault that a network and a provider can have; a question that nothing
 * was scripted for is answered with an echo. Also runs on its own for benchmarks:
 * `node src/testing/providers.ts --port 9090 --delay 20 --chunks 50`.
 */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { systemClock } from '../kernel/clock.ts';
import { AbilityServer } from './provider-abilities.ts';
import type { FakeAbilities } from './provider-abilities.ts';
import { defaultModels, sendJson, sendList } from './provider-lists.ts';
import type { FakeModels } from './provider-lists.ts';
import { generate, readGeneratePath, readGenerateRequest } from './provider-generate-wire.ts';
import { readRequest, roughTokens, wires } from './provider-wire.ts';
import type {
  FakeApi,
  FakeCall,
  FakeToolResult,
  FakeUsage,
  IdentifiedCall,
  Wire,
  WireAnswer,
} from './provider-wire.ts';

export type { FakeApi, FakeCall, FakeUsage } from './provider-wire.ts';

export interface FakeRequest {
  provider: 'openai' | 'anthropic' | 'gemini' | 'ollama';
  api: FakeApi;
  headers: IncomingHttpHeaders;
  /** The key that was sent, whichever header holds it. */
  apiKey: string | undefined;
  body: Record<string, unknown>;
  model: string;
  /** Whether the answer is to come in pieces. */
  stream: boolean;
  /** Text of the last user message, which results of tools are none. */
  userText: string;
  /** How many pictures all messages hold. */
  images: number;
  /** Names of the tools that it offers. */
  toolNames: string[];
  /** What tools gave, of all messages. */
  toolResults: FakeToolResult[];
  /** Whether the caller hung up before the answer was complete. */
  aborted: boolean;
  /** Resolves when the exchange has ended, one way or the other. */
  closed: Promise<void>;
}

export interface FakeAnswer {
  text?: string;
  /** The text in the pieces in which it is streamed; by default one a word. */
  chunks?: readonly string[];
  /** Streamed before the text. */
  reasoning?: readonly string[];
  /** Calls of tools, streamed after the text. */
  calls?: readonly FakeCall[];
  /** Before each chunk. */
  delayMs?: number;
  /** Before the status line and headers. */
  firstByteDelayMs?: number;
  /** `null`: the provider reports no usage. By default it is counted roughly from the texts. */
  usage?: FakeUsage | null;
  finishReason?: WireAnswer['finishReason'];
  /** Other than 200: an error in the provider's format with `text` as its message. */
  status?: number;
  headers?: Readonly<Record<string, string>>;
  /** The code (OpenAI) or type (Anthropic) in an error's body. */
  errorCode?: string;
  /** Ends the connection in mid-answer after this many chunks. */
  cutAfterChunks?: number;
  /** Sends nothing more after this many chunks, and keeps the connection. */
  stallAfterChunks?: number;
  /** Never sends a first byte. */
  hang?: boolean;
  /** Waits for `release()` before this chunk; `true` is before the first. */
  hold?: boolean | number;
  /** How many requests it answers; 1 by default. */
  times?: number;
}

type FakeMatch = string | RegExp | ((request: FakeRequest) => boolean);

export interface FakeProviders {
  /** Ends in `/v1`; speaks Responses and Chat Completions. */
  readonly openaiBaseUrl: string;
  readonly anthropicBaseUrl: string;
  /** Without `/v1beta`, which clients add. */
  readonly geminiBaseUrl: string;
  /** The address for `OLLAMA_HOST`. */
  readonly ollamaBaseUrl: string;
  /** Every question so far, in order of arrival. */
  readonly requests: FakeRequest[];
  /** What the lists of models hold; may be changed at any time. */
  readonly models: FakeModels;
  /** What is no conversation. */
  readonly abilities: FakeAbilities;
  /** A text matches when the last user message contains it. The first match in order of scripting answers. */
  answer(match: FakeMatch, answer: FakeAnswer): void;
  /** What answers questions that nothing was scripted for, instead of the echo. */
  answerByDefault(answer: FakeAnswer | ((request: FakeRequest) => FakeAnswer)): void;
  /** Answers requests for a list of models with this status when they come with this key. */
  refuseLists(apiKey: string, status: number): void;
  /** Resolves when a matching request has arrived, also to one that has arrived before. */
  requested(match: FakeMatch): Promise<FakeRequest>;
  /** Lets every answer go on that is held now; one that comes to its hold later waits for the next call. */
  release(): void;
  /** Resolves when an answer is held whose caller still listens: after a restart, when the new attempt has come so far. */
  held(): Promise<void>;
  /** Scripted answers that were never used, by their match. A test that leaves one has not tested what it meant to. */
  unused(): string[];
  /** Forgets requests and answers, and ends what is still being answered. */
  reset(): void;
  close(): Promise<void>;
}

interface Scripted {
  match: FakeMatch;
  answer: FakeAnswer;
  left: number;
  used: boolean;
}

interface State {
  requests: FakeRequest[];
  scripted: Scripted[];
  byDefault: ((request: FakeRequest) => FakeAnswer) | undefined;
  refusals: Map<string, number>;
  waiting: { match: FakeMatch; resolve: (request: FakeRequest) => void }[];
  held: (() => void)[];
  waitingForHeld: (() => void)[];
  answering: Set<ServerResponse>;
  models: FakeModels;
  abilities: AbilityServer;
}

/** Starts the server on the loopback address, on a free port by default. A silent one never answers anything. */
export async function startFakeProviders({ port = 0, silent = false } = {}): Promise<FakeProviders> {
  const state: State = {
    requests: [],
    scripted: [],
    byDefault: undefined,
    refusals: new Map(),
    waiting: [],
    held: [],
    waitingForHeld: [],
    answering: new Set(),
    models: defaultModels(),
    abilities: new AbilityServer(),
  };
  const server = createServer((request, response) => {
    if (silent) return;
    handle(state, request, response).catch((error: unknown) => {
      if (!(error instanceof Error && error.name === 'AbortError')) response.destroy(error as Error);
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const release = (): void => state.held.splice(0).forEach((go) => go());
  return {
    openaiBaseUrl: `${origin}/openai/v1`,
    anthropicBaseUrl: `${origin}/anthropic/v1`,
    geminiBaseUrl: `${origin}/gemini`,
    ollamaBaseUrl: `${origin}/ollama`,
    requests: state.requests,
    models: state.models,
    abilities: state.abilities,
    answer: (match, answer) => void state.scripted.push({ match, answer, left: answer.times ?? 1, used: false }),
    answerByDefault: (answer) => void (state.byDefault = typeof answer === 'function' ? answer : () => answer),
    refuseLists: (apiKey, status) => void state.refusals.set(apiKey, status),
    requested: (match) => {
      const known = state.requests.find((request) => matches(match, request));
      return known ? Promise.resolve(known) : new Promise((resolve) => void state.waiting.push({ match, resolve }));
    },
    release,
    held: () =>
      state.held.length > 0 ? Promise.resolve() : new Promise((resolve) => void state.waitingForHeld.push(resolve)),
    unused: () => [
      ...state.scripted.filter((entry) => !entry.used).map((entry) => String(entry.match)),
      ...state.abilities.unused(),
    ],
    reset: () => {
      // Idle connections stay: a client that is about to use one again would see it break.
      for (const response of state.answering) response.destroy();
      Object.assign(state.models, defaultModels());
      state.abilities.reset();
      state.byDefault = undefined;
      state.refusals.clear();
      for (const list of [state.requests, state.scripted, state.waiting, state.held]) list.length = 0;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function matches(match: FakeMatch, request: FakeRequest): boolean {
  if (typeof match === 'function') return match(request);
  return typeof match === 'string' ? request.userText.includes(match) : match.test(request.userText);
}

const questionPaths: readonly { end: string; api: FakeApi }[] = [
  { end: '/v1/chat/completions', api: 'chat' },
  { end: '/v1/responses', api: 'responses' },
  { end: '/v1/messages', api: 'messages' },
];

async function handle(state: State, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(incoming.url ?? '/', 'http://fake').pathname;
  const provider = path.split('/')[1] as FakeRequest['provider'];
  if (await state.abilities.handle(incoming, response)) return;
  const body = await readBody(incoming);
  const generated = readGeneratePath(path);
  const api = generated ? 'generate' : questionPaths.find(({ end }) => path.endsWith(end))?.api;
  const apiKey = readKey(incoming.headers);
  if (!api) {
    const status = state.refusals.get(apiKey ?? '');
    return status === undefined
      ? sendList(state.models, path, body, response)
      : sendJson(response, status, { error: 'refused' });
  }
  const gone = new AbortController();
  const closed = Promise.withResolvers<void>();
  const request: FakeRequest = {
    provider,
    api,
    headers: incoming.headers,
    apiKey,
    body,
    ...(generated ? { ...generated, ...readGenerateRequest(body) } : readRequest(body)),
    aborted: false,
    closed: closed.promise,
  };
  state.answering.add(response);
  response.once('close', () => {
    state.answering.delete(response);
    request.aborted = !response.writableEnded && !response.errored;
    gone.abort();
    closed.resolve();
  });
  state.requests.push(request);
  const arrived = state.waiting.filter((entry) => matches(entry.match, request));
  state.waiting = state.waiting.filter((entry) => !arrived.includes(entry));
  arrived.forEach((entry) => entry.resolve(request));
  await respond(request, chooseAnswer(state, request), response, {
    signal: gone.signal,
    hold: () => holdUntilReleased(state, gone.signal),
  });
}

function readKey(headers: IncomingHttpHeaders): string | undefined {
  const key = headers['x-api-key'] ?? headers['x-goog-api-key'] ?? headers.authorization?.replace(/^Bearer /, '');
  return typeof key === 'string' ? key : undefined;
}

function chooseAnswer(state: State, request: FakeRequest): FakeAnswer {
  const scripted = state.scripted.find((entry) => entry.left > 0 && matches(entry.match, request));
  if (!scripted) return state.byDefault?.(request) ?? { text: `You said: ${request.userText}` };
  scripted.left -= 1;
  scripted.used = true;
  return scripted.answer;
}

interface Exchange {
  signal: AbortSignal;
  /** Resolves at `release()`, or when the caller hangs up. */
  hold: () => Promise<void>;
}

function holdUntilReleased(state: State, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    state.held.push(resolve);
    signal.addEventListener('abort', () => {
      state.held = state.held.filter((go) => go !== resolve);
      resolve();
    });
    state.waitingForHeld.splice(0).forEach((tell) => tell());
  });
}

async function respond(
  request: FakeRequest,
  answer: FakeAnswer,
  response: ServerResponse,
  exchange: Exchange,
): Promise<void> {
  const wire = request.api === 'generate' ? generate : wires[request.api];
  const text = answer.chunks?.join('') ?? answer.text ?? '';
  const calls = callsOf(answer);
  if (answer.hang) return;
  if (answer.firstByteDelayMs) await systemClock.sleep(answer.firstByteDelayMs, exchange.signal);
  if ((answer.status ?? 200) !== 200) {
    const status = answer.status ?? 500;
    sendJson(response, status, wire.error(status, text || `Fake error ${status}.`, answer.errorCode), answer.headers);
    return;
  }
  const counted = {
    inputTokens: roughTokens(JSON.stringify(request.body)),
    outputTokens: roughTokens(text + calls.map(({ input }) => input).join('')),
  };
  const head: WireAnswer = {
    model: request.model,
    usage: answer.usage === undefined ? counted : answer.usage,
    finishReason: answer.finishReason ?? (calls.length > 0 ? 'tool-calls' : 'stop'),
  };
  if (request.stream) await streamAnswer(wire, head, answer, response, exchange);
  else sendJson(response, 200, wire.whole(head, text, calls), answer.headers);
}

const callsOf = ({ calls = [] }: FakeAnswer): IdentifiedCall[] =>
  calls.map((call, index) => ({ id: `call-${index + 1}`, ...call }));

async function streamAnswer(
  wire: Wire,
  head: WireAnswer,
  answer: FakeAnswer,
  response: ServerResponse,
  exchange: Exchange,
): Promise<void> {
  const text = answer.chunks?.join('') ?? answer.text ?? '';
  const chunks = answer.chunks ?? text.match(/\S*\s*/g)?.filter((word) => word !== '') ?? [];
  const holdBefore = answer.hold === true ? 0 : answer.hold === false ? undefined : answer.hold;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...answer.headers });
  response.write(wire.open(head));
  for (const thought of answer.reasoning ?? []) response.write(wire.reasoning(thought, head));
  for (let index = 0; index <= chunks.length; index++) {
    if (index === holdBefore) await exchange.hold();
    if (exchange.signal.aborted) return;
    if (index === answer.cutAfterChunks) return void response.destroy();
    if (index === answer.stallAfterChunks) return;
    const chunk = chunks[index];
    if (chunk === undefined) break;
    if (answer.delayMs) await systemClock.sleep(answer.delayMs, exchange.signal);
    // A cut right behind a write could overtake it: the chunk counts as sent when the socket has taken it.
    await new Promise<void>((resolve) => void response.write(wire.text(chunk, head), () => resolve()));
    if (exchange.signal.aborted) return;
  }
  for (const [index, call] of callsOf(answer).entries()) response.write(wire.call(call, index, head));
  response.end(wire.close(head, text));
}

async function readBody(incoming: IncomingMessage): Promise<Record<string, unknown>> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  return pieces.length === 0 ? {} : (JSON.parse(Buffer.concat(pieces).toString('utf8')) as Record<string, unknown>);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      delay: { type: 'string' },
      'first-byte-delay': { type: 'string' },
      chunks: { type: 'string' },
    },
  });
  const fake = await startFakeProviders({ port: Number(values.port ?? 0) });
  fake.answerByDefault({
    chunks: Array.from({ length: Number(values.chunks ?? 50) }, (_, index) => `word${index} `),
    delayMs: Number(values.delay ?? 20),
    firstByteDelayMs: Number(values['first-byte-delay'] ?? 0),
  });
  process.stdout.write(
    `${JSON.stringify({ openai: fake.openaiBaseUrl, anthropic: fake.anthropicBaseUrl, ollama: fake.ollamaBaseUrl })}\n`,
  );
}
