import { VendorError, errorMessage } from '../../kernel/errors.ts';
import type { BucketConfig } from './byte-store.ts';

export type BucketProblem = 'away' | 'key' | 'rights' | 'missing' | 'region' | 'clock' | 'full' | 'other';

/** `message` says what is wrong and what the bot's owner can do about it; once that is done, the same call succeeds. */
export class BucketError extends VendorError {
  readonly problem: BucketProblem;

  constructor(problem: BucketProblem, message: string, cause?: unknown) {
    super(problem === 'full' ? 'ENOSPC' : 'files/away', message, {
      retryable: problem !== 'other' && problem !== 'full',
      cause,
    });
    this.problem = problem;
  }
}

/** What a service answered in place of success. */
export interface Refusal {
  status: number;
  headers: Headers;
  body: string;
}

const keyCodes = /^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken|InvalidSecurity|Unauthorized)$/;
const fullCodes = /^(\w*(Quota|Limit)Exceeded|InsufficientStorage|XMinioStorageFull|StorageFull)$/;
const regionCodes =
  /^(PermanentRedirect|TemporaryRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException)$/;
const busyCodes = /^(SlowDown|RequestTimeout|InternalError|ServiceUnavailable|TooManyRequests)$/;

/** The text between the first tags of a name in an error's XML; empty without. */
export function tagIn(xml: string, name: string): string {
  const start = xml.indexOf(`<${name}>`);
  const end = start < 0 ? -1 : xml.indexOf(`</${name}>`, start);
  return end < 0 ? '' : unescaped(xml.slice(start + name.length + 2, end));
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescaped(text: string): string {
  return text
    .replaceAll(/&(lt|gt|quot|apos|amp);/g, (_whole, name: string) => entities[name] ?? '')
    .replaceAll(/&#(\d{1,6});/g, (_whole, code: string) => String.fromCodePoint(Number(code)));
}

/** A code of S3's, or what stands for one: nothing that could be a text or a secret. */
export function codeOf({ body }: Refusal): string {
  const code = tagIn(body, 'Code');
  return /^\w{1,60}$/.test(code) ? code : '';
}

function problemOf({ status }: Refusal, code: string): BucketProblem {
  if (fullCodes.test(code) || status === 507) return 'full';
  if (code === 'RequestTimeTooSkewed') return 'clock';
  if (code === 'NoSuchBucket') return 'missing';
  if (regionCodes.test(code) || (status >= 300 && status < 400)) return 'region';
  if (keyCodes.test(code) || status === 401) return 'key';
  if (status === 403) return 'rights';
  return busyCodes.test(code) || status >= 500 || status === 429 || status === 408 ? 'away' : 'other';
}

export function refused(config: BucketConfig, refusal: Refusal): BucketError {
  const code = codeOf(refusal);
  const problem = problemOf(refusal, code);
  const answer = code === '' ? `HTTP ${refusal.status}` : `HTTP ${refusal.status}, ${code}`;
  return new BucketError(problem, `${nameOf(config)} ${adviceOf(problem, answer, refusal)}`);
}

export function unreached(config: BucketConfig, error: unknown): BucketError {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  // An error of several addresses has a code alone.
  const code = (cause as { code?: unknown }).code;
  const reason = errorMessage(cause) || (typeof code === 'string' ? code : 'no connection');
  const advice = 'Check files.s3.endpoint, and that the service runs.';
  return new BucketError('away', `${nameOf(config)} can't be reached: ${reason}. ${advice}`, error);
}

export const nameOf = ({ bucket, endpoint }: BucketConfig): string => `The bucket ${bucket} at ${endpoint}`;

function adviceOf(problem: BucketProblem, answer: string, { headers, body }: Refusal): string {
  switch (problem) {
    case 'away':
      return `doesn't work right now (${answer}). Look at the state of the service.`;
    case 'key':
      return `refuses the key (${answer}). Check S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY in .env.`;
    case 'rights':
      return `doesn't let the key do this (${answer}). The key needs s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on its objects.`;
    case 'missing':
      return "doesn't exist. Create it, or set files.s3.bucket to the name of another.";
    case 'region': {
      const named = headers.get('x-amz-bucket-region') ?? tagIn(body, 'Region');
      const region = /^[\w-]{1,40}$/.test(named) ? ` to ${named}` : '';
      return `is in another region (${answer}). Set files.s3.region${region}, and files.s3.endpoint to match it.`;
    }
    case 'clock':
      return "refuses requests because this machine's clock is wrong. Set the clock.";
    case 'full':
      return `has no room left (${answer}). Raise its quota, or lower files.maxMb.`;
    case 'other':
      return `refuses a request (${answer}). Check files.s3.`;
  }
}
