import { VendorError } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/logger.ts';
import { probe } from './probe.ts';
import type { Session, SessionConfig } from './session.ts';

const PATROL_MS = 250;
/** A later round means that the process had no time to read what arrived, so its waiting proves nothing. */
const LATE_MS = 250;
/** A request without an answer after this long is checked: does the server work on it? */
const SILENCE_MS = 2_500;
/** An idle connection is pinged this often, and must answer within this time. */
const QUIET_MS = 2_000;
const PING_MS = 1_000;
/**
 * A pooled connection that was idle longer is pinged before use, and must answer within this time. Longer than the time between
 * two pings, so that a question after a quiet moment doesn't wait for one on each connection that it uses.
 */
const FRESH_MS = QUIET_MS + 2 * PATROL_MS;
const USABLE_MS = 500;
/** How long `trouble` reports replaced connections, so that a monitor that polls now and then sees it. */
const RECENT_MS = 5_000;

/**
 * Notices a server that no longer answers (stopped, swapped out, or behind a network that drops packets), and a single
 * silent connection while the server answers on others. Nothing else would end the wait for them. A slow statement is
 * never cut, because the server shows that it works on it.
 */
export class ConnectionWatch {
  readonly #config: SessionConfig;
  readonly #logger: Logger;
  readonly #sessions = new Set<Session>();
  /** When the server was last seen working on a session's request. */
  readonly #workingMs = new WeakMap<Session, number>();
  readonly #waits = new Set<{ sinceMs: number }>();
  readonly #patrol: NodeJS.Timeout;
  #looking = false;
  #roundMs = performance.now();
  /** When the process was last too busy to read. */
  #busyMs = -Infinity;
  #away = false;
  #suspects = 0;
  /** Connections that the pool replaced since the last look, before it is known whether the server answers at all. */
  #refused = 0;
  #replaced = { count: 0, atMs: -Infinity };

  constructor(config: SessionConfig, logger: Logger) {
    this.#config = config;
    this.#logger = logger;
    this.#patrol = setInterval(() => void this.#round(), PATROL_MS).unref();
  }

  add(session: Session): void {
    this.#sessions.add(session);
  }

  remove(session: Session): void {
    this.#sessions.delete(session);
  }

  /** Throws at once while the server is known to be silent, so that callers fail fast and nothing piles up. */
  check(): void {
    if (!this.#away) return;
    throw new VendorError('postgres/unavailable', 'The database does not answer', { retryable: true });
  }

  /** What is wrong with single connections while the server answers; undefined when nothing is. */
  trouble(): string | undefined {
    if (this.#suspects > 0) {
      return `Database connections do not answer and are being replaced: ${this.#suspects} of ${this.#sessions.size}`;
    }
    const { count, atMs } = this.#replaced;
    if (performance.now() - atMs > RECENT_MS) return undefined;
    return `Database connections stopped answering and were replaced: ${count}`;
  }

  /**
   * Whether a pooled connection can be used: an idle one is pinged first. When it is silent, others may be too, so they
   * are pinged at the same time; a wrong guess costs a new connection.
   */
  async isUsable(session: Session): Promise<boolean> {
    if (session.quietMs(performance.now()) < FRESH_MS && !session.pinging) return true;
    const sinceMs = performance.now();
    if ((await session.answersWithin(USABLE_MS)) || this.#busyMs > sinceMs) return true;
    this.#pingQuiet(FRESH_MS);
    this.#refused += 1;
    return false;
  }

  /** Has the server checked when waiting for a connection takes long. */
  async follow<T>(work: Promise<T>): Promise<T> {
    const wait = { sinceMs: performance.now() };
    this.#waits.add(wait);
    try {
      return await work;
    } finally {
      this.#waits.delete(wait);
    }
  }

  /** The server has answered: no one has to wait for the next look. */
  answered(): void {
    this.#away = false;
  }

  close(): void {
    clearInterval(this.#patrol);
  }

  async #round(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#roundMs > PATROL_MS + LATE_MS) this.#busyMs = nowMs;
    this.#roundMs = nowMs;
    if (this.#looking) return;
    this.#pingQuiet(QUIET_MS);
    const unanswered: Session[] = [];
    for (const session of this.#sessions) {
      const limitMs = session.pinging ? PING_MS : SILENCE_MS;
      const workingMs = this.#workingMs.get(session) ?? -Infinity;
      const unansweredMs = Math.min(session.unansweredMs(nowMs), nowMs - this.#busyMs);
      if (unansweredMs > limitMs && nowMs - workingMs > SILENCE_MS) unanswered.push(session);
    }
    const isWaitedFor = [...this.#waits].some(({ sinceMs }) => nowMs - Math.max(sinceMs, this.#busyMs) > SILENCE_MS);
    if (unanswered.length === 0 && this.#refused === 0 && !isWaitedFor && !this.#away) return;
    this.#looking = true;
    try {
      await this.#look(unanswered);
    } finally {
      this.#looking = false;
    }
  }

  async #look(unanswered: readonly Session[]): Promise<void> {
    const refused = this.#refused;
    this.#refused = 0;
    // A slow statement is not trouble; an idle connection that doesn't answer is.
    this.#suspects = refused + unanswered.filter(({ pinging }) => pinging).length;
    const sinceMs = performance.now();
    const finding = await probe(this.#config, unanswered);
    this.#suspects = 0;
    if (this.#busyMs > sinceMs && !finding.reached) return;
    this.#setAway(!finding.reached);
    if (!finding.reached) {
      // Waiting requests fail now; an idle connection may still work when the server is back.
      for (const session of unanswered) if (!session.pinging) session.cut();
      return;
    }
    const nowMs = performance.now();
    for (const session of unanswered) this.#workingMs.set(session, nowMs);
    const { silent } = finding;
    if (silent.length + refused > 0) this.#report(silent.length + refused);
    for (const session of silent) session.cut();
  }

  #pingQuiet(quietMs: number): void {
    const nowMs = performance.now();
    for (const session of this.#sessions) if (session.quietMs(nowMs) > quietMs) session.ping();
  }

  #report(silent: number): void {
    const nowMs = performance.now();
    const isRecent = nowMs - this.#replaced.atMs <= RECENT_MS;
    this.#replaced = { count: silent + (isRecent ? this.#replaced.count : 0), atMs: nowMs };
    this.#logger.warn({ connections: silent }, 'Database connections stopped answering; they are replaced');
  }

  #setAway(away: boolean): void {
    if (away && !this.#away) this.#logger.error({}, 'The database does not answer');
    if (!away && this.#away) this.#logger.info({}, 'The database answers again');
    this.#away = away;
  }
}
