import type { JsonObject } from '../../kernel/json.ts';
import type { Db, Tx } from '../../platform/postgres/index.ts';

/** One administrative act, or one refusal with its reason. Append-only. */
export interface AuditEntry {
  /** The actor, or the person refused: a user id, `command line`, or `familiar` for what the program does by itself. */
  actorId: string;
  /** `grant`, `set-price`, `set-budget`, `pause`, `refused`… */
  action: string;
  outcome: 'done' | 'refused';
  /** The user, model or guild concerned; null for none. */
  targetId: string | null;
  guildId: string | null;
  channelId: string | null;
  /** The reason, or the refusal's code: `refused.not-allowed`. */
  reason: string;
  /**
   * Figures before and after. Never text that people wrote, except the reason for an act. No ids of people, since only
   * `actorId` and `targetId` are anonymised. A key `context` isn't stored: it only chooses among texts.
   */
  details: JsonObject;
  /**
   * Names of actor and target by user id. Stored apart, encrypted until the person's data is deleted; a later name
   * replaces it.
   */
  names?: Readonly<Record<string, string>>;
}

export interface RecordedEntry extends Omit<AuditEntry, 'names'> {
  id: number;
  atMs: number;
}

export interface AuditQuery {
  actorId?: string;
  action?: string;
  outcome?: AuditEntry['outcome'];
  targetId?: string;
  guildId?: string;
  /** The request (`details.request`). Give the actor too: entries are indexed by actor. */
  request?: string;
  /** Unix ms, inclusive. */
  sinceMs?: number;
  /** Unix ms, exclusive. */
  untilMs?: number;
  /** Entries before this one, for paging. */
  beforeId?: number;
  /** 100 by default, at most 1000. */
  limit?: number;
}

/** A refusal; its action is `refused` by default. */
export type Refusal = Omit<AuditEntry, 'outcome' | 'action'> & { action?: string };

export interface Audit {
  /** Call it in the transaction that does the act. */
  record(db: Db, entry: AuditEntry): Promise<void>;
  /**
   * Writes a refusal soon after, in a batch, so refusing stays cheap. Never throws: a refusal that can't be written
   * after some retries is logged. Repetitions within a minute become one further entry that counts them in
   * `details.times`, so a flood can't fill the disk.
   */
  refused(entry: Refusal): void;
  /** Newest first, by the time of writing. */
  find(query: AuditQuery): Promise<RecordedEntry[]>;
  /** The latest known names of these people, by user id. */
  names(userIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Resolves when every refusal so far is written. */
  flush(): Promise<void>;
  /** What the person did, was refused, and what concerned them, without the other people. Oldest first. */
  exportUser(userId: string): Promise<JsonObject[]>;
  /**
   * Replaces the id by `forgotten` where the person was refused or concerned; returns the number of entries.
   * Administrative acts keep their actor.
   */
  forgetUser(tx: Tx, userId: string): Promise<number>;
  /** Writes what is left; later refusals are logged. */
  close(): Promise<void>;
}
