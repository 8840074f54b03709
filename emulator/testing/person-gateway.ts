import { GatewayOpcodes } from 'discord-api-types/v10';
import { WebSocket } from 'ws';

/** A dispatch as it came over the wire. */
export interface Dispatch {
  t: string;
  d: unknown;
}

interface Frame {
  op: number;
  t: string | null;
  s: number | null;
  d: unknown;
}

/** How long a lost connection waits before it is tried again. */
const retryDelayMs = 50;

/**
 * A person's gateway connection over the public wire. It identifies, answers heartbeats and resumes by itself after a
 * drop or a restart of the server, as a client's page does.
 */
export class PersonGateway {
  readonly #url: string;
  readonly #token: string;
  readonly #onDispatch: (dispatch: Dispatch) => void;
  readonly #onLoss: (reason: string) => void;
  #socket: WebSocket | null = null;
  #heartbeat: NodeJS.Timeout | null = null;
  #session: { id: string } | null = null;
  #sequence: number | null = null;
  #isLeaving = false;

  constructor(
    url: string,
    token: string,
    onDispatch: (dispatch: Dispatch) => void,
    /** Told of a connection that cannot come back, such as one with a wrong token. */
    onLoss: (reason: string) => void,
  ) {
    this.#url = url;
    this.#token = token;
    this.#onDispatch = onDispatch;
    this.#onLoss = onLoss;
    this.#open();
  }

  get sessionId(): string {
    return this.#session?.id ?? '';
  }

  /** Says goodbye, which ends the session. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.#stopHeartbeat();
    const socket = this.#socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close(1000);
    await closed;
  }

  #open(): void {
    const socket = new WebSocket(`${this.#url}/?v=10&encoding=json`);
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#receive(JSON.parse(data.toString('utf8')) as Frame));
    // The close event follows.
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      this.#stopHeartbeat();
      if (this.#isLeaving) return;
      if (code === 4004) return this.#onLoss(`the gateway closed with ${String(code)}: ${reason.toString()}`);
      setTimeout(() => {
        if (!this.#isLeaving) this.#open();
      }, retryDelayMs);
    });
  }

  #receive({ op, t, s, d }: Frame): void {
    switch (op as GatewayOpcodes) {
      case GatewayOpcodes.Hello:
        this.#startHeartbeat((d as { heartbeat_interval: number }).heartbeat_interval);
        return this.#session ? this.#resume(this.#session.id) : this.#identify();
      case GatewayOpcodes.Reconnect:
        return this.#socket?.close(4900);
      case GatewayOpcodes.InvalidSession:
        if (d !== true) this.#session = null;
        return this.#socket?.close(4900);
      case GatewayOpcodes.Dispatch:
        this.#sequence = s ?? this.#sequence;
        if (t === 'READY') this.#session = { id: (d as { session_id: string }).session_id };
        return this.#onDispatch({ t: t ?? '', d });
      default:
        return undefined;
    }
  }

  #identify(): void {
    const properties = { os: 'test', browser: 'person', device: '' };
    this.#send(GatewayOpcodes.Identify, { token: this.#token, properties });
  }

  #resume(id: string): void {
    this.#send(GatewayOpcodes.Resume, { token: this.#token, session_id: id, seq: this.#sequence });
  }

  #send(op: GatewayOpcodes, d: unknown): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ op, d }));
  }

  #startHeartbeat(intervalMs: number): void {
    this.#stopHeartbeat();
    this.#heartbeat = setInterval(() => this.#send(GatewayOpcodes.Heartbeat, this.#sequence), intervalMs);
    this.#heartbeat.unref();
  }

  #stopHeartbeat(): void {
    if (this.#heartbeat) clearInterval(this.#heartbeat);
  }
}
