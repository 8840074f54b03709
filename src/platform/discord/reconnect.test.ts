import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Logger } from '../../kernel/logger.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { Backoff } from './backoff.ts';
import { Connection, FatalClose } from './connection.ts';
import { gatewayStartError } from './gateway-errors.ts';
import { startActionsBench } from './testing/actions-bench.ts';
import type { ActionsBench } from './testing/actions-bench.ts';

const random = { next: () => 1 };

let bench: ActionsBench;
let connection: Connection | undefined;
let server: Server | WebSocketServer | undefined;
const sockets = new Set<Socket>();
/** What the connection said that it waits before it connects again. */
let waits: number[];
const logger: Logger = {
  ...silentLogger,
  info: (fields) => {
    if ('delayMs' in fields) waits.push(Number(fields.delayMs));
  },
};

beforeEach(async () => {
  bench = await startActionsBench();
  waits = [];
});
afterEach(async () => {
  await connection?.close();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server?.close();
  await bench.close();
});

/** A server that does with each connection what it is told, and counts them. */
function listen(onSocket: (socket: Socket) => void = () => {}): Promise<number> {
  const silent = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).resume());
    onSocket(socket);
  });
  server = silent;
  return new Promise((resolve) => {
    silent.listen(0, '127.0.0.1', () => resolve((silent.address() as AddressInfo).port));
  });
}

function listenForClients(onClient: (client: WebSocket) => void): Promise<number> {
  const open = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  open.on('connection', (client, request) => {
    sockets.add(request.socket);
    onClient(client);
  });
  server = open;
  return new Promise((resolve) => {
    open.on('listening', () => resolve((open.address() as AddressInfo).port));
  });
}

function connectTo(port: number, intents = 0): Promise<void> {
  const body = {
    url: `ws://127.0.0.1:${port}`,
    shards: 1,
    session_start_limit: { total: 1000, remaining: 1000, reset_after: 86_400_000, max_concurrency: 1 },
  };
  bench.api.intercept = ({ path }) => (path === '/gateway/bot' ? { body } : undefined);
  const { clock, http } = bench;
  connection = new Connection({
    ...{ token: 't', clock, random, http, intents, shardCount: 1, logger },
    session: () => null,
    onSession: () => {},
    onReady: () => {},
    onDispatch: () => {},
    onFatal: () => {},
  });
  const opened = connection.open();
  opened.catch(() => {});
  return opened;
}

const eventually = (condition: () => boolean) => expect.poll(condition, { timeout: 3000, interval: 10 }).toBe(true);
it.each([
  ['never answers at all', () => listen()],
  [
    'speaks WebSocket and says nothing',
    () =>
      listenForClients(() => {
        // Nothing is said.
      }),
  ],
  ['answers with a page', () => listen((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n'))],
])('gives a server up that %s, 15 s after it was asked, and asks again', async (what, start) => {
  void connectTo(await start());
  await eventually(() => sockets.size >= 1);
  const [first] = sockets;
  if (what !== 'answers with a page') {
    await bench.clock.advance(14_900);
    expect(first?.destroyed).toBe(false);
    await bench.clock.advance(200);
  }
  await eventually(() => first?.destroyed === true || first?.closed === true);
  await eventually(() => sockets.size === 2);
});

it('waits longer and longer for a server that ends every connection', async () => {
  void connectTo(await listenForClients((client) => client.close(1011)));
  for (const [round, waitMs] of [1000, 2000].entries()) {
    await eventually(() => waits.length === round + 1);
    expect([waits[round], sockets.size]).toEqual([waitMs, round + 2]);
    await bench.clock.advance(waitMs - 1);
    expect(sockets.size).toBe(round + 2);
    await bench.clock.advance(1);
    await eventually(() => sockets.size === round + 3);
  }
});

it('spreads waits over their second half, and begins again after what worked', () => {
  const waits = (chance: number) => {
    const backoff = new Backoff({ random: { next: () => chance }, firstMs: 1000, longestMs: 60_000, free: 2 });
    const made = Array.from({ length: 10 }, () => backoff.next());
    backoff.reset();
    return [...made, backoff.next()];
  };
  expect(waits(1)).toEqual([0, 0, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 0]);
  expect(waits(0)).toEqual([0, 0, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 0]);
});

it.each([4004, 4010, 4011, 4012, 4013, 4014])('ends for good, with a sentence, at %i', async (code) => {
  const port = await listenForClients((client) => client.close(code));
  await expect(connectTo(port)).rejects.toMatchObject({ closeCode: code });
  expect(sockets.size).toBe(1);
  expect(gatewayStartError(new FatalClose(code)).message).toMatch(/Discord (does not|refuses|no longer)|The bot is in/);
});

it('may be closed while a connection is being opened, without a fault that nobody hears', async () => {
  void connectTo(await listen());
  await eventually(() => sockets.size === 1);
  await connection?.close();
  const [socket] = sockets;
  await eventually(() => socket?.destroyed === true || socket?.closed === true);
});
