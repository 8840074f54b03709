import type { Refusal } from '../../src/services/ledger/index.ts';

/** One request that costs a micro-dollar for each token of the answer. Drawn before the run, so that a seed names it. */
export interface PaidRequest {
  /** Unique in a run. */
  id: string;
  userId: string;
  /** How long the provider takes. */
  providerMs: number;
  /** The worst case. */
  wantedTokens: number;
  /** It is refused rather than answered with less. */
  leastTokens: number;
  /** The answer, if it is not cut short. */
  actualTokens: number;
  /** What is asked for when it is admitted: a small part, or all of it when the cost is known. */
  admittedTokens: number;
}

export interface Outcome {
  id: string;
  /** The provider's bill; null for a request that was refused. */
  costMicros: number | null;
  /** Why it was refused, as the ledger said it. */
  refusal: Refusal | null;
}

/** Pairs of reserve and settle without anything between them, `inFlight` at any time. */
export interface PairsTask {
  inFlight: number;
  durationMs: number;
  /** Whether one cap on the instance decides about every one of them. */
  capped: boolean;
}

export interface Pairs {
  elapsedMs: number;
  reserveMs: number[];
  /** Reserve and settle together. */
  pairMs: number[];
}

/** What a process of the load can be asked to do: its input and its result. */
export interface Tasks {
  /** Through the till of the bot. */
  spend: { input: { requests: PaidRequest[] }; result: Outcome[] };
  /** As is often done: look whether it fits, call, add up. */
  checkThenCharge: { input: { requests: PaidRequest[]; budgetMicros: number }; result: Outcome[] };
  pairs: { input: PairsTask; result: Pairs };
}

export type TaskName = keyof Tasks;

/** Sent to a process, and back. */
export type Order = { [Name in TaskName]: { name: Name; input: Tasks[Name]['input'] } }[TaskName];
export type Reply = { status: 'ready' } | { status: 'done'; result: unknown } | { status: 'failed'; stack: string };
