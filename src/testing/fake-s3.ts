/**
 * A service with the API of S3: one bucket, whose requests must be signed as "Authenticating Requests (AWS Signature Version 4)"
 * says. It checks signatures by itself, not with the client's code.
 */
import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BucketConfig } from '../platform/files/index.ts';

interface FakeObject {
  bytes: Buffer;
  writtenMs: number;
}

/** In place of the answer to one request. */
interface S3Fault {
  /** Meets only requests of this method. */
  method?: 'GET' | 'PUT' | 'DELETE';
  status?: number;
  code?: string;
  headers?: Readonly<Record<string, string>>;
  /** More of the error's XML. */
  xml?: string;
  /** Ends the connection without an answer, or in the middle of it. */
  cut?: 'before' | 'within';
  /** Never answers. */
  hang?: boolean;
  /** How many requests it meets; 1 by default. */
  times?: number;
}

export interface FakeS3 {
  readonly config: BucketConfig;
  readonly objects: Map<string, FakeObject>;
  /** `GET /bucket/key`, in order of arrival. */
  readonly requests: string[];
  /** Objects that one page of a list has. */
  pageSize: number;
  /** Milliseconds that its clock is ahead. */
  aheadMs: number;
  /** Meets the next requests. */
  fail(fault: S3Fault): void;
  /** Resolves when a request has arrived that is never answered. */
  hung(): Promise<void>;
  reset(): void;
  close(): Promise<void>;
}

const MOST_SKEW_MS = 15 * 60_000;

export async function startFakeS3(more: Partial<BucketConfig> = {}): Promise<FakeS3> {
  const faults: (S3Fault & { left: number })[] = [];
  let hung = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fake: FakeS3 = {
    config: {
      ...{ endpoint, region: 'eu-central-1', bucket: 'familiar-files', prefix: 'bot/', pathStyle: true },
      ...{ accessKeyId: 'AKIAFAKE', secretAccessKey: 'fake+secret/of=s3' },
      ...more,
    },
    objects: new Map(),
    requests: [],
    pageSize: 1000,
    aheadMs: 0,
    fail: (fault) => void faults.push({ ...fault, left: fault.times ?? 1 }),
    hung: () => hung.promise,
    reset: () => {
      faults.length = 0;
      fake.requests.length = 0;
      fake.objects.clear();
      Object.assign(fake, { pageSize: 1000, aheadMs: 0 });
      hung = Promise.withResolvers();
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const url = new URL(request.url ?? '/', endpoint);
    fake.requests.push(`${request.method} ${url.pathname}`);
    response.setHeader('date', new Date(nowMs()).toUTCString());
    const fault = faults.find(({ left, method = request.method }) => left > 0 && method === request.method);
    if (fault) {
      fault.left -= 1;
      return meet(fault, response);
    }
    const problem = problemOf(request, url, body);
    if (problem) return sendError(response, ...problem);
    const key = decodeURIComponent(url.pathname.slice(`/${fake.config.bucket}/`.length));
    if (key === '') return void response.end(list(url.searchParams));
    answer(request.method, key, body, response);
  }

  const nowMs = (): number => Date.now() + fake.aheadMs;

  function meet(fault: S3Fault, response: ServerResponse): void {
    if (fault.hang) return hung.resolve();
    if (fault.cut === 'before') return void response.destroy();
    if (fault.cut === 'within') {
      response.writeHead(200, { 'content-length': '1000' });
      return void response.write('half', () => void response.destroy());
    }
    sendError(response, fault.status ?? 500, fault.code ?? '', { headers: fault.headers, xml: fault.xml });
  }

  function problemOf(request: IncomingMessage, url: URL, body: Buffer): [number, string] | undefined {
    const signed = readAuthorization(request.headers.authorization ?? '');
    const { accessKeyId, region, bucket } = fake.config;
    if (signed?.accessKeyId !== accessKeyId) return [403, signed ? 'InvalidAccessKeyId' : 'AccessDenied'];
    if (signed.scope.split('/')[1] !== region) return [400, 'AuthorizationHeaderMalformed'];
    const date = String(request.headers['x-amz-date']);
    if (Math.abs(momentOf(date) - nowMs()) > MOST_SKEW_MS) return [403, 'RequestTimeTooSkewed'];
    if (request.headers['x-amz-content-sha256'] !== sha256(body)) return [400, 'XAmzContentSHA256Mismatch'];
    const expected = signatureOf(request, url, { ...signed, date, secret: fake.config.secretAccessKey });
    if (expected !== signed.signature) return [403, 'SignatureDoesNotMatch'];
    return url.pathname.split('/')[1] === bucket ? undefined : [404, 'NoSuchBucket'];
  }

  function answer(method: string | undefined, key: string, body: Buffer, response: ServerResponse): void {
    if (method === 'PUT') {
      fake.objects.set(key, { bytes: body, writtenMs: nowMs() });
      return void response.end();
    }
    if (method === 'DELETE') {
      fake.objects.delete(key);
      return void response.writeHead(204).end();
    }
    const found = fake.objects.get(key);
    if (found) response.end(found.bytes);
    else sendError(response, 404, 'NoSuchKey');
  }

  function list(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const after = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString();
    const keys = [...fake.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, Math.min(fake.pageSize, Number(query.get('max-keys'))));
    const isTruncated = page.length < keys.length;
    // The token has characters that XML and addresses write in their own ways.
    const token = isTruncated ? Buffer.from(page.at(-1) ?? '').toString('base64') : '';
    const contents = page.map((key) => {
      const at = new Date(fake.objects.get(key)?.writtenMs ?? 0).toISOString();
      return `<Contents><Key>${key}</Key><LastModified>${at}</LastModified><Size>1</Size></Contents>`;
    });
    const next = isTruncated ? `<NextContinuationToken>${token}</NextContinuationToken>` : '';
    return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`;
  }

  return fake;
}

function sendError(
  response: ServerResponse,
  status: number,
  code: string,
  { headers = {}, xml = '' }: { headers?: Readonly<Record<string, string>> | undefined; xml?: string | undefined } = {},
): void {
  response.writeHead(status, { 'content-type': 'application/xml', ...headers });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>No.</Message>${xml}</Error>`);
}

interface Signed {
  accessKeyId: string;
  /** `20261130/eu-central-1/s3/aws4_request` */
  scope: string;
  signedHeaders: string;
  signature: string;
}

function readAuthorization(header: string): Signed | undefined {
  const [, accessKeyId, scope, signedHeaders, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(header) ??
    [];
  if (!accessKeyId || !scope || !signedHeaders || !signature) return undefined;
  return { accessKeyId, scope, signedHeaders, signature };
}

/** `20261130T120000Z` */
function momentOf(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

function signatureOf(
  request: IncomingMessage,
  url: URL,
  { scope, signedHeaders, date, secret }: Signed & { date: string; secret: string },
): string {
  const query = [...url.searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
  const headers = signedHeaders.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = [
    request.method,
    url.pathname
      .split('/')
      .map((part) => encoded(decodeURIComponent(part)))
      .join('/'),
    query,
    headers.join(''),
    signedHeaders,
    String(request.headers['x-amz-content-sha256']),
  ].join('\n');
  const [day = '', region = '', service = '', end = ''] = scope.split('/');
  const key = [day, region, service, end].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString('hex');
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
