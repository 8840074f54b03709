import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Tx } from '../../platform/postgres/index.ts';

/** What is older than a guild keeps. */
export interface Expiry {
  /** Unix ms: what was made before then goes. */
  beforeMs: number;
  /** One guild, or everything but some guilds: direct messages too, and guilds that the bot has left. */
  guilds: { only: string } | { allBut: readonly string[] };
}

/** One keeper of what is known of people: a feature, or a service. Each part is optional; who keeps nothing has none. */
export interface Keeper {
  kind: 'feature' | 'service';
  name: string;
  /** Everything stored about a person: a list of entries, or an object of such lists. */
  exportUser?: ((userId: string) => Promise<Json>) | undefined;
  /** Removes what was read of them as context in the caller's transaction, when they no longer allow that. */
  unreadUser?: ((tx: Tx, userId: string) => Promise<void>) | undefined;
  /** Removes it in the caller's transaction, and returns how many rows that were. */
  forgetUser?: ((tx: Tx, userId: string) => Promise<number>) | undefined;
  /** Deletes what people wrote that is older, and returns how many rows that were. */
  expire?: ((tx: Tx, expiry: Expiry) => Promise<number>) | undefined;
}

/** How much one keeper has, or has removed. */
export interface Amount {
  kind: Keeper['kind'];
  name: string;
  count: number;
}

export interface Receipt {
  /** Known to the person alone: only its hash is kept. */
  id: string;
  atMs: number;
  /** Rows, by keeper; without those that had none. */
  removed: readonly Amount[];
}

/** What is stored about people: shown to them, given to them, removed when they ask or when it has become old. */
export interface Privacy {
  /** Every keeper that has something, with the number of its entries. */
  overview(userId: string): Promise<Amount[]>;
  /** Everything stored about a person, by keeper. */
  exportUser(userId: string): Promise<JsonObject>;
  /**
   * Removes a person from everywhere, in one transaction: all of it or nothing. Their jobs are cancelled first, and those
   * that run are waited for. Rejects with a UserError `privacy.busy` when they do not end, and `privacy.too-soon` (data:
   * `next`) within an hour of the last time.
   */
  forgetUser(userId: string): Promise<Receipt>;
  /** Whether this receipt was given to this person. */
  findReceipt(receiptId: string, userId: string): Promise<{ atMs: number; count: number } | undefined>;
  /** Those of these people whose messages to others may be read as context. Everybody, unless they said no. */
  mayRead(userIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * When those of these people who were forgotten within the last day were, in Unix ms: what they wrote before that is not
   * to be taken in again from where it still stands.
   */
  forgottenAt(userIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Outlives `forgetUser`. Saying no removes at once what was read before. */
  setMayRead(userId: string, may: boolean): Promise<void>;
  /**
   * Deletes what guilds no longer keep, and returns how many rows that were. `instanceDays` is for everything, null to
   * keep it; a guild's own setting may only be shorter. Any number of processes may do it at once.
   */
  expire(instanceDays: number | null): Promise<number>;
}
