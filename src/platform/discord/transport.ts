import { STATUS_CODES } from 'node:http';
import type { RESTOptions } from '@discordjs/rest';
import { Agent, request } from 'undici';
import { discordCodes, NotDiscord } from './errors.ts';

/** Connections stay open, so that the first text of an answer need not wait for a handshake. */
const KEEP_ALIVE_MS = 60_000;
const MOST_CONNECTIONS = 64;
/** Said with a 429 although it is the matter of a job or a day, not of the route. */
const REFUSALS: readonly string[] = [discordCodes.tooManyOldEdits, discordCodes.dailyCommands];
const WITHOUT_BODY = [204, 205, 304];

export interface Transport {
  makeRequest: RESTOptions['makeRequest'];
  close(): Promise<void>;
}

/**
 * HTTP for `@discordjs/rest`. Bodies are read to their end, whatever becomes of them: the library leaves those of
 * refusals unread, which would keep their connections busy, and stops its clock before it reads the others.
 */
export function createTransport(): Transport {
  const agent = new Agent({ keepAliveTimeout: KEEP_ALIVE_MS, connections: MOST_CONNECTIONS });
  return {
    makeRequest: async (url, init) => {
      const headers = { ...(init.headers as Record<string, string>) };
      const answer = await request(url, {
        dispatcher: agent,
        method: init.method as 'GET',
        headers,
        body: await encode(init.body, headers),
        signal: init.signal as AbortSignal,
      });
      const bytes = await answer.body.arrayBuffer();
      const pairs = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
        value === undefined ? [] : [[name, String(value)]],
      );
      const type = answer.headers['content-type'];
      const isJson = /^application\/(?:[\w.+-]*\+)?json/i.test(String(type ?? ''));
      // The library takes any refusal for Discord's, and any 200 for what was asked for.
      const speaksForDiscord =
        isJson || bytes.byteLength === 0 || answer.statusCode === 429 || answer.statusCode >= 500;
      if (!speaksForDiscord) throw new NotDiscord(answer.statusCode, type === undefined ? type : String(type));
      const told = answer.statusCode === 429 ? readLimit(bytes) : {};
      if (told.retryAfter !== undefined && answer.headers['retry-after'] === undefined) {
        pairs.push(['retry-after', String(told.retryAfter)]);
      }
      const status = told.isRefusal ? 400 : answer.statusCode;
      const isEmpty = bytes.byteLength === 0;
      // The library would read an empty body as JSON because its type says so.
      if (isEmpty) pairs.splice(0, pairs.length, ...pairs.filter(([name]) => name.toLowerCase() !== 'content-type'));
      return new Response(isEmpty || WITHOUT_BODY.includes(status) ? null : bytes, {
        status,
        statusText: STATUS_CODES[status] ?? '',
        headers: pairs,
      });
    },
    close: () => agent.destroy(),
  };
}

/**
 * What the library does not look at in the body of a 429, each of which it takes for a limit that passes: how long to
 * wait (in seconds), and whether Discord refuses in this way what no waiting of ours brings about.
 */
function readLimit(bytes: ArrayBuffer): { retryAfter?: number; isRefusal?: boolean } {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // A page of whoever stands in front of Discord.
    return {};
  }
  if (body === null || typeof body !== 'object') return {};
  const { code, retry_after: retryAfter } = body as { code?: unknown; retry_after?: unknown };
  return {
    isRefusal: REFUSALS.includes(`discord/${String(code)}`),
    ...(typeof retryAfter === 'number' ? { retryAfter } : {}),
  };
}

/** A form becomes bytes, and its boundary a header. */
async function encode(body: unknown, headers: Record<string, string>): Promise<string | Buffer | null> {
  if (!(body instanceof FormData)) return (body as string | null | undefined) ?? null;
  const form = new Response(body);
  headers['Content-Type'] = form.headers.get('content-type') ?? '';
  return Buffer.from(await form.arrayBuffer());
}
