import { describe, expect, it } from 'vitest';
import { GatewayConnection } from './gateway.ts';

type Listener = (event: { data: unknown; code: number }) => void;

class FakeSocket {
  readonly url: string;
  readonly sent: { op: number; d: unknown }[] = [];
  closedWith: number | undefined;
  readonly #listeners = new Map<string, Listener>();

  constructor(url: string) {
    this.url = url;
  }

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, listener);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { op: number; d: unknown });
  }

  close(code?: number): void {
    this.closedWith = code;
  }

  receives(payload: object): void {
    this.#listeners.get('message')?.({ data: JSON.stringify(payload), code: 0 });
  }

  loses(code: number): void {
    this.#listeners.get('close')?.({ data: null, code });
  }
}

/** A connection whose sockets and timers are driven by hand. */
function setUp() {
  const sockets: FakeSocket[] = [];
  const timers: { callback: () => void; delayMs: number; cleared: boolean }[] = [];
  const heard: string[] = [];
  const connection = new GatewayConnection(
    'token',
    () => Promise.resolve('ws://first'),
    {
      openSocket: (url) => {
        const socket = new FakeSocket(url);
        sockets.push(socket);
        return socket;
      },
      setTimer: (callback, delayMs) => timers.push({ callback, delayMs, cleared: false }) - 1,
      clearTimer: (timer) => {
        const entry = timers[timer];
        if (entry) entry.cleared = true;
      },
      random: () => 0.5,
    },
    {
      onDispatch: (event) => heard.push(event),
      onWaiting: (attempt) => heard.push(`waiting ${attempt}`),
      onRefused: (reason) => heard.push(reason),
    },
  );
  const socket = (): FakeSocket => {
    const last = sockets.at(-1);
    if (last === undefined) throw new Error('No socket was opened.');
    return last;
  };
  /** Lets the running timer with the given delay ring, and what it starts come to rest. */
  const ring = async (): Promise<void> => {
    const timer = timers.findLast((entry) => !entry.cleared);
    if (timer === undefined) throw new Error('No timer runs.');
    timer.cleared = true;
    timer.callback();
    await Promise.resolve();
    await Promise.resolve();
  };
  return { connection, sockets, timers, heard, socket, ring };
}

const hello = { op: 10, d: { heartbeat_interval: 40_000 } };
const ready = { op: 0, s: 1, t: 'READY', d: { session_id: 's1', resume_gateway_url: 'ws://resume' } };

describe('the gateway connection', () => {
  it('identifies without intents', async () => {
    const { connection, socket } = setUp();
    await connection.open();
    expect(socket().url).toBe('ws://first/?v=10&encoding=json');
    socket().receives(hello);
    expect(socket().sent[0]).toMatchObject({ op: 2, d: { token: 'token' } });
    expect(socket().sent[0]?.d).not.toHaveProperty('intents');
  });

  it('resumes at the session’s own address with the last sequence after a loss', async () => {
    const { connection, socket, heard, ring } = setUp();
    await connection.open();
    socket().receives(hello);
    socket().receives(ready);
    socket().receives({ op: 0, s: 7, t: 'MESSAGE_CREATE', d: {} });
    socket().loses(1006);
    expect(heard).toEqual(['READY', 'MESSAGE_CREATE', 'waiting 1']);
    await ring();
    expect(socket().url).toBe('ws://resume/?v=10&encoding=json');
    socket().receives(hello);
    expect(socket().sent[0]).toEqual({ op: 6, d: { token: 'token', session_id: 's1', seq: 7 } });
  });

  it('beats with the last sequence, and leaves a line that does not answer', async () => {
    const { connection, socket, heard, ring } = setUp();
    await connection.open();
    socket().receives(hello);
    socket().receives(ready);
    await ring();
    expect(socket().sent.at(-1)).toEqual({ op: 1, d: 1 });
    const silent = socket();
    await ring();
    expect(silent.closedWith).toBe(4000);
    expect(heard.at(-1)).toBe('waiting 1');
  });

  it('begins anew when the session is invalid', async () => {
    const { connection, socket, ring } = setUp();
    await connection.open();
    socket().receives(hello);
    socket().receives(ready);
    socket().receives({ op: 9, d: false });
    await ring();
    socket().receives(hello);
    expect(socket().url).toContain('ws://first');
    expect(socket().sent[0]).toMatchObject({ op: 2 });
  });

  it('waits longer after each failure, and gives the session up after three', async () => {
    const { connection, socket, timers, ring } = setUp();
    await connection.open();
    socket().receives(hello);
    socket().receives(ready);
    const pausesMs: number[] = [];
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      socket().loses(1006);
      pausesMs.push(timers.at(-1)?.delayMs ?? 0);
      await ring();
    }
    expect(pausesMs).toEqual([300, 600, 1200, 2400]);
    expect(socket().url).toContain('ws://first');
  });

  it('does not try again when the token is refused or it was closed', async () => {
    const refused = setUp();
    await refused.connection.open();
    refused.socket().loses(4004);
    expect(refused.heard).toEqual(['The playground no longer knows this member.']);
    expect(refused.timers.filter((timer) => !timer.cleared)).toEqual([]);
    const closed = setUp();
    await closed.connection.open();
    closed.connection.close();
    expect(closed.socket().closedWith).toBe(1000);
    await closed.connection.open();
    expect(closed.sockets).toHaveLength(1);
  });
});
