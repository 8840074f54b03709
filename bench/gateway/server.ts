import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayOpcodes } from 'discord-api-types/v10';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { AtEnd } from '../lib/clean-up.ts';
import type { Transport } from './frames.ts';
import { writeScript } from './script.ts';
import type { Script } from './script.ts';
import { application, bot } from './world.ts';
import type { WorldSize } from './world.ts';

/** As much of Discord as a client needs to log in and be told of guilds and messages. */
export interface Server {
  /** `DISCORD_API_BASE`. */
  apiBase: string;
  /** Resolves with the next client that connects. */
  nextSession(): Promise<Session>;
}

/** A client's connection. */
export interface Session {
  /** Resolves when the client has received READY and all guilds. */
  loggedIn(): Promise<Login>;
  /** Sends messages as fast as they are taken; resolves when the client has received the last. Once for each part. */
  send(part: 'messages' | 'moreMessages'): Promise<void>;
}

interface Login {
  intents: number;
  transport: Transport;
}

export async function startServer(size: WorldSize, atEnd: AtEnd): Promise<Server> {
  const http = createServer();
  const webSockets = new WebSocketServer({ server: http, perMessageDeflate: false });
  atEnd(async () => {
    for (const client of webSockets.clients) client.terminate();
    webSockets.close();
    http.close();
    http.closeAllConnections();
    await once(http, 'close');
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const host = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  http.on('request', (request, response) => answer(request, response, `ws://${host}`));

  const scripts = new Map<Transport, Promise<Script>>();
  const scriptFor = (transport: Transport): Promise<Script> => {
    const written = scripts.get(transport) ?? writeScript(size, `ws://${host}`, transport);
    scripts.set(transport, written);
    return written;
  };
  // Beforehand for those who take text, or the first to connect would wait longer for HELLO than clients do.
  await scriptFor('plain');
  let next = Promise.withResolvers<Session>();
  webSockets.on('connection', (client, request) => {
    const { searchParams } = new URL(request.url ?? '/', 'ws://localhost');
    const transport = searchParams.get('compress') === 'zlib-stream' ? 'zlib-stream' : 'plain';
    next.resolve(new Connection(client, request, transport, scriptFor(transport)));
  });
  return {
    apiBase: `http://${host}/api`,
    nextSession: () => {
      next = Promise.withResolvers();
      return next.promise;
    },
  };
}

/** The requests that clients make to log in and to register commands; whatever else they ask for does not exist. */
function answer(request: IncomingMessage, response: ServerResponse, gatewayUrl: string): void {
  const path = (request.url ?? '').replace(/^\/api\/v10/, '').replace(/\?.*/, '');
  const send = (status: number, body: unknown) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (path === '/gateway/bot') {
    const limit = { total: 1000, remaining: 1000, reset_after: 86_400_000, max_concurrency: 1 };
    send(200, { url: gatewayUrl, shards: 1, session_start_limit: limit });
  } else if (path === '/users/@me') send(200, bot);
  else if (path === '/applications/@me' || path === '/oauth2/applications/@me') send(200, application);
  else if (path === `/applications/${application.id}/commands`) send(200, []);
  else send(404, { code: 0, message: '404: Not Found' });
}

interface FromClient {
  op: GatewayOpcodes;
  d: number | { intents: number } | null;
}

class Connection implements Session {
  readonly #socket: IncomingMessage['socket'];
  readonly #script: Promise<Script>;
  readonly #transport: Transport;
  #intents = 0;
  /** Settled by the heartbeat at the end of what is being sent. */
  #received = awaited();
  #failure: Error | undefined;

  constructor(client: WebSocket, request: IncomingMessage, transport: Transport, script: Promise<Script>) {
    this.#socket = request.socket;
    this.#transport = transport;
    this.#script = script;
    const fail = (error: Error) => {
      this.#failure = error;
      this.#received.reject(error);
    };
    client.on('message', (data: Buffer) => {
      this.#onMessage(JSON.parse(data.toString()) as FromClient).catch(fail);
    });
    client.on('close', (code) => fail(new Error(`The client closed the connection (${code}).`)));
    client.on('error', fail);
    script.then(({ hello }) => this.#write(hello)).catch(fail);
  }

  async loggedIn(): Promise<Login> {
    await this.#received.promise;
    return { intents: this.#intents, transport: this.#transport };
  }

  async send(part: 'messages' | 'moreMessages'): Promise<void> {
    if (this.#failure) throw this.#failure;
    this.#received = awaited();
    await this.#write((await this.#script)[part]);
    await this.#received.promise;
  }

  async #onMessage({ op, d }: FromClient): Promise<void> {
    if (op === GatewayOpcodes.Resume) throw new Error('The client resumes a session that is not there.');
    if (op === GatewayOpcodes.Identify && typeof d === 'object') {
      this.#intents = d?.intents ?? 0;
      await this.#write((await this.#script).login);
    }
    if (op === GatewayOpcodes.Heartbeat) this.#received.resolve();
  }

  async #write(buffers: readonly Buffer[]): Promise<void> {
    for (const buffer of buffers) {
      // The second for a connection that ends, which never drains.
      if (!this.#socket.write(buffer)) await Promise.race([once(this.#socket, 'drain'), this.#received.promise]);
    }
  }
}

/** A promise whose rejection is nobody's fault while nobody waits for it yet. */
function awaited(): PromiseWithResolvers<void> {
  const resolvers = Promise.withResolvers<void>();
  resolvers.promise.catch(() => {});
  return resolvers;
}
