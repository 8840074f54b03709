import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from './provider-lists.ts';
import { roughTokens } from './provider-wire.ts';
import { plainPng } from './pictures.ts';
import { fakeSound } from './sounds.ts';

/** By the end of their paths: what servers of the OpenAI kind offer beside conversations. */
export type FakePath =
  'embeddings' | 'moderations' | 'audio/transcriptions' | 'audio/speech' | 'images/generations' | 'images/edits';
const paths: readonly FakePath[] = [
  ...([
    'embeddings',
    'moderations',
    'audio/transcriptions',
    'audio/speech',
    'images/generations',
    'images/edits',
  ] as const),
];

interface FakeFile {
  field: string;
  name: string;
  type: string;
  bytes: Uint8Array;
}

export interface FakeAbilityRequest {
  path: FakePath;
  apiKey: string | undefined;
  /** The JSON, or the fields of the form. */
  body: Record<string, unknown>;
  files: FakeFile[];
  /** Whether the caller hung up before the answer was complete. */
  aborted: boolean;
}

export interface FakeAbilityAnswer {
  /** Other than 200: an error with `text` as its message. */
  status?: number;
  text?: string;
  errorCode?: string;
  headers?: Readonly<Record<string, string>>;
  /** The body, in place of what the path answers by itself. */
  json?: object;
  bytes?: Uint8Array;
  /** The events of a stream. */
  events?: readonly object[];
  /** Ends the connection after this many bytes of the body. */
  cutAfterBytes?: number;
  /** Never sends a first byte. */
  hang?: boolean;
  /** How many requests it answers; 1 by default. */
  times?: number;
  /** Of moderations: answers only requests that have images. */
  toImages?: boolean;
  /** Answers only requests with this prompt. */
  toPrompt?: string;
}

export interface FakeAbilities {
  /** So far, in order of arrival. */
  readonly requests: FakeAbilityRequest[];
  /** The first one scripted for a path answers first. A path that nothing is scripted for answers sensibly. */
  answer(path: FakePath, answer: FakeAbilityAnswer): void;
  /** Resolves when a request for this path has arrived, also to one that has arrived before. */
  requested(path: FakePath): Promise<FakeAbilityRequest>;
}

interface Scripted {
  path: FakePath;
  answer: FakeAbilityAnswer;
  left: number;
  used: boolean;
}

export class AbilityServer implements FakeAbilities {
  readonly requests: FakeAbilityRequest[] = [];
  private readonly scripted: Scripted[] = [];
  private readonly waiting: { path: FakePath; resolve: (request: FakeAbilityRequest) => void }[] = [];

  answer(path: FakePath, answer: FakeAbilityAnswer): void {
    this.scripted.push({ path, answer, left: answer.times ?? 1, used: false });
  }

  requested(path: FakePath): Promise<FakeAbilityRequest> {
    const known = this.requests.find((request) => request.path === path);
    return known ? Promise.resolve(known) : new Promise((resolve) => void this.waiting.push({ path, resolve }));
  }

  unused(): string[] {
    return this.scripted.filter(({ used }) => !used).map(({ path }) => path);
  }

  reset(): void {
    for (const list of [this.requests, this.scripted, this.waiting]) list.length = 0;
  }

  /** Whether the request was one of these. */
  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { pathname } = new URL(incoming.url ?? '/', 'http://fake');
    const path = paths.find((end) => pathname.endsWith(`/v1/${end}`));
    if (!path) return false;
    const { body, files } = await readContent(incoming);
    const apiKey = incoming.headers.authorization?.replace(/^Bearer /, '');
    const request: FakeAbilityRequest = { path, apiKey, body, files, aborted: false };
    response.once('close', () => (request.aborted = !response.writableEnded && !response.errored));
    this.requests.push(request);
    for (const { resolve } of this.waiting.filter((entry) => entry.path === path)) resolve(request);
    const scripted = this.scripted.find(
      ({ path: of, left, answer }) =>
        of === path &&
        left > 0 &&
        (!answer.toImages || isOfImage(request)) &&
        (answer.toPrompt === undefined || answer.toPrompt === request.body['prompt']),
    );
    if (scripted) Object.assign(scripted, { left: scripted.left - 1, used: true });
    await respond(request, scripted?.answer ?? {}, response);
    return true;
  }
}

async function readContent(incoming: IncomingMessage): Promise<Pick<FakeAbilityRequest, 'body' | 'files'>> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const type = incoming.headers['content-type'] ?? '';
  const content = Buffer.concat(pieces);
  if (!type.startsWith('multipart/'))
    return { body: JSON.parse(content.toString()) as Record<string, unknown>, files: [] };
  const form = await new Response(content, { headers: { 'content-type': type } }).formData();
  const body: Record<string, unknown> = {};
  const files: FakeFile[] = [];
  for (const [field, value] of form) {
    if (typeof value === 'string') body[field] = value;
    else files.push({ field, name: value.name, type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) });
  }
  return { body, files };
}

/** Parts with types in place of texts. */
function isOfImage({ path, body: { input } }: FakeAbilityRequest): boolean {
  return path === 'moderations' && Array.isArray(input) && input.some((part) => typeof part === 'object');
}

/** As omni-moderation refuses what it does not take: one image in a request, by its address or its bytes. */
function faultOf(request: FakeAbilityRequest): FakeAbilityAnswer | undefined {
  if (!isOfImage(request)) return undefined;
  const { model, input } = request.body as { model: string; input: { type: string; image_url?: { url: string } }[] };
  if (!model.includes('omni')) return { status: 400, text: `Invalid type for 'input': ${model} takes strings.` };
  const images = input.filter(({ type }) => type === 'image_url');
  if (images.length > 1) return { status: 400, text: 'Too many images: a request takes one.' };
  const isReadable = images.every(({ image_url: image }) =>
    /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$/.test(image?.url ?? ''),
  );
  return isReadable ? undefined : { status: 400, text: 'Invalid image.', errorCode: 'invalid_image' };
}

async function respond(
  request: FakeAbilityRequest,
  scripted: FakeAbilityAnswer,
  response: ServerResponse,
): Promise<void> {
  const answer = faultOf(request) ?? scripted;
  const { status = 200, text = 'Fake error.', errorCode: code = null, headers = {} } = answer;
  if (answer.hang) return;
  if (status !== 200) {
    sendJson(response, status, { error: { message: text, type: 'invalid_request_error', param: null, code } }, headers);
    return;
  }
  const { bytes, type } = contentOf(request, answer);
  response.writeHead(200, { 'content-type': type, ...headers });
  if (answer.cutAfterBytes === undefined) return void response.end(bytes);
  // A cut right behind a write could overtake it.
  await new Promise<void>((resolve) => void response.write(bytes.subarray(0, answer.cutAfterBytes), () => resolve()));
  response.destroy();
}

function contentOf(request: FakeAbilityRequest, { json, bytes, events }: FakeAbilityAnswer) {
  if (bytes) return { bytes: Buffer.from(bytes), type: 'application/octet-stream' };
  if (events) {
    const lines = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
    return { bytes: Buffer.from(lines), type: 'text/event-stream' };
  }
  if (request.path === 'audio/speech' && !json) return { bytes: Buffer.from(fakeSound(2)), type: 'audio/ogg' };
  return { bytes: Buffer.from(JSON.stringify(json ?? usual[request.path](request))), type: 'application/json' };
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? (value as string[]) : [String(value)]);

const usual: Readonly<Record<FakePath, (request: FakeAbilityRequest) => object>> = {
  embeddings: ({ body }) => ({
    object: 'list',
    data: listOf(body['input']).map((text, index) => ({ object: 'embedding', index, embedding: fakeVector(text) })),
    model: body['model'],
    usage: { prompt_tokens: roughTokens(listOf(body['input']).join('')), total_tokens: 0 },
  }),
  moderations: (request) => ({
    results: (isOfImage(request) ? [''] : listOf(request.body['input'])).map((text) => {
      const flagged = text.includes('hateful');
      const scores = { hate: flagged ? 0.9 : 0.01, 'hate/threatening': 0.2, violence: 0.03 };
      return { flagged, categories: { hate: flagged, violence: false }, category_scores: scores };
    }),
  }),
  'audio/transcriptions': () => ({
    ...{ task: 'transcribe', language: 'english', duration: 2, text: ' Hello there. ' },
    segments: [{ id: 0, start: 0, end: 2, text: ' Hello there.' }],
    usage: { type: 'duration', seconds: 2 },
  }),
  'audio/speech': () => ({}),
  'images/generations': imagesOf,
  'images/edits': imagesOf,
};

function imagesOf({ body }: FakeAbilityRequest): object {
  const size = typeof body['size'] === 'string' ? body['size'] : '1024x1024';
  const [width = 1024, height = 1024] = size.split('x').map(Number);
  const image = plainPng(width, height).toString('base64');
  const data = Array.from({ length: Number(body['n'] ?? 1) }, () => ({
    b64_json: image,
    revised_prompt: 'a fine cat',
  }));
  return { created: 1, data, size, quality: body['quality'] ?? 'medium', usage: { total_tokens: 100 } };
}

/** The same letters give the same direction. */
function fakeVector(text: string): number[] {
  const counts = new Array<number>(8).fill(0.1);
  for (const letter of text)
    counts[(letter.codePointAt(0) ?? 0) % 8] = (counts[(letter.codePointAt(0) ?? 0) % 8] ?? 0) + 1;
  return counts;
}
