import { errorMessage, VendorError } from '../../kernel/errors.ts';

/**
 * SQLSTATEs after which the same statement may succeed on another connection: class 08 (connection exception), 57P01 to
 * 57P03 (shutting down, crashed, starting up), 53300 (too many connections), 25P03 and 57P05 (idle session ended by the
 * server). PostgreSQL manual, appendix A.
 */
const AWAY_STATES = /^(08...|57P0[1235]|53300|25P03)$/;

/** Node's codes for a socket that couldn't be opened or was lost. */
const AWAY_SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Errors that pg makes without a code. */
const AWAY_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Query read timeout|Cannot use a pool after calling end)/;

export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** True for what goes away when the transaction runs again: a conflict with another one, or a plan that was too old. */
export function isConflict(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01' || isStalePlan(error);
}

/**
 * The server's plan of a named statement no longer fits: another version changed the table (0A000), or a pooler gave the connection to another session (26000). Nothing has run.
 */
export const isStalePlan = (error: unknown): boolean =>
  error instanceof Error &&
  (sqlState(error) === '26000' ||
    (sqlState(error) === '0A000' && 'routine' in error && error.routine === STALE_ROUTINE));

export function isUnavailable(error: unknown): boolean {
  if (error instanceof VendorError) return error.code === 'postgres/unavailable';
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  const code = sqlState(error);
  if (code === undefined) return AWAY_MESSAGES.test(error.message);
  return AWAY_STATES.test(code) || AWAY_SYSTEM_CODES.has(code);
}

/** The function of the server that refuses such a plan, whatever language its messages have. */
const STALE_ROUTINE = 'RevalidateCachedQuery';

/** Class 22, data exceptions: their messages quote the value, which may be what a member wrote. Appendix A. */
const DATA_STATES = /^22...$/;

/** Drops the server's message completely: how it quotes depends on its language (`lc_messages`). */
function withoutDatum(error: Error, state: string): Error {
  const clean = `The database refused a value (SQLSTATE ${state})`;
  if (error.stack !== undefined) error.stack = error.stack.replace(error.message, () => clean);
  error.message = clean;
  return error;
}

/**
 * A retryable VendorError `postgres/unavailable` when the server is away. Other errors are bugs in the statement: the
 * log gets their SQLSTATE without the quoted data.
 */
export function translate(error: unknown): unknown {
  const state = sqlState(error);
  if (error instanceof Error && state !== undefined && DATA_STATES.test(state)) return withoutDatum(error, state);
  if (error instanceof VendorError || !isUnavailable(error)) return error;
  return new VendorError('postgres/unavailable', `The database does not answer: ${errorMessage(error)}`, {
    retryable: true,
    cause: error,
  });
}
