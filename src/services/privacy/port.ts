import type { Json, JsonObject } from '../../kernel/json.ts';
import type { Tx } from '../../platform/postgres/index.ts';

/** Which data is past its retention. */
export interface Expiry {
  /** Unix ms; data from before this time is deleted. */
  beforeMs: number;
  /**
   * One guild, or everything except some guilds. "Everything" includes direct messages and guilds that the bot has
   * left.
   */
  guilds: { only: string } | { allBut: readonly string[] };
}

/** A feature or service that stores personal data. Every method is optional. */
export interface PersonalDataProvider {
  kind: 'feature' | 'service';
  name: string;
  /** Everything stored about a person: a list of entries, or an object of such lists. */
  exportUser?: ((userId: string) => Promise<Json>) | undefined;
  /** Deletes what was read of them as context, in the caller's transaction, when they withdraw their consent. */
  onReadConsentRevoked?: ((tx: Tx, userId: string) => Promise<void>) | undefined;
  /** Deletes their data in the caller's transaction; returns the number of rows. */
  forgetUser?: ((tx: Tx, userId: string) => Promise<number>) | undefined;
  /** Deletes older data that people wrote; returns the number of rows. */
  expire?: ((tx: Tx, expiry: Expiry) => Promise<number>) | undefined;
}

/** How many entries one provider stores, or has deleted. */
export interface StoredCount {
  kind: PersonalDataProvider['kind'];
  name: string;
  count: number;
}

export interface Receipt {
  /** Only the person has it; the database keeps its hash. */
  id: string;
  atMs: number;
  /** Rows per provider, without zeros. */
  removed: readonly StoredCount[];
}

/** Personal data: shown, exported, and deleted on request or when its retention ends. */
export interface Privacy {
  /** Every provider that stores something about the person, with the number of entries. */
  overview(userId: string): Promise<StoredCount[]>;
  /** Everything stored about a person, by provider. */
  exportUser(userId: string): Promise<JsonObject>;
  /**
   * Deletes a person's data everywhere, in one transaction. Cancels their jobs first and waits for running ones.
   * Rejects with a UserError: `privacy.busy` when a job doesn't end in time, `privacy.too-soon` (data: `next`) within
   * an hour of the last deletion.
   */
  forgetUser(userId: string): Promise<Receipt>;
  /** Found only with the id and the person that it was issued to. */
  findReceipt(receiptId: string, userId: string): Promise<{ atMs: number; count: number } | undefined>;
  /** The people whose messages to others may be read as context. Allowed unless they opted out. */
  mayRead(userIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * When these people's data was deleted within the last day (Unix ms); the others are left out. Their messages from
   * before that time must not be read again, although they still stand in the channel.
   */
  forgottenAt(userIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Survives `forgetUser`. Opting out deletes at once what was read before. */
  setMayRead(userId: string, may: boolean): Promise<void>;
  /**
   * Deletes data past its retention; returns the number of rows. `instanceDays` applies to everything, null keeps it; a
   * guild's own setting can only be shorter. Several processes may run it at once.
   */
  expire(instanceDays: number | null): Promise<number>;
}
