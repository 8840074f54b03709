import { request } from 'node:http';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAllowedHost } from './allowed-host.ts';
import { startHttp } from './index.ts';
import type { HttpServer } from './index.ts';

describe('a Host header', () => {
  it.each([
    ...[
      'localhost',
      'localhost:3000',
      'LocalHost.',
      'bot.localhost:3000',
      '127.0.0.1',
      '127.0.0.1:3000',
      '10.0.0.5:3000',
    ],
    ...['[::1]', '[::1]:3000', '[fe80::1]:3000', '192.168.1.20', hostname(), 'bot.example.org', 'BOT.example.org.:443'],
  ])('%s is allowed', (host) => expect(isAllowedHost(host, ['bot.example.org'])).toBe(true));

  it.each([
    ...[
      'evil.example',
      'evil.example:3000',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      'bot.example.org.evil.example',
    ],
    ...[
      'evillocalhost',
      'x@localhost',
      'localhost:x',
      'localhost:3000:1',
      '[evil]',
      '[::1',
      '[127.0.0.1]',
      '0x7f000001',
    ],
    ...['2130706433', 'sub.bot.example.org', '', ' localhost', 'localhost/', 'a'.repeat(300)],
  ])('%s is refused', (host) => expect(isAllowedHost(host, ['bot.example.org'])).toBe(false));

  it('may be missing, as it is from old health checks and never from a browser', () => {
    expect(isAllowedHost(undefined, [])).toBe(true);
  });
});

describe('the server', () => {
  let server: HttpServer;
  let asked = 0;
  beforeAll(async () => {
    const handle = () => ({ status: 200, body: { asked: (asked += 1) } });
    const routes = (['/health', '/metrics'] as const).map((path) => ({ method: 'GET' as const, path, handle }));
    server = await startHttp({ host: '127.0.0.1', port: 0, allowedHosts: ['bot.example.org'], routes });
  });
  afterAll(() => server.close());

  const statusOf = (path: string, host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: server.port, path, headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject).end();
    });

  it('answers under its own names and refuses others on every path, before anything is done', async () => {
    for (const path of ['/health', '/metrics', '/nothing']) {
      const before = asked;
      expect(await statusOf(path, 'evil.example')).toBe(403);
      expect(await statusOf(path, `evil.example:${server.port}`)).toBe(403);
      expect(asked).toBe(before);
    }
    for (const host of [`127.0.0.1:${server.port}`, 'localhost', 'bot.example.org', '10.0.0.5', '[::1]']) {
      expect([host, await statusOf('/health', host)]).toEqual([host, 200]);
    }
  });

  it('answers a health check of HTTP/1.0, which names no host', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write('GET /health HTTP/1.0\r\n\r\n'));
      let text = '';
      socket.on('data', (bytes) => (text += String(bytes)));
      socket.on('error', reject).on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});
