import type { JsonObject } from '../../kernel/json.ts';
import type { Db, Tx } from '../../platform/postgres/index.ts';

/** One administrative act, or one refusal with its reason. Append-only. */
export interface AuditEntry {
  /** Who acted, or was refused: a user id, `command line`, or `familiar` for what the program does by itself. */
  actorId: string;
  /** `grant`, `set-price`, `set-budget`, `pause`, `refused`… */
  action: string;
  outcome: 'done' | 'refused';
  /** Whom or what it concerns: a user, model, guild; null for nobody. */
  targetId: string | null;
  guildId: string | null;
  channelId: string | null;
  /** Why, or the refusal's code: `refused.not-allowed`. */
  reason: string;
  /**
   * Figures before and after; never text that people wrote, except a reason given for an act, and no id of a person,
   * since ids are replaced in `actorId` and `targetId` alone. A key `context` is not kept: it only chooses among texts.
   */
  details: JsonObject;
  /** What actor and target are called, by user id. Kept apart and encrypted until the person is forgotten; a later name replaces it. */
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
  /** What was asked for: `details.request`. Give the actor as well, whose entries are indexed. */
  request?: string;
  /** From then on, Unix ms. */
  sinceMs?: number;
  /** Before then, Unix ms. */
  untilMs?: number;
  /** Entries before this one, for paging. */
  beforeId?: number;
  /** 100 unless given, at most 1000. */
  limit?: number;
}

/** A refusal; its action is `refused` unless given. */
export type Refusal = Omit<AuditEntry, 'outcome' | 'action'> & { action?: string };

export interface Audit {
  /** An act: in the transaction that does it. */
  record(db: Db, entry: AuditEntry): Promise<void>;
  /**
   * A refusal: written soon after, together with others, so that refusing stays cheap. Never throws: what cannot be
   * written after some tries is logged. When the same refusal meets the same person again within a minute, one further
   * entry at its end counts these in `details.times`, so that a flood cannot fill the disk.
   */
  refused(entry: Refusal): void;
  /** Newest first, by when they were written. */
  find(query: AuditQuery): Promise<RecordedEntry[]>;
  /** What these people were last called, by user id, as far as it is known. */
  names(userIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Resolves when everything that was refused so far is written. */
  flush(): Promise<void>;
  /** What the person did, was refused, and what concerned them, without who else took part. Oldest first. */
  exportUser(userId: string): Promise<JsonObject[]>;
  /**
   * Replaces the id by `forgotten` where the person was refused or concerned, and returns in how many entries;
   * administrative acts keep their actor.
   */
  forgetUser(tx: Tx, userId: string): Promise<number>;
  /** Writes what is left; a refusal that comes later is logged. */
  close(): Promise<void>;
}
