import { isIP } from 'node:net';
import { hostname } from 'node:os';

/**
 * Whether a Host header is one that this server may be asked under. By DNS rebinding a web page can have a browser send
 * requests here under a name of the page's own, and read the answers. A name must therefore be known; an address cannot
 * be rebound. `undefined` is a client that names none, as old health checks do and no browser does.
 */
export function isAllowedHost(header: string | undefined, allowed: readonly string[]): boolean {
  if (header === undefined) return true;
  const name = nameIn(header);
  if (name === undefined) return false;
  if (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return true;
  return [hostname(), ...allowed].some((one) => plain(one) === name);
}

/** Without its port, and an IPv6 address without its brackets; undefined for what is no host. */
function nameIn(header: string): string | undefined {
  const [, bracketed, bare] = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([\w.-]{1,253}))(?::\d{1,5})?$/.exec(header) ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? bracketed : undefined;
  return bare === undefined ? undefined : plain(bare);
}

/** Names are the same whatever their case, and with the dot that ends a full one. */
const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '');
