import { isIP } from 'node:net';

const minuteMs = 60_000;
const mostAddresses = 10_000;

/** How often one address may ask without a key. In memory: what it guards is this process. */
export class VisitorRate {
  readonly #perMinute: number;
  readonly #taken = new Map<string, { count: number; untilMs: number }>();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Counts one request; how long to wait (ms) when it is one too many. Addresses of one IPv6 network count together. */
  take(address: string, nowMs: number): number | undefined {
    const name = networkOf(address);
    const found = this.#taken.get(name);
    if (found && found.untilMs > nowMs) {
      found.count += 1;
      return found.count > this.#perMinute ? found.untilMs - nowMs : undefined;
    }
    this.#taken.delete(name);
    this.#taken.set(name, { count: 1, untilMs: nowMs + minuteMs });
    // In the order in which they began, so that the first are the oldest.
    for (const [oldest, { untilMs }] of this.#taken) {
      if (untilMs > nowMs && this.#taken.size <= mostAddresses) break;
      this.#taken.delete(oldest);
    }
    return undefined;
  }
}

/** The first 64 bits of an IPv6 address, which one customer has to themselves. */
function networkOf(address: string): string {
  if (isIP(address) !== 6 || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const all = [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...rest];
  return all.slice(0, 4).join(':');
}
