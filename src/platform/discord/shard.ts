import type { SessionInfo } from '@discordjs/ws';
import type { GatewayGuildCreateDispatchData } from 'discord-api-types/v10';
import type { CatchUp } from './catch-up.ts';
import { SequenceTracker } from './sequence-tracker.ts';
import type { StoredSession } from './session-store.ts';

/** One shard's session: where Discord stands, and where handling stands. */
export class Shard {
  readonly id: number;
  session: SessionInfo | null = null;
  tracker = new SequenceTracker(0);
  /** Guilds that the session announced and has not described yet. */
  expected = new Set<string>();
  /** Set while messages that were missed before this session are looked for. */
  catchUp: CatchUp | undefined;
  /** Called with each guild that is described. */
  onGuild: (guild: GatewayGuildCreateDispatchData) => void = () => {};
  /** Called when a guild was struck off what is expected. */
  onDescribed: () => void = () => {};
  #handledUntilMs: number | undefined;
  #saved = '';

  constructor(id: number, stored?: StoredSession) {
    this.id = id;
    this.#handledUntilMs = stored?.handledUntilMs;
  }

  /** Goes on with a session of an earlier process. */
  resume(stored: StoredSession): void {
    const { sessionId, resumeUrl, sequence, shardCount } = stored;
    this.session = { sessionId, resumeURL: resumeUrl, sequence, shardCount, shardId: this.id };
    this.tracker = new SequenceTracker(sequence);
  }

  /** A new session: what the tracker knew of messages is kept. */
  begin(session: SessionInfo): void {
    this.#handledUntilMs = this.handledUntilMs;
    this.session = session;
    this.tracker = new SequenceTracker(0);
    this.expected.clear();
  }

  /** An event came: a connection that is lost is resumed after it. */
  received(sequence: number): void {
    if (this.session && sequence > this.session.sequence) this.session.sequence = sequence;
  }

  /** Messages made before this have been handled; undefined when the bot has never been here. */
  get handledUntilMs(): number | undefined {
    if (this.#handledUntilMs === undefined) return undefined;
    return Math.max(this.#handledUntilMs, this.tracker.messageMs);
  }

  caughtUp(untilMs: number): void {
    this.catchUp = undefined;
    this.#handledUntilMs = Math.max(this.#handledUntilMs ?? 0, untilMs);
  }

  /** What is to be stored, when that has changed; nothing while messages from before the session may be missing. */
  toStore(intents: number): StoredSession | undefined {
    if (!this.session || this.catchUp || this.handledUntilMs === undefined) return undefined;
    const { sequence } = this.tracker;
    if (this.#saved === `${this.session.sessionId}/${sequence}`) return undefined;
    return {
      shardId: this.id,
      shardCount: this.session.shardCount,
      sessionId: this.session.sessionId,
      resumeUrl: this.session.resumeURL,
      sequence,
      intents,
      handledUntilMs: this.handledUntilMs,
    };
  }

  stored(session: StoredSession): void {
    this.#saved = `${session.sessionId}/${session.sequence}`;
  }
}
