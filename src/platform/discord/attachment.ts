import { request } from 'undici';
import { VendorError } from '../../kernel/errors.ts';
import { translateError } from './errors.ts';

const FILE_ORIGINS = ['https://cdn.discordapp.com', 'https://media.discordapp.net'];
const TIMEOUT_MS = 30_000;

/** Where Discord keeps files: its own hosts, or whatever stands in for Discord. */
export function fileOrigins(apiBase: string | undefined): readonly string[] {
  return apiBase === undefined ? FILE_ORIGINS : [new URL(apiBase).origin];
}

/** The largest size in bytes that is read, by the beginning of a file where it depends on what that is. */
export type SizeLimit = number | ((head: Uint8Array) => number);

/**
 * Reads a file of at most `maxBytes` from one of `origins`, asking nobody else whatever the address says. A function is
 * asked once, with the first 4096 bytes or the whole file; what is beyond its limit is left unread.
 */
export async function fetchAttachment(
  origins: readonly string[],
  url: string,
  maxBytes: SizeLimit,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  if (!URL.canParse(url) || !origins.includes(new URL(url).origin)) {
    throw new VendorError('discord/foreign-file', 'The file is not one of Discord’s', { retryable: false });
  }
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const answer = await request(url, { signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
    if (answer.statusCode !== 200) {
      answer.body.destroy();
      throw new VendorError(`discord/${answer.statusCode}`, `The file was answered with ${answer.statusCode}`, {
        retryable: answer.statusCode >= 500,
      });
    }
    const declared = Number(answer.headers['content-length'] ?? 0);
    return await readBody(answer.body as AsyncIterable<Buffer>, declared, maxBytes);
  } catch (error) {
    signal?.throwIfAborted();
    throw translateError(error);
  }
}

const HEAD_BYTES = 4096;

/** Holds the file once, not a second time to join its pieces. Leaving early closes the connection. */
async function readBody(body: AsyncIterable<Buffer>, declared: number, maxBytes: SizeLimit): Promise<Uint8Array> {
  let limit = typeof maxBytes === 'number' ? maxBytes : undefined;
  let file = Buffer.alloc(0);
  let size = 0;
  const check = (bytes: number) => {
    if (limit === undefined || bytes <= limit) return;
    throw new VendorError('discord/too-large', `The file has more than ${limit} bytes`, { retryable: false });
  };
  check(declared);
  for await (const chunk of body) {
    check(size + chunk.length);
    if (size + chunk.length > file.length) {
      // Untouched memory costs nothing, so room is made for all that may come.
      const room = Math.max(size + chunk.length, limit === undefined ? HEAD_BYTES : declared || limit);
      const larger = Buffer.allocUnsafeSlow(room);
      file.copy(larger, 0, 0, size);
      file = larger;
    }
    chunk.copy(file, size);
    size += chunk.length;
    if (typeof maxBytes === 'function' && limit === undefined && size >= HEAD_BYTES) {
      limit = maxBytes(file.subarray(0, size));
      check(Math.max(size, declared));
    }
  }
  if (typeof maxBytes === 'function' && limit === undefined) {
    limit = maxBytes(file.subarray(0, size));
    check(size);
  }
  return file.subarray(0, size);
}
