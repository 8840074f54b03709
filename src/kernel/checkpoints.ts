/**
 * Named places between the steps of a paid answer and of the summary that follows it, in their order. What is done before one is durable as its text says,
 * and nothing after it has begun: crash tests end the process there and look what the next life makes of it.
 */
export const checkpoints = [
  /** The question, its place in line and its job are committed; the event that brought it does not count as handled. */
  'admitted',
  /** A worker has the job; what an earlier run left open is still open. */
  'begun',
  /** The worst case of a call is held; its provider has not been asked. */
  'held',
  /** The provider has begun to answer, so it is going to bill the call. */
  'asked',
  /** A piece of the answer has come, and is on its way to the screen. Reached once for every piece. */
  'streaming',
  /** The answer is complete, in memory alone. */
  'written',
  /** How the answer ended is stored; nobody has been charged for it. */
  'stored',
  /** The payer is charged; what is on the screen is not the end yet. */
  'charged',
  /** The end is on the screen; that it is, is stored nowhere. */
  'shown',
  /** Everything is stored but that the job is done. */
  'finished',
  /** A summary of the conversation is stored; nobody has been charged for it. */
  'summarised',
] as const;

/** Those of an answer for which the model calls tools, between `streaming` and `written`; once for each step and call. */
export const toolCheckpoints = [
  /** What the model said before it called tools is stored; nobody has been charged for it. */
  'step-stored',
  /** It is stored that a tool runs; it has not begun. */
  'tool-running',
  /** A tool's result is stored. */
  'tool-done',
] as const;

export type Checkpoint = (typeof checkpoints)[number] | (typeof toolCheckpoints)[number];

/** Called when the work of one request reaches a checkpoint. Does nothing but in crash tests, where it may not return. */
export type ReachCheckpoint = (checkpoint: Checkpoint) => void;
