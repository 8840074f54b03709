import type { IncomingMessage } from 'node:http';

const LOOPBACK_NAMES: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];
const LOOPBACK_ADDRESSES: readonly string[] = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];

function isLoopbackHost(host: string): boolean {
  return host === '::1' || LOOPBACK_NAMES.includes(host);
}

/**
 * Keeps web pages of other origins away. A page can make a browser send requests here, and by DNS rebinding even read
 * the answers: the Host header must name this machine, and an Origin, where one is sent, must be ours.
 */
export class RequestGuard {
  #isLoopbackOnly: boolean;

  constructor(boundHost: string) {
    this.#isLoopbackOnly = isLoopbackHost(boundHost);
  }

  /** Why the request is refused, or undefined. */
  refusal(request: IncomingMessage): string | undefined {
    const host = request.headers.host;
    if (host === undefined) return 'The Host header is missing.';
    if (this.#isLoopbackOnly && !namesLoopback(host)) {
      return `The Host ${host} does not name this machine. Use 127.0.0.1 or localhost, or set HOST.`;
    }
    const { origin } = request.headers;
    if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) {
      return `Requests from pages of ${origin} are refused.`;
    }
    return undefined;
  }

  /** The control interface hears this machine alone, whatever address is bound. */
  controlRefusal(request: IncomingMessage): string | undefined {
    const { host } = request.headers;
    const address = request.socket.remoteAddress ?? '';
    if (!LOOPBACK_ADDRESSES.includes(address) || host === undefined || !namesLoopback(host)) {
      return 'The control interface answers only on this machine, under 127.0.0.1 or localhost.';
    }
    return this.refusal(request);
  }
}

function namesLoopback(host: string): boolean {
  return LOOPBACK_NAMES.includes(host.replace(/:\d+$/, '').toLowerCase());
}
