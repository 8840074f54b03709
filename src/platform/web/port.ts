/** What may be asked of a foreign address. */
export interface WebRequest {
  /** Of the body, after decompression; more is `web/too-large`. */
  maxBytes: number;
  /** For everything together: names, redirects, body. 15 s unless given, at most a minute. */
  timeoutMs?: number;
  /** The Accept header: `image/*`. */
  accept?: string;
  signal?: AbortSignal;
}

export interface WebResponse {
  /** Where the answer came from, after redirects. */
  url: string;
  /** Any but a redirect: 404 is an answer. */
  status: number;
  /** `content-type`, `content-language`, `content-disposition`, `etag`, `last-modified`, `cache-control`, `expires`, `retry-after`. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
  /** As the bytes tell where they can, otherwise as the server says, without parameters. */
  contentType: string;
}

/**
 * The one way to foreign addresses, which strangers choose. Only http and https, on ports 80 and 443 (and those of the
 * settings). The address that is checked is the one that is connected to; so is each of at most five redirects. Addresses that
 * are not of the public internet are refused. Bytes, headers and time are bounded. No cookies, no credentials.
 *
 * Rejects with a VendorError whose code says why: `web/invalid-url`, `web/scheme`, `web/credentials`, `web/port`,
 * `web/address`, `web/unknown-host`, `web/redirects`, `web/too-large`, `web/headers-too-large`, `web/encoding`,
 * `web/timeout`, `web/unreachable`; only the last two and `web/unknown-host` are worth another try. An abort rejects with the
 * signal's reason.
 *
 * @example
 * const page = await context.web.fetch(url, { maxBytes: 2_000_000, accept: 'text/html', signal });
 * if (page.status !== 200 || page.contentType !== 'text/html') return;
 */
export interface Web {
  fetch(url: string, request: WebRequest): Promise<WebResponse>;
}
