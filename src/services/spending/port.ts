import type { UserError } from '../../kernel/errors.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { AbilityModel, ModelInfo, Usage } from '../../platform/models/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import type { AccessPlace, Action, Caller } from '../access/index.ts';
import type { Allowance, Amounts, Hold } from '../ledger/index.ts';

export interface AdmissionRequest {
  /** `chat/answer/<id>/<tries>`: names everything that is paid for it. */
  request: string;
  action: Action;
  caller: Caller;
  place: AccessPlace;
  /** The model that is going to be asked, when one is. */
  model?: ModelInfo;
  /** The same for one that holds no conversation; without `amounts` its price is unknown, and it is refused. */
  ability?: AbilityModel;
  /** A small part of what it will cost: enough to refuse when nothing is left. For the model's tokens … */
  tokens?: { input: number; output: number };
  /** … or for what has a fixed price, all of it. */
  amounts?: Amounts | undefined;
  facts?: JsonObject;
}

/** A share of a limit that was passed: shown below an answer, or told to the owner. */
export interface Notice {
  /** A key of the app's catalogue with its data. */
  key: string;
  data: Record<string, string | number>;
}

/** What was admitted under a request's name. */
export interface Admitted {
  readonly admission: Hold;
}

export interface ModelCall {
  request: string;
  /** For a follow-up, which was not admitted itself: the request whose admission it goes by. */
  follows?: string;
  /**
   * `pool`: the pools of the place pay, not the member. Only in servers. `instance`: the bot's owner pays, and the pools count
   * it.
   */
  account?: 'pool' | 'instance';
  /** Read ahead by `admitted`, which saves the call that way to the database. */
  admitted?: Promise<Admitted>;
  step: string;
  attempt: number;
  /** The models that may answer; the hold covers the dearest of those that the payer may use. */
  candidates: readonly ModelInfo[];
  /** An upper bound for all candidates, as `Models.maxInputTokens` gives it: nothing is added to it. */
  inputTokens: number;
  /** The longest answer wanted, and the shortest that makes sense. */
  outputTokens: { wanted: number; least: number };
  signal: AbortSignal;
  facts?: JsonObject;
}

/** What one call of a provider used, as `ChatRequest.onUsage` tells it. */
export interface Use {
  model: ModelInfo;
  usage: Usage;
}

/** One call of a model that holds no conversation. */
export interface Work extends Pick<
  ModelCall,
  'request' | 'follows' | 'account' | 'admitted' | 'step' | 'attempt' | 'signal' | 'facts'
> {
  model: { id: string; paid: boolean };
  /** Undefined where the model's price is unknown: it is then refused. */
  worstCase: Amounts | undefined;
  /** The lines of settings that would price the model. */
  priceLine: string;
  /** After this long an open reservation belongs to a run that died: longer than the call may take. */
  lastsMs: number;
}

/** What one call of a provider cost. */
export interface WorkUse {
  amounts: Amounts;
  /** For `/why`: no text that people wrote. */
  facts: JsonObject;
}

/** Work that is reserved. Exactly one of these ends it, as those of `PaidCall`; ending twice changes nothing. */
export interface HeldWork {
  settle(uses: readonly WorkUse[]): Promise<Notice[]>;
  fail(uses: readonly WorkUse[]): Promise<void>;
  waive(uses: readonly WorkUse[]): Promise<void>;
}

/** Something that costs a known amount at most, and is paid on the terms of an admitted request. */
export interface ChargedWork {
  request: string;
  step: string;
  attempt: number;
  /** The most that it can cost. */
  worstCase: Amounts;
  signal: AbortSignal;
  facts?: JsonObject;
}

/** A call that is paid for. Exactly one of `settle` and `fail` ends it; ending twice changes nothing. */
export interface PaidCall {
  /** Clipped to what is affordable. */
  outputTokens: number;
  /** Whether the hold covers this model and the payer may use it: for `ChatRequest.allowed`. */
  mayUse(model: ModelInfo): boolean;
  /**
   * The payer got something: charges the last use, at most what is held. Those before it failed and are on the instance; an
   * empty list is a call that never began. Returns what the payer should be told.
   */
  settle(uses: readonly Use[]): Promise<Notice[]>;
  /** The payer got nothing and pays nothing; what was used all the same is on the instance. */
  fail(uses: readonly Use[]): Promise<void>;
  /**
   * The payer ended it before they got anything: they pay nothing, but what was used counts in their figures as if they
   * had.
   */
  waive(uses: readonly Use[]): Promise<void>;
}

/** How a message came about and what it cost. */
export interface Explanation {
  /** The first, where the message shows several. */
  request: string;
  payerId: string;
  guildId: string | null;
  channelId: string | null;
  /** The instance roles of the payer, and the rules that allowed it. */
  roles: readonly string[];
  rules: readonly string[];
  /** The request's own, oldest first, then those of what followed it. Of several requests, oldest first. */
  holds: readonly Hold[];
  /** Why nothing was asked for it, where it was refused after it was admitted. */
  refusal: UserError | undefined;
}

/**
 * Billing: everything that costs something goes through here. Access, rates, pauses, prices and the ledger are asked in
 * one order, and every refusal is a UserError that says what ran out, when it comes back and what can be done; it is
 * audited with its reason.
 */
export interface Spending {
  /**
   * In the transaction that stores the work, just before its job. Throws a UserError (`spending/...`) when it may not
   * be done; the caller's transaction must then leave no trace.
   */
  admit(tx: Tx, request: AdmissionRequest): Promise<void>;
  /** Reads ahead what the calls of a request go by. A rejection is told by the call that waits for it. */
  admitted(request: string): Promise<Admitted>;
  /**
   * Holds the worst case of one call of a model, waiting (30 s at most) while only other requests' holds are in the way.
   * Throws a UserError, a VendorError when the database is away (nothing is then spent), or the signal's reason.
   */
  call(call: ModelCall): Promise<PaidCall>;
  /**
   * Reserves the most that some work can cost, runs it, and charges what it reports as used. Nothing is charged when it
   * rejects. Throws as `call` does.
   */
  charge<T>(of: ChargedWork, work: () => Promise<{ result: T; used: Amounts }>): Promise<T>;
  /** Reserves the most that a call of a model can cost which holds no conversation. Waits and throws as `call` does. */
  hold(work: Work): Promise<HeldWork>;
  /** The instance roles that a request was admitted with; none where nothing is counted. */
  rolesOf(request: string | Promise<Admitted>): Promise<readonly string[]>;
  /** The allowances that a request was admitted with; none where nothing is counted. */
  allowancesOf(request: string | Promise<Admitted>): Promise<readonly Allowance[]>;
  /** The request is over: its place in line ends. */
  finish(request: string): Promise<void>;
  /** A job runs again: what its dead run had open is lost, on the instance's account. */
  recover(request: string): Promise<void>;
  /** Nobody got what was paid for: the payers get it back, and what it cost is on the instance. Twice is the same as once. */
  writeOff(request: string): Promise<void>;
  /** Remembers that these messages show a request, or several of one payer, for `/why`. */
  shown(request: string | readonly string[], messageIds: readonly string[]): Promise<void>;
  explain(messageId: string): Promise<Explanation | undefined>;
  /**
   * Forgets which messages show what a person paid for, and returns how many those were. Before the ledger forgets whose
   * it was.
   */
  forgetUser(tx: Tx, userId: string): Promise<number>;
  /** The model to use in a place instead of `model`, when its pool is nearly used and that is set; else `model` itself. */
  modelFor(model: ModelInfo, place: AccessPlace): Promise<ModelInfo>;
}
