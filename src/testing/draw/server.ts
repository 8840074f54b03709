import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { plainPng } from '../pictures.ts';

/** So many looks at the progress are enough for unfinished images to be seen. */
export const fakePreviewLimit = 3;

/** What the fake provider makes of a drawing. `never`: it works on it for ever. `elsewhere`: the result is at a private address. */
export type Ending = 'done' | 'refused' | 'blurred' | 'failed' | 'no-image' | 'no-picture' | 'elsewhere' | 'never';

export interface FakeDrawRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** The JSON, or the fields of the form. */
  body: Record<string, unknown>;
  files: { field: string; name: string; bytes: Uint8Array }[];
}

/** In place of the answer to one request. */
export interface DrawFault {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  json?: object;
  html?: boolean;
  /** Ends the connection in mid-answer. */
  cut?: boolean;
  /** Never answers. */
  hang?: boolean;
}

export interface Reply {
  status?: number;
  json?: unknown;
  bytes?: Uint8Array;
  type?: string;
  headers?: Readonly<Record<string, string>>;
}

interface Job {
  id: string;
  request: FakeDrawRequest;
  /** How often it was asked for. */
  looks: number;
  cancelled: boolean;
}

export class DrawWorld {
  ending: Ending = 'done';
  /** It takes its time, so that unfinished images can be seen. */
  slow = false;
  origin = '';
  readonly jobs = new Map<string, Job>();

  begin(request: FakeDrawRequest, id = `job-${this.jobs.size + 1}`): Job {
    const job = { id, request, looks: 0, cancelled: false };
    this.jobs.set(job.id, job);
    return job;
  }

  /** Done at the second look. */
  look(id: string): Job & { isDone: boolean } {
    const job = this.jobs.get(id);
    if (!job) throw new Error(`there is no ${id}`);
    job.looks += 1;
    return Object.assign(job, { isDone: job.looks > (this.slow ? 10 : 1) && this.ending !== 'never' });
  }

  /** The bytes of a result. */
  picture(): Uint8Array {
    return this.ending === 'no-picture' ? Buffer.from('just words') : plainPng(64, 32);
  }

  base64(): string {
    return Buffer.from(this.picture()).toString('base64');
  }

  /** The address of a result; `GET /out/…` gives it. */
  address(number: number): string {
    return this.ending === 'elsewhere' ? 'http://169.254.169.254/latest/1.png' : `${this.origin}/out/${number}.png`;
  }
}

export interface FakeDrawWire {
  /** Undefined for an address that it doesn't have. */
  handle(request: FakeDrawRequest, world: DrawWorld): Reply | undefined | Promise<Reply>;
  /** Takes a WebSocket over. */
  upgrade?(incoming: IncomingMessage, socket: Duplex): void;
}

export interface DrawServer {
  readonly origin: string;
  readonly requests: readonly FakeDrawRequest[];
  readonly world: DrawWorld;
  /** In place of the next answer to a request whose method and path match. */
  fail(match: RegExp, fault: DrawFault): void;
  /** Resolves when such a request has arrived, also to one that has arrived before. */
  requested(match: RegExp): Promise<FakeDrawRequest>;
  reset(): void;
  close(): Promise<void>;
}

const lineOf = ({ method, path }: FakeDrawRequest): string => `${method} ${path}`;

/** One provider on the loopback address. */
export async function startDrawServer(wire: FakeDrawWire): Promise<DrawServer> {
  const requests: FakeDrawRequest[] = [];
  const waiting: { match: RegExp; resolve: (request: FakeDrawRequest) => void }[] = [];
  const faults: { match: RegExp; fault: DrawFault }[] = [];
  const world = new DrawWorld();
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await read(incoming);
    requests.push(request);
    const index = faults.findIndex(({ match }) => match.test(lineOf(request)));
    const [scripted] = index < 0 ? [] : faults.splice(index, 1);
    const reply = scripted?.fault.hang ? undefined : (replyOf(request, world) ?? wire.handle(request, world));
    for (const entry of waiting.filter(({ match }) => match.test(lineOf(request)))) entry.resolve(request);
    await send(response, (await reply) ?? { status: 404, json: { detail: 'Not found' } }, scripted?.fault);
  };
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.on('upgrade', (incoming, socket) => (wire.upgrade ? wire.upgrade(incoming, socket) : socket.destroy()));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  world.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ origin: world.origin, requests, world },
    fail: (match, fault) => void faults.push({ match, fault }),
    requested: (match) => {
      const known = requests.find((request) => match.test(lineOf(request)));
      return known ? Promise.resolve(known) : new Promise((resolve) => void waiting.push({ match, resolve }));
    },
    reset: () => {
      for (const list of [requests, waiting, faults]) list.length = 0;
      world.jobs.clear();
      world.ending = 'done';
      world.slow = false;
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function replyOf({ path }: FakeDrawRequest, world: DrawWorld): Reply | undefined {
  return path.startsWith('/out/') ? { bytes: world.picture(), type: 'image/png' } : undefined;
}

async function read(incoming: IncomingMessage): Promise<FakeDrawRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const content = Buffer.concat(pieces);
  const { method = 'GET', headers } = incoming;
  const { pathname: path, searchParams: query } = new URL(incoming.url ?? '/', 'http://fake');
  const type = headers['content-type'] ?? '';
  const request: FakeDrawRequest = { method, path, query, headers, body: {}, files: [] };
  if (type.startsWith('application/json')) request.body = JSON.parse(content.toString()) as Record<string, unknown>;
  if (!type.startsWith('multipart/')) return request;
  const form = await new Response(content, { headers: { 'content-type': type } }).formData();
  for (const [field, value] of form) {
    if (typeof value === 'string') request.body[field] = value;
    else request.files.push({ field, name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) });
  }
  return request;
}

async function send(response: ServerResponse, reply: Reply, fault: DrawFault = {}): Promise<void> {
  if (fault.hang) return;
  const { status = 200, headers = {} } = { ...reply, ...fault };
  const json = fault.json ?? (reply.bytes ? undefined : (reply.json ?? {}));
  const page = Buffer.from('<!doctype html><title>Down</title>');
  const bytes = fault.html ? page : json === undefined ? (reply.bytes ?? page) : Buffer.from(JSON.stringify(json));
  const type = fault.html ? 'text/html' : json === undefined ? (reply.type ?? 'image/png') : 'application/json';
  response.writeHead(status, { 'content-type': type, 'content-length': String(bytes.length), ...headers });
  if (!fault.cut) return void response.end(bytes);
  // A cut right behind a write could overtake it.
  await new Promise<void>((resolve) => void response.write(bytes.subarray(0, 10), () => resolve()));
  response.destroy();
}
