/**
 * An answer to the user, not a bug: `code` is a key of the feature's text catalogue and `data` fills its placeholders.
 * `message` is the English text for the command line and logs, which have no catalogue.
 */
export class UserError extends Error {
  readonly code: string;
  readonly data: Record<string, string | number>;

  constructor(code: string, message: string, data: Record<string, string | number> = {}) {
    super(message);
    this.name = 'UserError';
    this.code = code;
    this.data = data;
  }
}

interface VendorErrorDetails {
  /** Whether the same call may succeed later. */
  retryable: boolean;
  /** The wait that the vendor asked for, in milliseconds. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** A failure of an outside service, translated by the platform folder that talks to it. */
export class VendorError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, details: VendorErrorDetails) {
    super(message, { cause: details.cause });
    this.name = 'VendorError';
    this.code = code;
    this.retryable = details.retryable;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The start can't continue: printed without a stack, then exit code 1. `message` says what to do. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}

/** The abort reason when a person cancelled the work. Shutdowns and lost leases have other reasons. */
export class Cancelled extends Error {
  readonly by: string;

  constructor(by: string) {
    super(`cancelled by ${by}`);
    this.name = 'Cancelled';
    this.by = by;
  }
}

export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
