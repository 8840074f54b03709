import { VendorError } from '../../../../kernel/errors.ts';
import { modelError } from '../../errors.ts';
import { guardedFetch } from '../../wire/guarded-fetch.ts';
import { readBytes, readFields, unreadable, webPage } from '../call.ts';
import type { Attempt } from '../call.ts';
import { imageOf } from '../image.ts';
import type { DrawnImage } from '../port.ts';

/** Of one image in base64, above what any model makes. */
export const MOST_IMAGE_BYTES = 24_000_000;
/** Of all images in one answer. */
export const MOST_BYTES = 128_000_000;
/** Of an answer without images. */
const MOST_FIELD_BYTES = 1_000_000;
const FETCH_MS = 60_000;

/** The headers that carry a key. */
export type Authorize = (apiKey: string) => Record<string, string>;

export const bearer: Authorize = (apiKey) => (apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` });

/** For servers of one's own: `name:password` is sent as such, anything else as a token. */
export const basicOrBearer: Authorize = (apiKey) =>
  apiKey.includes(':') ? { authorization: `Basic ${Buffer.from(apiKey).toString('base64')}` } : bearer(apiKey);

export interface Asked {
  /** `GET` unless given. */
  method?: string;
  /** Below the provider's address. */
  path: string;
  headers?: Record<string, string>;
  /** A form, or what becomes JSON. */
  body?: FormData | Readonly<Record<string, unknown>>;
  /** `bearer` unless given. */
  authorize?: Authorize;
  /** The call's own unless given. */
  signal?: AbortSignal;
}

/** One request; the body of the answer is still to be read through a bound. */
export function ask(attempt: Attempt, asked: Asked): Promise<Response> {
  return askAt(attempt, `${attempt.baseUrl}${asked.path}`, asked);
}

function askAt(attempt: Attempt, url: string, asked: Omit<Asked, 'path'>): Promise<Response> {
  const { provider, apiKey, clock } = attempt;
  const { method = 'GET', body, authorize = bearer, signal = attempt.signal } = asked;
  const isJson = body !== undefined && !(body instanceof FormData);
  const headers = { ...(isJson && { 'content-type': 'application/json' }), ...authorize(apiKey), ...asked.headers };
  const content = body === undefined ? {} : { body: isJson ? JSON.stringify(body) : body };
  return guardedFetch(url, { method, headers, signal, ...content }, { provider, clock, apiKey });
}

/** The answer as a JSON object, with the status it came with. `most` bounds it, in bytes. */
export async function askFields(
  attempt: Attempt,
  asked: Asked & { most?: number },
): Promise<{ status: number; fields: Record<string, unknown> }> {
  const response = await ask(attempt, asked);
  const reader = { provider: attempt.provider, signal: asked.signal ?? attempt.signal };
  const fields = await readFields({ ...attempt, ...reader }, response, asked.most ?? MOST_FIELD_BYTES);
  return { status: response.status, fields };
}

/**
 * The bytes at an address that a provider gives: a data URL, one at its own address, which gets the key, or any public one,
 * which doesn't.
 */
export async function bytesAt(attempt: Attempt, address: string, authorize?: Authorize): Promise<Uint8Array> {
  const { provider, baseUrl, web, signal } = attempt;
  if (address.startsWith('data:')) return decodeData(attempt, address);
  if (!URL.canParse(address, baseUrl)) throw unreadable(provider, 'something that is no address of an image');
  const url = new URL(address, baseUrl);
  if (url.origin === new URL(baseUrl).origin) {
    const response = await askAt(attempt, url.href, authorize ? { authorize } : {});
    return readBytes(attempt, response, MOST_IMAGE_BYTES);
  }
  if (!web) throw unfetched(provider, 'it is at another address');
  try {
    const { status, body } = await web.fetch(url.href, {
      ...{ maxBytes: MOST_IMAGE_BYTES, timeoutMs: FETCH_MS, accept: 'image/*', signal },
    });
    if (status === 200) return body;
    throw unfetched(provider, `HTTP ${status}`, status >= 500);
  } catch (error) {
    // Whoever pays for another attempt decides that; what the address leads to stays out of the message.
    if (error instanceof VendorError && error.code.startsWith('web/')) {
      throw unfetched(provider, error.code, error.retryable);
    }
    throw error;
  }
}

function unfetched(provider: string, why: string, retryable = false): Error {
  return modelError('model/failed', `${provider}: its image can't be fetched (${why})`, { retryable });
}

function decodeData({ provider }: Attempt, address: string): Uint8Array {
  const comma = address.indexOf(',');
  if (comma < 0 || !/;base64$/i.test(address.slice(0, comma)) || address.length > 2 * MOST_IMAGE_BYTES) {
    throw unreadable(provider, 'something that is no image');
  }
  return Buffer.from(address.slice(comma + 1), 'base64');
}

type Extras = Pick<DrawnImage, 'seed' | 'revisedPrompt'>;

/** Throws for what is no image. */
export function imageFrom({ provider }: Attempt, bytes: Uint8Array, extras: Extras = {}): DrawnImage {
  const facts = imageOf(bytes);
  if (facts) return { bytes, ...facts, ...extras };
  if (Buffer.from(bytes.subarray(0, 200)).toString('latin1').trimStart().startsWith('<')) throw webPage(provider);
  throw unreadable(provider, 'something that is no image');
}

/** Of an entry that should be base64, with or without the beginning of a data URL. */
export function imageFromText(attempt: Attempt, text: unknown, extras: Extras = {}): DrawnImage {
  if (typeof text !== 'string' || text === '') throw unreadable(attempt.provider, 'something that is no image');
  const bytes = text.startsWith('data:') ? decodeData(attempt, text) : Buffer.from(text, 'base64');
  return imageFrom(attempt, bytes, extras);
}

/** A number that a provider tells as a number or as text. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,20}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
