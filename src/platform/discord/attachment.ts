import { request } from 'undici';
import { VendorError } from '../../kernel/errors.ts';
import { translateError } from './errors.ts';

const FILE_ORIGINS = ['https://cdn.discordapp.com', 'https://media.discordapp.net'];
const TIMEOUT_MS = 30_000;

/** Where Discord keeps files: its own hosts, or whatever stands in for Discord. */
export function fileOrigins(apiBase: string | undefined): readonly string[] {
  return apiBase === undefined ? FILE_ORIGINS : [new URL(apiBase).origin];
}

/** Reads a file of at most `maxBytes` from one of `origins`, asking nobody else whatever the address says. */
export async function fetchAttachment(
  origins: readonly string[],
  url: string,
  maxBytes: number,
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
    const chunks: Buffer[] = [];
    let size = 0;
    // Leaving the loop early closes the connection.
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (Math.max(size, declared) > maxBytes) {
        throw new VendorError('discord/too-large', `The file has more than ${maxBytes} bytes`, { retryable: false });
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    signal?.throwIfAborted();
    throw translateError(error);
  }
}
