import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenFault } from './application.ts';
import { checkDiscord } from './check.ts';
import { discordMigrations } from './create.ts';
import { createDiscord } from './index.ts';
import { StartError } from '../../kernel/errors.ts';
import { systemClock } from '../../kernel/clock.ts';
import { silentLogger } from '../../kernel/logger.ts';
import { testDatabase } from '../../testing/postgres.ts';

const real = `${'M'.repeat(24)}.GabcdE.${'x'.repeat(38)}`;
const discord = 'https://discord.com/api';

describe('a token', () => {
  it.each([
    [`Bot ${real}`, /leave out the word "Bot"/],
    [`"${real}"`, /quotation mark/],
    [`${real} x`, /a space/],
    [`${real}\u00e9`, /another character/],
    ['1234567890123456789', /looks like an id/],
    ['not-a-token', /three parts/],
    [`${real}.more`, /three parts/],
  ])('%s is named for what is wrong with it', (token, why) => expect(tokenFault(token, discord)).toMatch(why));

  it.each([
    [real, discord],
    [real, undefined],
    ['a.b.c', 'http://127.0.0.1:8080/api'],
    ['short', 'http://127.0.0.1:8080/api'],
  ])('%s may be one of %s', (token, base) => expect(tokenFault(token, base)).toBeUndefined());

  it('that cannot be one stops the start at once, without asking anybody', async () => {
    const database = await testDatabase({ migrations: [discordMigrations] });
    const options = { apiBase: 'http://127.0.0.1:1/api', postgres: database.postgres, clock: systemClock };
    const started = createDiscord({ ...options, token: 'two words', random: { next: () => 0 }, logger: silentLogger });
    await expect(started).rejects.toThrow(StartError);
    await expect(started).rejects.toThrow(/DISCORD_TOKEN is not the token of a bot/);
    await database.close();
  });
});

/** By the first part of the path. */
const answers: Readonly<Record<string, { status: number; type: string; body: string }>> = {
  refused: { status: 401, type: 'application/json', body: '{"message":"401: Unauthorized","code":0}' },
  proxy: { status: 401, type: 'text/html', body: '<h1>Sign in</h1>' },
  blocked: { status: 403, type: 'text/html; charset=utf-8', body: '<h1>Blocked</h1>' },
  portal: { status: 200, type: 'text/html', body: '<h1>Welcome to our hotel</h1>' },
  other: { status: 200, type: 'application/json', body: '{"hello":"world"}' },
  down: { status: 502, type: 'text/html', body: '<h1>Bad Gateway</h1>' },
};

describe('what comes instead of an answer of Discord', () => {
  const server = createServer((request, response) => {
    const { status, type, body } = answers[request.url?.split('/')[1] ?? ''] ?? { status: 404, type: '', body: '' };
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  let port = 0;
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          ({ port } = server.address() as AddressInfo);
          resolve();
        });
      }),
  );
  afterAll(() => void server.close());

  const found = async (apiBase: string) => {
    const [finding] = await checkDiscord({ token: real, apiBase, intents: 0, db: undefined });
    return `${finding?.title}: ${finding?.detail}`;
  };
  const at = (path: string) => `http://127.0.0.1:${port}/${path}`;

  it(
    'is told apart: a refused token, a proxy, a server that is down, and no way to it',
    { timeout: 20_000 },
    async () => {
      const bases = {
        ...{
          refused: at('refused'),
          proxy: at('proxy'),
          blocked: at('blocked'),
          portal: at('portal'),
          other: at('other'),
        },
        ...{ down: at('down'), tls: `https://127.0.0.1:${port}/api`, port: 'http://127.0.0.1:1/api' },
        name: 'http://discord.invalid/api',
      };
      const all = await Promise.all(
        Object.entries(bases).map(async ([name, base]) => [name, await found(base)] as const),
      );
      expect(Object.fromEntries(all)).toMatchObject({
        refused: 'Discord token: Discord does not accept it',
        proxy: expect.stringMatching(
          /^Discord: .*something else answered in its place \(HTTP 401, text\/html\)/,
        ) as string,
        blocked: expect.stringMatching(/something else answered in its place \(HTTP 403, text\/html\)/) as string,
        portal: expect.stringMatching(/something else answered in its place \(HTTP 200, text\/html\)/) as string,
        other: expect.stringMatching(/something else answered/) as string,
        down: expect.stringMatching(/Discord answered 502/) as string,
        tls: expect.stringMatching(/TLS/) as string,
        port: expect.stringMatching(/the connection was refused \(ECONNREFUSED\)/) as string,
        name: expect.stringMatching(/cannot be looked up \(DNS\) \((ENOTFOUND|EAI_AGAIN)\)/) as string,
      });
    },
  );
});
