/** A REST request as `GET /_control/requests` shows it. */
export interface RecordedRequest {
  n: number;
  method: string;
  /** The concrete path without `/api` and version. */
  route: string;
  /** Parsed JSON; of multipart the payload plus a summary of each file. */
  body: unknown;
  /** null until answered. */
  status: number | null;
  /** When it arrived, milliseconds since 1970. */
  at: number;
  /** Whose token it carried. */
  userId: string | null;
}

const KEPT_REQUESTS = 10_000;

/** The latest requests in the order of their arrival. */
export class RequestRecorder {
  #requests: RecordedRequest[] = [];
  #count = 0;

  begin(request: Omit<RecordedRequest, 'n' | 'status' | 'body'>): RecordedRequest {
    this.#count += 1;
    const recorded: RecordedRequest = { n: this.#count, ...request, body: null, status: null };
    this.#requests.push(recorded);
    if (this.#requests.length >= 2 * KEPT_REQUESTS) this.#requests = this.#requests.slice(-KEPT_REQUESTS);
    return recorded;
  }

  since(n: number): RecordedRequest[] {
    const first = this.#requests[0]?.n ?? 0;
    return this.#requests.slice(Math.max(0, n + 1 - first, this.#requests.length - KEPT_REQUESTS));
  }

  get last(): number {
    return this.#count;
  }
}
