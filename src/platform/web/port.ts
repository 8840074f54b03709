/** A request to a foreign address. */
export interface WebRequest {
  /** Limit of the decompressed body; more is `web/too-large`. */
  maxBytes: number;
  /** For name resolution, redirects and body together. 15 s by default, at most a minute. */
  timeoutMs?: number;
  /** The Accept header: `image/*`. */
  accept?: string;
  signal?: AbortSignal;
}

export interface WebResponse {
  /** The final address after redirects. */
  url: string;
  /** Any status except a redirect: 404 is an answer. */
  status: number;
  /** `content-type`, `content-language`, `content-disposition`, `etag`, `last-modified`, `cache-control`, `expires`, `retry-after`. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
  /** By the bytes where they show it, otherwise by the server, without parameters. */
  contentType: string;
}

/**
 * The one way to foreign addresses, which strangers choose. Allows http and https only, on ports 80 and 443 (and those
 * of the settings), and at most five redirects. Each address is checked, must be on the public internet, and is exactly
 * the one connected to. Bytes, headers and time are limited. Sends no cookies or credentials.
 *
 * Rejects with a VendorError whose code says why: `web/invalid-url`, `web/scheme`, `web/credentials`, `web/port`,
 * `web/address`, `web/unknown-host`, `web/redirects`, `web/too-large`, `web/headers-too-large`, `web/encoding`,
 * `web/timeout`, `web/unreachable`. Only the last two and `web/unknown-host` are worth a retry. An abort rejects with
 * the signal's reason.
 *
 * @example
 * const page = await context.web.fetch(url, { maxBytes: 2_000_000, accept: 'text/html', signal });
 * if (page.status !== 200 || page.contentType !== 'text/html') return;
 */
export interface Web {
  fetch(url: string, request: WebRequest): Promise<WebResponse>;
}
