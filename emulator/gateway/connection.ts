import { GatewayCloseCodes, GatewayOpcodes } from 'discord-api-types/v10';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { parseJson } from '../http/json.ts';
import type { Session } from './session.ts';
import { createFrameWriter, type FrameWriter, type TransportCompression } from './socket.ts';

/** Times that tests shorten. */
export interface GatewayTiming {
  heartbeatIntervalMs: number;
  /** How long a session waits for its client to come back. */
  resumeWindowMs: number;
}

/** Discord's own interval; its resume window is not documented, "some minutes" is what clients meet. */
export const defaultTiming: GatewayTiming = { heartbeatIntervalMs: 41_250, resumeWindowMs: 5 * 60_000 };

/** Source: "Rate limiting" in Discord's gateway documentation: 120 events per connection every 60 seconds. */
const sendLimit = { count: 120, windowMs: 60_000 };

/** Source: "Sending events" in Discord's gateway documentation: payloads of at most 4096 bytes. */
const payloadLimitBytes = 4_096;

/**
 * Some clients lose what they read together with the answer to their upgrade. Over a real network HELLO comes later. A
 * timer alone is not enough for a client in the same busy process: it can fire before that client reads at all.
 */
const helloDelayMs = 10;

/** What the gateway does with what a client sends. Each may close the connection. */
export interface ConnectionHandlers {
  identify(connection: Connection, data: unknown): void;
  resume(connection: Connection, data: unknown): void;
  presence(session: Session, data: unknown): void;
  voiceState(session: Session, data: unknown): void;
  requestMembers(session: Session, data: unknown): void;
  /** `ended`: the client said goodbye with 1000 or 1001, which ends its session. */
  closed(connection: Connection, ended: boolean): void;
}

interface Link {
  socket: WebSocket;
  /** What the WebSocket writes to. */
  wire: Duplex;
  compression: TransportCompression | null;
}

/** One client's WebSocket: frames, heartbeats, limits and the order in which ops are allowed. */
export class Connection {
  session: Session | null = null;
  readonly #writer: FrameWriter;
  readonly #handlers: ConnectionHandlers;
  readonly #timing: GatewayTiming;
  #deadline: NodeJS.Timeout | null = null;
  #sentAt: number[] = [];
  #closedByUs = false;

  constructor({ socket, wire, compression }: Link, handlers: ConnectionHandlers, timing: GatewayTiming) {
    this.#writer = createFrameWriter(socket, wire, compression);
    this.#handlers = handlers;
    this.#timing = timing;
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    // The close event follows and does what is needed; without a listener the error would end the process.
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      if (this.#deadline) clearTimeout(this.#deadline);
      this.#handlers.closed(this, !this.#closedByUs && (code === 1000 || code === 1001));
    });
    this.#expectHeartbeat();
    setTimeout(() => setImmediate(() => this.#greet()), helloDelayMs);
  }

  #greet(): void {
    this.sendOp(GatewayOpcodes.Hello, { heartbeat_interval: this.#timing.heartbeatIntervalMs, _trace: ['emulator'] });
  }

  /** What a client asks for when it identifies with `compress: true`. */
  compressLongFrames(): void {
    this.#writer.compressLongFrames();
  }

  /** Sends a whole frame as JSON text. */
  send(frame: string): void {
    this.#writer.write(frame);
  }

  sendOp(op: GatewayOpcodes, d: unknown = null): void {
    this.#writer.write(JSON.stringify({ t: null, s: null, op, d }));
  }

  close(code: number, reason: string): void {
    this.#closedByUs = true;
    this.#writer.close(code, reason);
  }

  /** Ends the connection without a close frame. */
  cut(): void {
    this.#closedByUs = true;
    this.#writer.cut();
  }

  /** A client that misses a whole interval is a zombie: Discord drops it, and so does this. */
  #expectHeartbeat(): void {
    if (this.#deadline) clearTimeout(this.#deadline);
    this.#deadline = setTimeout(
      () => this.close(GatewayCloseCodes.SessionTimedOut, 'Session timed out.'),
      this.#timing.heartbeatIntervalMs * 2,
    );
    this.#deadline.unref();
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#closedByUs) return;
    const text = Buffer.isBuffer(data) ? data.toString('utf8') : '';
    if (isBinary || text === '' || Buffer.byteLength(text) > payloadLimitBytes) {
      return this.close(GatewayCloseCodes.DecodeError, 'Error while decoding payload.');
    }
    if (this.#exceedsLimit()) return this.close(GatewayCloseCodes.RateLimited, 'Rate limited.');
    const payload = parsePayload(text);
    if (!payload) return this.close(GatewayCloseCodes.DecodeError, 'Error while decoding payload.');
    this.#handle(payload.op, payload.d);
  }

  #exceedsLimit(): boolean {
    const now = Date.now();
    this.#sentAt = this.#sentAt.filter((at) => at > now - sendLimit.windowMs);
    this.#sentAt.push(now);
    return this.#sentAt.length > sendLimit.count;
  }

  #handle(op: GatewayOpcodes, data: unknown): void {
    switch (op) {
      case GatewayOpcodes.Heartbeat:
        this.#expectHeartbeat();
        return this.sendOp(GatewayOpcodes.HeartbeatAck);
      case GatewayOpcodes.Identify:
      case GatewayOpcodes.Resume: {
        if (this.session) return this.close(GatewayCloseCodes.AlreadyAuthenticated, 'Already authenticated.');
        return op === GatewayOpcodes.Identify ? this.#handlers.identify(this, data) : this.#handlers.resume(this, data);
      }
      // Known to Discord and not served here: heard, so that a client that sends them is not cut off.
      case GatewayOpcodes.RequestSoundboardSounds:
      case GatewayOpcodes.RequestChannelInfo:
        return undefined;
      case GatewayOpcodes.PresenceUpdate:
      case GatewayOpcodes.VoiceStateUpdate:
      case GatewayOpcodes.RequestGuildMembers: {
        if (!this.session) return this.close(GatewayCloseCodes.NotAuthenticated, 'Not authenticated.');
        if (op === GatewayOpcodes.PresenceUpdate) return this.#handlers.presence(this.session, data);
        if (op === GatewayOpcodes.VoiceStateUpdate) return this.#handlers.voiceState(this.session, data);
        return this.#handlers.requestMembers(this.session, data);
      }
      default:
        return this.close(GatewayCloseCodes.UnknownOpcode, 'Unknown opcode.');
    }
  }
}

function parsePayload(text: string): { op: GatewayOpcodes; d: unknown } | null {
  try {
    const value = parseJson(text);
    if (typeof value !== 'object' || value === null || !('op' in value) || typeof value.op !== 'number') return null;
    return { op: value.op as GatewayOpcodes, d: 'd' in value ? value.d : null };
  } catch {
    return null;
  }
}
