import type { StoredSession } from './contract.ts';
import type { JournalEntry } from './journal.ts';

/**
 * How the replays of sessions are written. A session grows by a dispatch at a time, so each line holds what is new since
 * the last one; and twenty bots get the same event, so a line holds the events once and each session names them.
 */

/** How many dispatches a session can replay. A client that missed more has to identify again. */
export const replayLimit = 1000;

/** The entry that comes before those of the sessions whose replays refer to it. */
const EVENTS = 'replayed';

type Event = [t: string, d: unknown];
type Reference = [s: number, event: number];

/** Remembers how far each session's replay has been written. */
export class WrittenReplays {
  #written = new Map<string, number>();

  /** The session with those entries of its replay that have not been written yet; null when it has ended. */
  newOf(key: string, session: StoredSession | undefined): StoredSession | null {
    if (session === undefined) {
      this.#written.delete(key);
      return null;
    }
    const after = this.#written.get(key) ?? -1;
    let first = session.replay.length;
    while (first > 0 && (session.replay[first - 1]?.s ?? 0) > after) first -= 1;
    this.#written.set(key, Math.max(after, session.replay.at(-1)?.s ?? after));
    return { ...session, replay: session.replay.slice(first) };
  }
}

/** The entries of one line, or of a whole snapshot, with each event of the sessions' replays once. */
export function withSharedEvents(entries: JournalEntry[]): JournalEntry[] {
  const events: Event[] = [];
  const indexes = new Map<unknown, number>();
  const indexOf = (t: string, d: unknown): number => {
    const known = indexes.get(d);
    if (known !== undefined && events[known]?.[0] === t) return known;
    indexes.set(d, events.push([t, d]) - 1);
    return events.length - 1;
  };
  const shared = entries.map(([collection, key, value]): JournalEntry => {
    if (collection !== 'sessions' || value === null) return [collection, key, value];
    const session = value as StoredSession;
    const replay = session.replay.map(({ s, t, d }): Reference => [s, indexOf(t, d)]);
    return [collection, key, { ...session, replay }];
  });
  return events.length === 0 ? shared : [[EVENTS, '', events], ...shared];
}

/** Puts the replays together again while a journal is read. */
export class ReplayReader {
  #events: Event[] = [];

  /** Whether the entry was one of shared events. */
  takesEvents([collection, , value]: JournalEntry): boolean {
    if (collection !== EVENTS) return false;
    this.#events = value as Event[];
    return true;
  }

  /** The session as it was, from what was known of it and what the entry adds. */
  join(before: StoredSession | undefined, value: unknown): StoredSession {
    const session = value as Omit<StoredSession, 'replay'> & {
      replay: (Reference | StoredSession['replay'][number])[];
    };
    const added = session.replay.map((item) => (Array.isArray(item) ? this.#resolve(item) : item));
    return { ...session, replay: [...(before?.replay ?? []), ...added].slice(-replayLimit) };
  }

  #resolve([s, index]: Reference): StoredSession['replay'][number] {
    const [t, d] = this.#events[index] ?? ['', null];
    return { s, t, d };
  }
}
