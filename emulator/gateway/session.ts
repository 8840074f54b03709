import type { StoredApplication, StoredSession, StoredUser, World } from '../contract.ts';
import { replayLimit } from '../session-journal.ts';

/** Splicing this many at a time keeps a busy session from moving its whole buffer at every event. */
const replaySlack = 250;

export interface Presence {
  status: string;
  activities: unknown[];
}

/** The client at the other end, while there is one. */
interface SessionConnection {
  session: Session | null;
  send(frame: string): void;
  close(code: number, reason: string): void;
}

/** What READY and the filters need to know of a client; lives on while the client is away, until its resume window ends. */
export class Session {
  readonly id: string;
  readonly user: StoredUser;
  readonly application: StoredApplication | null;
  readonly intents: number | null;
  readonly shard: readonly [id: number, count: number];
  /** Guilds of which this session has had a GUILD_CREATE. */
  readonly guildIds = new Set<string>();
  connection: SessionConnection | null = null;
  /** Milliseconds since the epoch; null while connected. */
  disconnectedAt: number | null = null;
  presence: Presence = { status: 'online', activities: [] };
  readonly #world: World;
  /** The state as it is stored; the data of each replayed event is its JSON text, shared by all who got the event. */
  readonly #stored: StoredSession;

  constructor(stored: StoredSession, world: World, user: StoredUser) {
    this.id = stored.id;
    this.user = user;
    this.application = user.applicationId === null ? null : (world.applications.get(user.applicationId) ?? null);
    this.intents = stored.intents;
    this.shard = stored.shard;
    this.#world = world;
    this.#stored = stored;
  }

  /** Whether this session's shard is the one that serves the guild, or direct messages when `guildId` is null. */
  serves(guildId: string | null): boolean {
    const [id, count] = this.shard;
    return guildId === null ? id === 0 : Number((BigInt(guildId) >> 22n) % BigInt(count)) === id;
  }

  /** Numbers an event, keeps it for a replay and sends it when the client is there. `json` is the event's data. */
  dispatch(t: string, json: string): void {
    const stored = this.#stored;
    stored.sequence += 1;
    stored.replay.push({ s: stored.sequence, t, d: json });
    if (stored.replay.length >= replayLimit + replaySlack) stored.replay.splice(0, replaySlack);
    this.#world.sessions.set(this.id, stored);
    this.connection?.send(frameOf(stored.sequence, t, json));
  }

  /** Whether every dispatch after `sequence` is still here. */
  canReplayFrom(sequence: number): boolean {
    const { replay, sequence: latest } = this.#stored;
    const oldest = replay[0]?.s ?? latest + 1;
    return Number.isInteger(sequence) && sequence <= latest && sequence >= oldest - 1;
  }

  replayFrom(sequence: number): void {
    for (const { s, t, d } of this.#stored.replay) if (s > sequence) this.connection?.send(frameOf(s, t, String(d)));
  }
}

function frameOf(s: number, t: string, json: string): string {
  return `{"t":"${t}","s":${String(s)},"op":0,"d":${json}}`;
}
