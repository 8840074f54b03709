import { VendorError } from '../../kernel/errors.ts';

type WebFailure =
  | 'invalid-url'
  | 'scheme'
  | 'credentials'
  | 'port'
  | 'address'
  | 'unknown-host'
  | 'redirects'
  | 'too-large'
  | 'headers-too-large'
  | 'encoding'
  | 'timeout'
  | 'unreachable';

const worthAnotherTry: readonly WebFailure[] = ['unknown-host', 'timeout', 'unreachable'];

export function webError(failure: WebFailure, message: string, cause?: unknown): VendorError {
  return new VendorError(`web/${failure}`, message, { retryable: worthAnotherTry.includes(failure), cause });
}

/** The HTTP client's errors as VendorErrors. Our own errors pass through, also from inside a failed connection. */
export function translate(error: unknown, host: string): unknown {
  if (error instanceof VendorError) return error;
  const { code, cause, errors } = error as { code?: string; cause?: unknown; errors?: unknown[] };
  const inner = [cause, ...(errors ?? [])].find((one) => one instanceof VendorError);
  if (inner) return inner;
  if (code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'HPE_HEADER_OVERFLOW') {
    return webError('headers-too-large', `The headers of ${host} are too large`, error);
  }
  return webError('unreachable', `${host} cannot be reached (${code ?? (error as Error).name})`, error);
}
