/**
 * Named places between the steps of a paid answer and of the summary after it, in order. At each, the steps before are
 * stored as described and none after has begun. Crash tests end the process there and check what the next process makes
 * of it.
 */
export const checkpoints = [
  /** The question, its place in line and its job are committed; the event that brought it isn't acknowledged. */
  'admitted',
  /** A worker has the job; what an earlier run left open is still open. */
  'begun',
  /** The highest possible cost of a call is held; its provider hasn't been asked. */
  'held',
  /** The provider has begun to answer, so it will bill the call. */
  'asked',
  /** A piece of the answer has arrived and is about to be shown. Reached once per piece. */
  'streaming',
  /** The answer is complete, in memory only. */
  'written',
  /** The end of the answer is stored; no one has been charged. */
  'stored',
  /** The payer is charged; the final text isn't on the screen yet. */
  'charged',
  /** The final text is on the screen, but that isn't stored. */
  'shown',
  /** Everything is stored except that the job is done. */
  'finished',
  /** A summary of the conversation is stored; no one has been charged. */
  'summarised',
] as const;

/** Checkpoints of an answer with tool calls, between `streaming` and `written`; once per step and call. */
export const toolCheckpoints = [
  /** The text before the tool calls is stored; no one has been charged. */
  'step-stored',
  /** The start of a tool is stored; it hasn't begun. */
  'tool-running',
  /** A tool's result is stored. */
  'tool-done',
] as const;

/** Checkpoints of a step after an answer that adds files to it. */
export const stepCheckpoints = [
  /** The files are stored; they aren't on the screen. */
  'step-files-stored',
] as const;

export type Checkpoint =
  (typeof checkpoints)[number] | (typeof toolCheckpoints)[number] | (typeof stepCheckpoints)[number];

/** Called when a request reaches a checkpoint. Does nothing outside crash tests, where it may not return. */
export type ReachCheckpoint = (checkpoint: Checkpoint) => void;
