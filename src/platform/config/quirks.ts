/**
 * What a server or one of its models refuses, so that it isn't sent. Familiar learns these by itself; the settings can
 * name them in advance.
 */
export const quirks = [
  /** The system prompt goes into the first message of the user. */
  'no-system-role',
  /** No limit of the output is sent. */
  'no-max-tokens',
  /** The limit of the output is sent as `max_completion_tokens`. */
  'max-completion-tokens',
  /** Usage isn't asked for, so it is counted from the text unless the server reports it unasked. */
  'no-stream-options',
  'no-temperature',
  'no-top-p',
] as const;

export type Quirk = (typeof quirks)[number];
