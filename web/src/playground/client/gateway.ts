/** The part of a WebSocket that the connection uses, so that tests can hand in their own. */
export interface Socket {
  send(text: string): void;
  close(code?: number): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
}

export interface GatewayEnvironment {
  readonly openSocket: (url: string) => Socket;
  readonly setTimer: (callback: () => void, delayMs: number) => number;
  readonly clearTimer: (timer: number) => void;
  /** A number from 0 up to 1. */
  readonly random: () => number;
}

export interface GatewayListener {
  /** One dispatch; the data has the shape Discord documents for the event. */
  readonly onDispatch: (event: string, data: unknown) => void;
  /** The connection was lost and the `attempt`-th try follows after a pause. */
  readonly onWaiting: (attempt: number) => void;
  /** The gateway will not take this member; nothing is tried any more. */
  readonly onRefused: (reason: string) => void;
}

interface Payload {
  readonly op: number;
  readonly d: unknown;
  readonly s?: number | null;
  readonly t?: string | null;
}

interface Session {
  readonly id: string;
  readonly url: string;
}

const Op = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  resume: 6,
  requestMembers: 8,
  reconnect: 7,
  invalidSession: 9,
  hello: 10,
  heartbeatAck: 11,
} as const;
const longestPauseMs = 10_000;
const shortestPauseMs = 400;

/**
 * One member's line to the gateway: identifies without intents as people's clients do, beats, resumes after a loss
 * and tries again with growing pauses until `close` is called or the gateway refuses the token.
 */
export class GatewayConnection {
  readonly #token: string;
  readonly #findUrl: () => Promise<string>;
  readonly #environment: GatewayEnvironment;
  readonly #listener: GatewayListener;
  #socket: Socket | null = null;
  #session: Session | null = null;
  #sequence: number | null = null;
  #acknowledged = true;
  #beatTimer: number | null = null;
  #pauseTimer: number | null = null;
  #attempt = 0;
  #closed = false;

  constructor(
    token: string,
    findUrl: () => Promise<string>,
    environment: GatewayEnvironment,
    listener: GatewayListener,
  ) {
    this.#token = token;
    this.#findUrl = findUrl;
    this.#environment = environment;
    this.#listener = listener;
  }

  /** Connects, or connects at once when a pause before the next try is running. */
  async open(): Promise<void> {
    if (this.#closed || this.#socket !== null) return;
    this.#stopTimers();
    let url: string;
    try {
      url = this.#session?.url ?? (await this.#findUrl());
    } catch {
      this.#pause();
      return;
    }
    if (this.#isDone()) return;
    const socket = this.#environment.openSocket(`${url.replace(/\/+$/, '')}/?v=10&encoding=json`);
    this.#socket = socket;
    socket.addEventListener('message', (event) => {
      if (socket === this.#socket) this.#receive(String(event.data));
    });
    socket.addEventListener('close', (event) => {
      if (socket === this.#socket) this.#lost(event.code);
    });
  }

  /** Asks for all members of a guild; they arrive as GUILD_MEMBERS_CHUNK. */
  requestMembers(guildId: string): void {
    this.#send(Op.requestMembers, { guild_id: guildId, query: '', limit: 0, presences: true });
  }

  /** Hangs up for good. */
  close(): void {
    this.#closed = true;
    this.#stopTimers();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  #isDone(): boolean {
    return this.#closed || this.#socket !== null;
  }

  #receive(text: string): void {
    const payload = JSON.parse(text) as Payload;
    if (typeof payload.s === 'number') this.#sequence = payload.s;
    switch (payload.op) {
      case Op.dispatch:
        this.#dispatch(payload.t ?? '', payload.d);
        return;
      case Op.hello:
        this.#greet((payload.d as { heartbeat_interval: number }).heartbeat_interval);
        return;
      case Op.heartbeat:
        this.#send(Op.heartbeat, this.#sequence);
        return;
      case Op.heartbeatAck:
        this.#acknowledged = true;
        return;
      case Op.reconnect:
        this.#abandon();
        return;
      case Op.invalidSession:
        if (payload.d !== true) this.#session = null;
        this.#abandon();
    }
  }

  #dispatch(event: string, data: unknown): void {
    if (event === 'READY') {
      const ready = data as { session_id: string; resume_gateway_url: string };
      this.#session = { id: ready.session_id, url: ready.resume_gateway_url };
    }
    if (event === 'READY' || event === 'RESUMED') this.#attempt = 0;
    this.#listener.onDispatch(event, data);
  }

  #greet(intervalMs: number): void {
    this.#acknowledged = true;
    this.#beatAfter(intervalMs * this.#environment.random(), intervalMs);
    if (this.#session !== null && this.#sequence !== null) {
      this.#send(Op.resume, { token: this.#token, session_id: this.#session.id, seq: this.#sequence });
      return;
    }
    this.#send(Op.identify, {
      token: this.#token,
      properties: { os: 'browser', browser: 'playground', device: 'playground' },
    });
  }

  #beatAfter(delayMs: number, intervalMs: number): void {
    this.#beatTimer = this.#environment.setTimer(() => {
      if (!this.#acknowledged) {
        this.#abandon();
        return;
      }
      this.#acknowledged = false;
      this.#send(Op.heartbeat, this.#sequence);
      this.#beatAfter(intervalMs, intervalMs);
    }, delayMs);
  }

  #send(op: number, data: unknown): void {
    this.#socket?.send(JSON.stringify({ op, d: data }));
  }

  /** Leaves the socket to its fate and goes on with a new one; 4000 keeps the session resumable. */
  #abandon(): void {
    const socket = this.#socket;
    this.#lost(4000);
    socket?.close(4000);
  }

  #lost(code: number): void {
    this.#socket = null;
    this.#stopTimers();
    if (this.#closed) return;
    if (code === 4004) {
      this.#closed = true;
      this.#listener.onRefused('The playground no longer knows this member.');
      return;
    }
    if (code === 4007 || code === 4009) this.#session = null;
    this.#pause();
  }

  #pause(): void {
    this.#attempt += 1;
    this.#listener.onWaiting(this.#attempt);
    // After some tries the session's own address may be gone for good: ask for a fresh one, at the price of a new session.
    if (this.#attempt > 3) this.#session = null;
    const grown = Math.min(longestPauseMs, shortestPauseMs * 2 ** (this.#attempt - 1));
    const delayMs = grown * (0.5 + this.#environment.random() / 2);
    this.#pauseTimer = this.#environment.setTimer(() => void this.open(), delayMs);
  }

  #stopTimers(): void {
    if (this.#beatTimer !== null) this.#environment.clearTimer(this.#beatTimer);
    if (this.#pauseTimer !== null) this.#environment.clearTimer(this.#pauseTimer);
    this.#beatTimer = null;
    this.#pauseTimer = null;
  }
}
