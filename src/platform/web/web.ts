import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, request as ask } from 'undici';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../kernel/clock.ts';
import { trustedMediaType } from '../../kernel/media-type.ts';
import { isPublicAddress } from './address.ts';
import { acceptedEncodings, readBody } from './body.ts';
import { translate, webError } from './failure.ts';
import type { Web, WebRequest, WebResponse } from './port.ts';

/** Every address of a name. Rejects when there is none. */
export type Resolve = (hostname: string) => Promise<readonly { address: string; family: 4 | 6 }[]>;

export interface WebOptions {
  clock: Clock;
  /** In addition to 80 and 443. */
  ports?: readonly number[];
  /** The machine's own resolver by default. */
  resolve?: Resolve;
  /** Allowed although they aren't public. For tests with servers on this machine. */
  allowAddresses?: readonly string[];
}

const mostRedirects = 5;
const headerBytes = 16 * 1024;
const mostUrlLength = 4096;
const defaultTimeoutMs = 15_000;
const mostTimeoutMs = 60_000;
const userAgent = 'Familiar (self-hosted Discord bot; fetches what members link to)';
const toldHeaders = [
  ...['content-type', 'content-language', 'content-disposition', 'etag', 'last-modified', 'cache-control', 'expires'],
  'retry-after',
];

const systemResolve: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true, verbatim: true })).map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
  }));

export function createWeb(options: WebOptions): Web {
  const ports = new Set([80, 443, ...(options.ports ?? [])]);
  const isAllowed = (address: string) => isPublicAddress(address) || (options.allowAddresses ?? []).includes(address);
  const connect = connector(options.resolve ?? systemResolve, isAllowed);
  return {
    fetch: async (url, request) => {
      const late = new AbortController();
      const timeoutMs = Math.min(mostTimeoutMs, request.timeoutMs ?? defaultTimeoutMs);
      const timer = options.clock.after(timeoutMs, () =>
        late.abort(webError('timeout', `There was no complete answer within ${timeoutMs} ms`)),
      );
      const signal = request.signal ? AbortSignal.any([request.signal, late.signal]) : late.signal;
      try {
        return await follow({ url, request, signal, connect, check: (one) => checkUrl(one, ports, isAllowed) });
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        timer.cancel();
      }
    },
  };
}

interface Journey {
  url: string;
  request: WebRequest;
  signal: AbortSignal;
  connect: buildConnector.connector;
  check: (url: string) => URL;
}

async function follow({ url, request, signal, connect, check }: Journey): Promise<WebResponse> {
  let target = check(url);
  for (let redirects = 0; ; redirects += 1) {
    signal.throwIfAborted();
    // A new agent per step: a connection that was checked for one name never serves another.
    const agent = new Agent({
      connect,
      maxHeaderSize: headerBytes,
      // Our own timeout covers the whole request.
      ...{ headersTimeout: 0, bodyTimeout: 0, connectTimeout: 0 },
    });
    try {
      const response = await ask(target, { dispatcher: agent, signal, headers: headersOf(request) });
      const location = redirectOf(response);
      if (location === undefined) return await answerOf(target, response, request, signal);
      if (redirects === mostRedirects) throw webError('redirects', `There are more than ${mostRedirects} redirects`);
      target = check(absolute(location, target));
    } catch (error) {
      throw translate(error, target.host);
    } finally {
      await agent.destroy();
    }
  }
}

const headersOf = ({ accept }: WebRequest): Record<string, string> => ({
  'user-agent': userAgent,
  accept: accept ?? '*/*',
  'accept-encoding': acceptedEncodings,
});

/** Every check that needs no network. The URL parser has already normalised the address. */
function checkUrl(text: string, ports: ReadonlySet<number>, isAllowed: (address: string) => boolean): URL {
  if (text.length > mostUrlLength || !URL.canParse(text)) throw webError('invalid-url', 'This is not a web address');
  const url = new URL(text);
  const { protocol, username, password, port } = url;
  if (protocol !== 'http:' && protocol !== 'https:') throw webError('scheme', 'Only http and https are allowed');
  if (username !== '' || password !== '')
    throw webError('credentials', 'Addresses with a name or password are refused');
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  if (!ports.has(number)) throw webError('port', `Port ${number} is refused`);
  const host = hostOf(url);
  if (isIP(host) !== 0 && !isAllowed(host)) throw refusedAddress(host);
  url.hash = '';
  return url;
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

const refusedAddress = (host: string) => webError('address', `${host} is not an address of the public internet`);

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData): string | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  const { location } = headers;
  return Array.isArray(location) ? location[0] : location;
}

function absolute(location: string, base: URL): string {
  if (location.length > mostUrlLength || !URL.canParse(location, base.href)) {
    throw webError('invalid-url', 'A redirect leads nowhere');
  }
  return new URL(location, base).href;
}

async function answerOf(
  url: URL,
  { statusCode, headers, body }: Dispatcher.ResponseData,
  { maxBytes }: WebRequest,
  signal: AbortSignal,
): Promise<WebResponse> {
  const first = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const [encoding, length] = [first('content-encoding'), first('content-length')];
  const bytes = await readBody(body, { encoding, length, maxBytes, signal });
  const told = toldHeaders.flatMap((name): [string, string][] => {
    const value = first(name);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    url: url.href,
    status: statusCode,
    headers: Object.fromEntries(told),
    body: bytes,
    contentType: trustedMediaType(bytes, first('content-type')),
  };
}

/**
 * Connects only to checked addresses. The name is looked up once, all its addresses must be allowed, and the socket
 * gets those same addresses. So a name that changes between check and connection gains nothing.
 */
function connector(resolve: Resolve, isAllowed: (address: string) => boolean): buildConnector.connector {
  const find: LookupFunction = (hostname, { all }, callback) => {
    resolve(hostname).then(
      (found) => {
        const [first] = found;
        if (!first) return callback(webError('unknown-host', `${hostname} has no address`), '');
        if (!found.every(({ address }) => isAllowed(address))) return callback(refusedAddress(hostname), '');
        return all ? callback(null, [...found]) : callback(null, first.address, first.family);
      },
      (error: unknown) => callback(webError('unknown-host', `${hostname} has no address`, error), ''),
    );
  };
  const dial = buildConnector({ lookup: find, timeout: 0, allowH2: false });
  return (options, callback) =>
    dial(options, (error, socket) => {
      if (error) return callback(error, null);
      // A last check: a socket that leads elsewhere isn't used.
      if (!isAllowed(socket.remoteAddress ?? '')) {
        socket.destroy();
        return callback(refusedAddress(options.hostname), null);
      }
      return callback(null, socket);
    });
}
