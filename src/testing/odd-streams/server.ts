import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OddCase, OddRequest } from './case.ts';

/** The key of every request, which must never appear in a result. */
export const oddKey = 'sk-odd-secret-4711';

export interface OddServer {
  /** The address of one case. */
  baseUrl(id: string): string;
  /** Requests of a case, in order. */
  bodies(id: string): Record<string, unknown>[];
  /** Bytes sent to callers in all cases together. */
  readonly bytesSent: number;
  /** Requests that another host saw. */
  readonly elsewhere: number;
  close(): Promise<void>;
}

/** Serves every case at its own address, beside a host that must receive nothing. */
export async function startOddServer(cases: ReadonlyMap<string, OddCase>): Promise<OddServer> {
  const asked = new Map<string, Record<string, unknown>[]>();
  const count = { bytes: 0, elsewhere: 0 };
  const other = createServer((_request, response) => {
    count.elsewhere += 1;
    response.end('{}');
  });
  const elsewhere = await listen(other);
  const server = createServer((request, response) => {
    const id = request.url?.split('/')[1] ?? '';
    const found = cases.get(id);
    if (!found) return void response.writeHead(404).end();
    serve(found, { id, asked, elsewhere }, request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => socket.once('close', () => (count.bytes += socket.bytesWritten)));
  const origin = await listen(server);
  return {
    baseUrl: (id) => `${origin}/${id}/v1`,
    bodies: (id) => asked.get(id) ?? [],
    get bytesSent() {
      return count.bytes;
    },
    get elsewhere() {
      return count.elsewhere;
    },
    close: async () => {
      await Promise.all([server, other].map((each) => close(each)));
    },
  };
}

interface Place {
  id: string;
  asked: Map<string, Record<string, unknown>[]>;
  elsewhere: string;
}

async function serve(found: OddCase, place: Place, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = JSON.parse(Buffer.concat(pieces).toString('utf8') || '{}') as Record<string, unknown>;
  const bodies = place.asked.get(place.id) ?? [];
  place.asked.set(place.id, [...bodies, body]);
  const odd: OddRequest = { body, headers: request.headers, before: bodies.length, elsewhere: place.elsewhere };
  if (typeof found.serve === 'function') return found.serve(odd, response);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const piece of found.serve) {
    if (piece === 'hang') return;
    if (piece === 'cut') return void response.destroy();
    // A break right after a write could overtake it: the piece counts as sent once the socket has accepted it.
    await new Promise<void>((resolve) => void response.write(piece, () => resolve()));
  }
  response.end();
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
