import { createHmac, timingSafeEqual } from 'node:crypto';

/** A report as it arrives; the body before it is read as JSON. */
export interface SignedReport {
  /** `webhook-id`. */
  id: string | undefined;
  /** `webhook-timestamp`, in seconds. */
  timestamp: string | undefined;
  /** `webhook-signature`: one or more, with spaces between them. */
  signature: string | undefined;
  body: Uint8Array;
}

const PREFIX = 'whsec_';
/** Older and later ones may be repeated by somebody who listens. */
const TOLERANCE_SECONDS = 300;

/**
 * Whether a report is from who knows the secret (`whsec_…`), by the Standard Webhooks, which Replicate keeps to: HMAC-SHA256
 * over id, time and body. A report may come twice; that is for its reader to notice, by the id.
 */
export function isSignedReport(
  { id, timestamp, signature, body }: SignedReport,
  secret: string,
  nowMs: number,
): boolean {
  if (!id || !timestamp || !signature || !/^\d{1,12}$/.test(timestamp) || !secret.startsWith(PREFIX)) return false;
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return signature.split(' ').some((one) => {
    const [version, text = ''] = one.split(',');
    const given = Buffer.from(text, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}
