import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { GatewayCloseCodes, GatewayOpcodes } from 'discord-api-types/v10';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Core, Gateway, GatewayCommand } from '../contract.ts';
import { Connection, defaultTiming, type ConnectionHandlers, type GatewayTiming } from './connection.ts';
import { Delivery } from './delivery.ts';
import { checkIdentify, userOfToken } from './identify.ts';
import { MemberRequests } from './members.ts';
import { guildsOf, readyData } from './ready.ts';
import type { Presence, Session } from './session.ts';
import { Sessions } from './sessions.ts';

/** Frames above this are refused by the socket itself; the gateway's own, smaller limit has a close code. */
const maximumFrameBytes = 64 * 1024;

/** Versions 9 and 10 do not differ in what this emulator sends. */
const knownVersions = ['9', '10'];

/**
 * Serves the gateway at `/gateway` of `server` and delivers every announcement of the bus. Sessions of an earlier run
 * wait for their clients for one resume window.
 */
export function attachGateway(server: Server, core: Core, timing: Partial<GatewayTiming> = {}): Gateway {
  const gateway = new GatewayServer(core, { ...defaultTiming, ...timing });
  server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
  core.bus.subscribe((announcement) => gateway.delivery.deliver(announcement));
  return gateway;
}

class GatewayServer implements Gateway, ConnectionHandlers {
  readonly delivery: Delivery;
  readonly #core: Core;
  readonly #timing: GatewayTiming;
  readonly #sessions: Sessions;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: maximumFrameBytes, perMessageDeflate: false });
  readonly #connections = new Set<Connection>();
  readonly #members: MemberRequests;
  readonly #versions = new WeakMap<Connection, number>();

  constructor(core: Core, timing: GatewayTiming) {
    this.#core = core;
    this.#timing = timing;
    this.#sessions = new Sessions(core, timing.resumeWindowMs);
    this.delivery = new Delivery(core, this.#sessions);
    this.#members = new MemberRequests(core, (userId) => this.delivery.presenceOf(userId));
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Another listener may have refused the request already.
    if (socket.destroyed) return;
    const url = new URL(request.url ?? '/', 'http://gateway');
    if (url.pathname.replace(/\/$/, '') !== '/gateway') return void socket.destroy();
    this.#sockets.handleUpgrade(request, socket, head, (client) => this.#accept(client, url.searchParams));
  }

  #accept(client: WebSocket, query: URLSearchParams): void {
    const version = query.get('v') ?? '10';
    const compression = query.get('compress');
    if (!knownVersions.includes(version)) {
      return client.close(GatewayCloseCodes.InvalidAPIVersion, 'Invalid API version.');
    }
    if ((query.get('encoding') ?? 'json') !== 'json' || (compression !== null && compression !== 'zlib-stream')) {
      return client.close(GatewayCloseCodes.DecodeError, 'This gateway speaks encoding=json, alone or zlib-stream.');
    }
    const connection = new Connection(client, compression !== null, this, this.#timing);
    this.#connections.add(connection);
    this.#versions.set(connection, Number(version));
  }

  identify(connection: Connection, data: unknown): void {
    const identity = checkIdentify(this.#core, data);
    if ('code' in identity) return connection.close(identity.code, identity.reason);
    const session = this.#sessions.open(identity);
    const wasOnline = this.#sessions.isConnected(session.user.id);
    connection.session = session;
    session.connection = connection;
    session.presence = presenceFrom(identity.presence) ?? session.presence;
    this.#core.world.flush();
    const version = this.#versions.get(connection) ?? 10;
    session.dispatch('READY', JSON.stringify(readyData(this.#core, session, version)));
    for (const guild of guildsOf(this.#core, session)) this.delivery.introduceGuild(session, guild.id);
    this.#core.world.flush();
    if (!wasOnline) this.delivery.announcePresence(session.user.id);
  }

  resume(connection: Connection, data: unknown): void {
    const { token, session_id: id, seq } = (data ?? {}) as Record<string, unknown>;
    const user = userOfToken(this.#core, token);
    if (!user) return connection.close(GatewayCloseCodes.AuthenticationFailed, 'Authentication failed.');
    const session = this.#sessions.get(String(id));
    if (!session || session.user.id !== user.id || typeof seq !== 'number' || !session.canReplayFrom(seq)) {
      return connection.sendOp(GatewayOpcodes.InvalidSession, false);
    }
    const wasOnline = this.#sessions.isConnected(user.id);
    if (session.connection) {
      session.connection.session = null;
      session.connection.close(GatewayCloseCodes.UnknownError, 'The session was resumed elsewhere.');
    }
    connection.session = session;
    session.connection = connection;
    session.disconnectedAt = null;
    session.replayFrom(seq);
    session.dispatch('RESUMED', '{"_trace":["emulator"]}');
    if (!wasOnline) this.delivery.announcePresence(user.id);
  }

  presence(session: Session, data: unknown): void {
    session.presence = presenceFrom(data) ?? session.presence;
    this.delivery.announcePresence(session.user.id);
  }

  /** Voice is not part of this emulator; the wish to join a channel is heard and has no effect. */
  voiceState(): void {
    return undefined;
  }

  requestMembers(session: Session, data: unknown): void {
    for (const { t, d } of this.#members.answer(session, data)) session.dispatch(t, JSON.stringify(d));
  }

  closed(connection: Connection, ended: boolean): void {
    this.#connections.delete(connection);
    const { session } = connection;
    if (!session || (session.connection !== connection && session.connection !== null)) return;
    session.connection = null;
    session.disconnectedAt ??= this.#core.clock.now();
    if (ended) this.#sessions.end(session);
    if (!this.#isClosing && !this.#sessions.isConnected(session.user.id)) {
      this.delivery.announcePresence(session.user.id);
    }
  }

  control({ action, resumable = true, userId }: GatewayCommand): { connections: number } {
    const chosen = [...this.#connections].filter(({ session }) =>
      userId === undefined ? session?.user.bot === true : session?.user.id === userId,
    );
    for (const connection of chosen) {
      if (action === 'drop') connection.cut();
      else if (action === 'reconnect') connection.sendOp(GatewayOpcodes.Reconnect);
      else this.#invalidate(connection, resumable);
    }
    return { connections: chosen.length };
  }

  /** The client stays connected and may identify anew on the same connection, or resume on another. */
  #invalidate(connection: Connection, resumable: boolean): void {
    const { session } = connection;
    connection.session = null;
    if (session) {
      session.connection = null;
      session.disconnectedAt = this.#core.clock.now();
      if (!resumable) this.#sessions.end(session);
    }
    connection.sendOp(GatewayOpcodes.InvalidSession, resumable);
  }

  #isClosing = false;

  /** Clients are cut off as by a crash: they come back and resume. */
  close(): Promise<void> {
    this.#isClosing = true;
    this.delivery.stop();
    this.#sessions.close();
    for (const connection of this.#connections) connection.cut();
    this.#sockets.close();
    return Promise.resolve();
  }
}

function presenceFrom(data: unknown): Presence | null {
  if (typeof data !== 'object' || data === null || !('status' in data)) return null;
  const { status, activities } = data as Partial<Presence>;
  if (typeof status !== 'string') return null;
  return { status: status === 'invisible' ? 'offline' : status, activities: activities ?? [] };
}
