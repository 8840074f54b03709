import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../kernel/clock.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { createWeb } from './index.ts';
import type { Resolve, WebOptions, WebRequest } from './index.ts';

/** 127.0.0.1 stands for a public server, 127.0.0.2 for one of the private network. */
const [publicAddress, privateAddress] = ['127.0.0.1', '127.0.0.2'];

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
let handler: Handler = () => {};
const reached: string[] = [];
let [open, closed]: Server[] = [];
let port = 0;

beforeAll(async () => {
  const listen = async (address: string, onPort: number, handle: Handler) => {
    const server = createServer((request, response) => {
      reached.push(`${address} ${request.headers.host ?? ''}${request.url ?? ''}`);
      handle(request, response);
    });
    await new Promise<void>((resolve) => server.listen(onPort, address, resolve));
    return server;
  };
  open = await listen(publicAddress, 0, (request, response) => handler(request, response));
  port = (open.address() as AddressInfo).port;
  closed = await listen(privateAddress, port, (_, response) => response.end('secret'));
});
afterAll(() => {
  for (const server of [open, closed]) {
    server?.closeAllConnections();
    server?.close();
  }
});
afterEach(() => {
  reached.length = 0;
  open?.closeAllConnections();
});

const asked: string[] = [];
/** Names with their addresses, one answer per lookup; the last one repeats. */
function resolver(names: Record<string, readonly string[][]>): Resolve {
  const answers = new Map(Object.entries(names).map(([name, all]) => [name, [...all]]));
  return async (hostname) => {
    asked.push(hostname);
    const left = answers.get(hostname);
    const found = left && left.length > 1 ? left.shift() : left?.[0];
    if (!found) throw new Error('ENOTFOUND');
    return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
}

const names = {
  'public.test': [[publicAddress]],
  'xn--bcher-kva.test': [[publicAddress]],
  localhost: [[privateAddress]],
};
function web(options: Partial<WebOptions> = {}) {
  const resolve = resolver(names);
  return createWeb({ clock: systemClock, resolve, ports: [port], allowAddresses: [publicAddress], ...options });
}
const get = (url: string, options: Partial<WebOptions> = {}, request: Partial<WebRequest> = {}) =>
  web(options).fetch(url, { maxBytes: 1000, ...request });
const at = (host: string, path = '/'): string => `http://${host}:${port}${path}`;

/** Redirects to these locations in turn, then answers "here". */
function redirecting(...locations: string[]): void {
  const left = [...locations];
  handler = (_, response) => {
    const location = left.shift();
    if (location === undefined) response.end('here');
    else response.writeHead(302, { location }).end('not read');
  };
}

describe('a foreign address', () => {
  it('is fetched with an honest User-Agent and nothing private', async () => {
    let sent: IncomingMessage['headers'] = {};
    handler = ({ headers }, response) => {
      sent = headers;
      response.setHeader('set-cookie', 'a=b');
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.writeHead(404).end('<p>gone');
    };
    const found = await get(at('public.test', '/page?q=1#part'), {}, { accept: 'text/html' });
    expect({ ...found, body: Buffer.from(found.body).toString() }).toEqual({
      url: at('public.test', '/page?q=1'),
      status: 404,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: '<p>gone',
      contentType: 'text/html',
    });
    expect(Object.keys(sent).sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
    expect(sent).toMatchObject({ accept: 'text/html', 'user-agent': expect.stringContaining('Familiar') as string });
  });

  it('has the type that its bytes show', async () => {
    handler = (_, response) => {
      response.writeHead(200, { 'content-type': 'image/png' }).end('GIF89a and so on');
    };
    expect((await get(at('public.test'))).contentType).toBe('image/gif');
  });

  it('can have an international name', async () => {
    handler = (_, response) => response.end('Bücher');
    await get(at('bücher.test'));
    expect(reached).toEqual([`${publicAddress} xn--bcher-kva.test:${port}/`]);
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const)('is decompressed from %s', async (encoding, pack) => {
    handler = (_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(pack('packed'));
    expect(Buffer.from((await get(at('public.test'))).body).toString()).toBe('packed');
  });

  it('redirects at most five times', async () => {
    redirecting('/1', at('public.test', '/2'), '3', '//public.test:' + port + '/4', '/5');
    expect(await get(at('public.test'))).toMatchObject({ url: at('public.test', '/5'), status: 200 });
    redirecting('/1', '/2', '/3', '/4', '/5', '/6');
    await expect(get(at('public.test'))).rejects.toMatchObject({ code: 'web/redirects' });
  });
});

describe('an address that is refused without a connection', () => {
  it.each([
    ['ftp://public.test/', 'web/scheme'],
    ['file:///etc/passwd', 'web/scheme'],
    ['data:text/plain,hello', 'web/scheme'],
    ['public.test', 'web/invalid-url'],
    [`http://public.test/${'x'.repeat(5000)}`, 'web/invalid-url'],
    ['http://public.test:22/', 'web/port'],
    ['https://public.test:80443/', 'web/invalid-url'],
    ['http://alice@public.test/', 'web/credentials'],
    ['http://alice:secret@public.test/', 'web/credentials'],
    // The spellings of 127.0.0.2, and others of this machine.
    ...['127.0.0.2', '2130706434', '0x7f000002', '0177.0.0.2', '127.2', '0x7f.0x2', '１２７.0.0.2', '127.0.0.2.'].map(
      (host) => [`http://${host}/`, 'web/address'] as const,
    ),
    ...['0', '0.0.0.0', '[::]', '[::1]', '[::ffff:127.0.0.2]', '[::ffff:7f00:2]', '[64:ff9b::127.0.0.2]'].map(
      (host) => [`http://${host}/`, 'web/address'] as const,
    ),
    ...['[2002:7f00:2::]', '169.254.169.254', '[fd00:ec2::254]', '10.0.0.1', '[fe80::1]', '224.0.0.1', '192.0.2.1'].map(
      (host) => [`http://${host}/`, 'web/address'] as const,
    ),
  ] satisfies (readonly [string, string])[])('is %s', async (url: string, code: string) => {
    asked.length = 0;
    await expect(get(url)).rejects.toMatchObject({ code, retryable: false });
    expect([asked, reached]).toEqual([[], []]);
  });

  it.each([
    ['http://127.0.0.2:PORT/', 'web/address'],
    ['http://[::1]:PORT/', 'web/address'],
    ['http://2130706434:PORT/', 'web/address'],
    ['//localhost:PORT/', 'web/address'],
    ['http://public.test:22/', 'web/port'],
    ['gopher://public.test/', 'web/scheme'],
    ['http://a:b@public.test:PORT/', 'web/credentials'],
    ['http://[', 'web/invalid-url'],
  ])('is not reached by a redirect to %s either', async (location, code) => {
    redirecting(location.replace('PORT', String(port)));
    await expect(get(at('public.test'))).rejects.toMatchObject({ code });
    expect(reached).toEqual([`${publicAddress} public.test:${port}/`]);
  });
});

describe('a name', () => {
  it('with a private address is refused, even if it has a public one too', async () => {
    const resolve = resolver({ 'inside.test': [[privateAddress]], 'both.test': [[publicAddress, privateAddress]] });
    for (const host of ['inside.test', 'both.test']) {
      await expect(get(at(host), { resolve })).rejects.toMatchObject({ code: 'web/address' });
    }
    expect(reached).toEqual([]);
  });

  it('that changes leads to the checked address, and is checked again at a redirect', async () => {
    const resolve = resolver({ 'rebind.test': [[publicAddress], [privateAddress]] });
    asked.length = 0;
    redirecting(at('rebind.test', '/again'));
    await expect(get(at('rebind.test'), { resolve })).rejects.toMatchObject({ code: 'web/address' });
    expect(asked).toEqual(['rebind.test', 'rebind.test']);
    expect(reached).toEqual([`${publicAddress} rebind.test:${port}/`]);
  });

  it("that doesn't resolve is worth a retry", async () => {
    await expect(get(at('nobody.test'))).rejects.toMatchObject({ code: 'web/unknown-host', retryable: true });
  });
});

describe('an endless answer', () => {
  it('is read up to the limit, whatever its Content-Length', async () => {
    handler = (_, response) => {
      response.writeHead(200, { 'content-length': '5000' });
      response.write('x');
    };
    await expect(get(at('public.test'))).rejects.toMatchObject({ code: 'web/too-large' });
    let sent = 0;
    handler = (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(500))) sent += 500;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    await expect(get(at('public.test'))).rejects.toMatchObject({ code: 'web/too-large' });
    expect(sent).toBeLessThan(20_000_000);
  });

  it('is decompressed up to the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    for (const [encoding, packed] of [
      ['gzip', bomb],
      ['gzip, gzip', gzipSync(bomb)],
    ] as const) {
      handler = (_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(packed);
      await expect(get(at('public.test'), {}, { maxBytes: 1_000_000 })).rejects.toMatchObject({
        code: 'web/too-large',
      });
    }
  });

  it.each([
    ['gzip', 'not packed at all'],
    ['compress', 'old'],
    ['gzip, gzip, gzip', 'too often'],
  ])('with a wrong encoding (%s) is refused', async (encoding, body) => {
    handler = (_, response) => response.writeHead(200, { 'content-encoding': encoding }).end(body);
    await expect(get(at('public.test'))).rejects.toMatchObject({ code: 'web/encoding' });
  });

  it('with too many headers is refused', async () => {
    handler = (_, response) => {
      for (let number = 0; number < 100; number += 1) response.setHeader(`x-${number}`, 'y'.repeat(400));
      response.end('here');
    };
    await expect(get(at('public.test'))).rejects.toMatchObject({ code: 'web/headers-too-large' });
  });

  it('ends at the time limit, before the first byte and after', async () => {
    for (const first of ['', 'slowly ']) {
      const clock = createManualClock(0);
      handler = (_, response) => (first === '' ? undefined : response.write(first));
      const fetching = get(at('public.test'), { clock }, { timeoutMs: 3000 });
      const failing = expect(fetching).rejects.toMatchObject({ code: 'web/timeout', retryable: true });
      await vi.waitFor(() => expect(reached.length).toBe(1));
      await clock.advance(2999);
      await clock.advance(1);
      await failing;
      expect(clock.pending).toBe(0);
      reached.length = 0;
    }
  });

  it('ends on abort', async () => {
    const controller = new AbortController();
    handler = () => controller.abort(new Error('no longer'));
    await expect(get(at('public.test'), {}, { signal: controller.signal })).rejects.toThrow('no longer');
  });

  it('is unreachable when the connection breaks', async () => {
    handler = (request) => request.socket.destroy();
    await expect(get(at('public.test'))).rejects.toMatchObject({ code: 'web/unreachable', retryable: true });
  });
});
