import { GatewayOpcodes } from 'discord-api-types/v10';
import { WebSocket } from 'ws';

interface RawFrame {
  op: number;
  t: string | null;
  s: number | null;
  d: unknown;
}

/** A gateway connection without manners: sends what it is told and keeps what it gets. For tests of the wire itself. */
export class RawGateway {
  readonly socket: WebSocket;
  readonly frames: RawFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  #taken = 0;
  #wake: (() => void)[] = [];
  #close: { code: number; reason: string } | null = null;

  constructor(origin: string, query = 'v=10&encoding=json') {
    this.socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/gateway/?${query}`);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => {
        this.#close = { code, reason: reason.toString() };
        resolve(this.#close);
        this.#wakeAll();
      });
    });
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString('utf8')) as RawFrame);
      this.#wakeAll();
    });
  }

  send(op: GatewayOpcodes, d: unknown): void {
    this.socket.send(JSON.stringify({ op, d }));
  }

  /** The next frame, in the order of arrival, that satisfies the condition; those before it are passed over. */
  async next(matches: (frame: RawFrame) => boolean): Promise<RawFrame> {
    for (;;) {
      while (this.#taken < this.frames.length) {
        const frame = this.frames[this.#taken];
        this.#taken += 1;
        if (frame && matches(frame)) return frame;
      }
      if (this.#close) {
        const names = this.frames.map(({ op, t }) => t ?? String(op)).join(', ');
        throw new Error(`Closed with ${String(this.#close.code)} ${this.#close.reason} after ${names || 'nothing'}.`);
      }
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  op(op: GatewayOpcodes): Promise<RawFrame> {
    return this.next((frame) => frame.op === Number(op));
  }

  async event<T = Record<string, unknown>>(t: string): Promise<T> {
    return (await this.next((frame) => frame.t === t)).d as T;
  }

  /** Waits for the greeting and identifies. */
  async identify(data: Record<string, unknown>): Promise<void> {
    await this.op(GatewayOpcodes.Hello);
    this.send(GatewayOpcodes.Identify, { properties: { os: 'test', browser: 'test', device: 'test' }, ...data });
  }

  /** All that has come until the server has answered a heartbeat: what is not in it will not come for what was done before. */
  async settle(): Promise<RawFrame[]> {
    this.send(GatewayOpcodes.Heartbeat, null);
    await this.op(GatewayOpcodes.HeartbeatAck);
    return this.frames;
  }

  #wakeAll(): void {
    const waiting = this.#wake;
    this.#wake = [];
    for (const wake of waiting) wake();
  }
}
