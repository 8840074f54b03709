/** What a planted fault does to a request or a gateway event. */
export interface FaultAnswer {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** Wait so long first; alone, the request then goes on as usual. */
  delayMs?: number;
  /** Requests: cut the connection. Events: close the gateway connection (with this code when it is a number). */
  close?: boolean | number;
  /** Requests: take it, do it, and never answer. Events: never deliver it. */
  drop?: boolean;
  /** Requests: take it, do it, and answer 200 with an empty body, as some servers with Discord's API do. */
  empty?: boolean;
}

interface Fault {
  match: { method?: string; route?: string; event?: string };
  /** How often it still strikes. */
  times: number;
  answer: FaultAnswer;
}

/** Faults planted by tests; the first that matches strikes and is used up once. */
export class Faults {
  #faults: Fault[] = [];

  add(fault: Fault): void {
    this.#faults.push(fault);
  }

  clear(): void {
    this.#faults = [];
  }

  /** `route` is the pattern (`/channels/{channel_id}/messages`), `path` the concrete path; a fault may name either. */
  takeForRequest(method: string, route: string, path: string): FaultAnswer | undefined {
    if (this.#faults.length === 0) return undefined;
    return this.#take(({ match }) => {
      if (match.event !== undefined) return false;
      if (match.method !== undefined && match.method.toUpperCase() !== method) return false;
      return match.route === undefined || matchesRoute(match.route, route, path);
    });
  }

  takeForEvent(event: string): FaultAnswer | undefined {
    if (this.#faults.length === 0) return undefined;
    return this.#take(({ match }) => match.event === event);
  }

  #take(matches: (fault: Fault) => boolean): FaultAnswer | undefined {
    const index = this.#faults.findIndex(matches);
    const fault = this.#faults[index];
    if (fault === undefined) return undefined;
    fault.times -= 1;
    if (fault.times <= 0) this.#faults.splice(index, 1);
    return fault.answer;
  }
}

/** `*` stands for any text without a slash, `**` for any text; parameter names do not matter. */
function matchesRoute(wanted: string, route: string, path: string): boolean {
  const withoutNames = (pattern: string): string => pattern.replace(/\{[^}]*\}|:[a-z_]+/gi, '{}');
  const plain = withoutNames(wanted.replace(/^\/api(?:\/v\d+)?(?=\/)/, ''));
  if (plain === withoutNames(route)) return true;
  const source = plain
    .replace(/[.+?^$()|[\]\\]/g, '\\$&')
    .replaceAll('{}', '[^/]+')
    .replaceAll('**', '\u0000')
    .replaceAll('*', '[^/]*')
    .replaceAll('\u0000', '.*');
  return new RegExp(`^${source}$`).test(path);
}
