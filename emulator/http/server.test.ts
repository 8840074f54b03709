import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator } from '../index.ts';
import { ApiClient, startPlayground } from '../testing/client.ts';
import type { Answer, Playground } from '../testing/client.ts';
import type { RecordedRequest } from './recorder.ts';

let playground: Playground;
let messages: string;

beforeAll(async () => {
  playground = await startPlayground();
  messages = `/channels/${playground.channelId('general')}/messages`;
});
afterAll(() => playground.close());

/** fetch sets Host and Origin itself; this does not. */
function raw(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(playground.emulator.origin + path, { method, headers }, (response) => {
      response.resume();
      response.on('end', () => {
        resolve(response.statusCode ?? 0);
      });
    });
    call.on('error', reject);
    call.end();
  });
}

async function refusal(answer: Promise<Answer<unknown>>): Promise<[number, number, string]> {
  const { status, body } = await answer;
  const { code, message } = body as { code: number; message: string };
  return [status, code, message];
}

describe('the front door', () => {
  it('tells unknown paths, wrong methods, missing and wrong tokens apart', async () => {
    expect(await refusal(playground.bot.get('/nothing'))).toEqual([404, 0, '404: Not Found']);
    expect(await refusal(playground.bot.put('/users/@me'))).toEqual([405, 0, '405: Method Not Allowed']);
    expect(await refusal(playground.anonymous.get('/users/@me'))).toEqual([401, 0, '401: Unauthorized']);
    const { origin } = playground.emulator;
    const botToken = playground.state.application?.botToken ?? '';
    const aliceToken = playground.state.members.find(({ username }) => username === 'alice')?.token ?? '';
    for (const authorization of ['Bot wrong', botToken, `Bot ${aliceToken}`, `Bearer ${aliceToken}`]) {
      expect(await refusal(new ApiClient(origin, authorization).get('/users/@me'))).toEqual([
        401,
        0,
        '401: Unauthorized',
      ]);
    }
  });

  it('serves the same API under every known version', async () => {
    const headers = { authorization: `Bot ${playground.state.application?.botToken ?? ''}` };
    for (const [prefix, status] of [
      ['/api/v10', 200],
      ['/api/v9', 200],
      ['/api', 200],
      ['/api/v5', 404],
    ] as const) {
      const answer = await fetch(`${playground.emulator.origin}${prefix}/users/@me`, { headers });
      if (prefix === '/api/v5') expect(await answer.json()).toMatchObject({ code: 50041 });
      else expect(answer.status).toBe(status);
    }
  });

  it('answers broken JSON and bodies of the wrong shape', async () => {
    const headers = {
      authorization: `Bot ${playground.state.application?.botToken ?? ''}`,
      'content-type': 'application/json',
    };
    const send = async (body: string): Promise<unknown> => {
      const answer = await fetch(`${playground.emulator.origin}/api/v10${messages}`, { method: 'POST', headers, body });
      return [answer.status, ((await answer.json()) as { code: number }).code];
    };
    expect(await send('{')).toEqual([400, 50109]);
    expect(await send('[]')).toEqual([400, 50035]);
    expect(await send('"text"')).toEqual([400, 50035]);
    expect(await send(JSON.stringify({ content: 'x'.repeat(1_000_000) }))).toEqual([400, 50035]);
    expect(await send(`"${'x'.repeat(17_000_000)}"`)).toEqual([413, 40005]);
  });

  it('hears requests for this machine from this machine’s pages alone', async () => {
    const host = `127.0.0.1:${playground.emulator.port}`;
    expect(await raw('/api/v10/gateway', { host })).toBe(200);
    expect(await raw('/api/v10/gateway', { host: `localhost:${playground.emulator.port}` })).toBe(200);
    expect(await raw('/api/v10/gateway', { host: 'evil.example' })).toBe(403);
    expect(await raw('/api/v10/gateway', { host, origin: `http://${host}` })).toBe(200);
    expect(await raw('/api/v10/gateway', { host, origin: 'http://evil.example' })).toBe(403);
    expect(await raw('/api/v10/gateway', { host, origin: 'null' })).toBe(403);
    expect(await raw('/_control/state', { host, origin: 'http://evil.example' })).toBe(403);
    expect(await raw('/api/_control/state', { host })).toBe(404);
    expect(await raw('/_control/nothing', { host })).toBe(404);
  });
});

describe('planted faults', () => {
  it('answer instead of Discord as often as they were told to', async () => {
    await playground.control('faults', {
      match: { method: 'POST', route: '/channels/{channel_id}/messages' },
      times: 2,
      answer: { status: 500, body: { oops: true }, headers: { 'x-planted': 'yes' } },
    });
    expect((await playground.bot.get(messages)).status).toBe(200);
    const { status, body, headers } = await playground.bot.post(messages, { content: 'a' });
    expect([status, body, headers.get('x-planted')]).toEqual([500, { oops: true }, 'yes']);
    expect((await playground.bot.post(messages, { content: 'a' })).status).toBe(500);
    expect((await playground.bot.post(messages, { content: 'a' })).status).toBe(200);
  });

  it('match concrete paths and wildcards', async () => {
    await playground.control('faults', { match: { route: '/channels/*/typing' }, times: 1, answer: { status: 503 } });
    expect((await playground.bot.post(messages.replace('messages', 'typing'))).status).toBe(503);
    expect((await playground.bot.post(messages.replace('messages', 'typing'))).status).toBe(204);
  });

  it('cut the connection before or after the work is done', async () => {
    const count = async (): Promise<number> =>
      (await playground.bot.get<unknown[]>(`${messages}?limit=100`)).body.length;
    const before = await count();
    const plant = (answer: unknown): Promise<unknown> =>
      playground.control('faults', { match: { method: 'POST' }, times: 1, answer });
    await plant({ close: true });
    await expect(playground.bot.post(messages, { content: 'never done' })).rejects.toThrow();
    expect(await count()).toBe(before);
    await plant({ drop: true });
    await expect(playground.bot.post(messages, { content: 'done, never told' })).rejects.toThrow();
    expect(await count()).toBe(before + 1);
  });

  it('delay and let go on', async () => {
    await playground.control('faults', { match: { route: '/users/@me' }, times: 1, answer: { delayMs: 30 } });
    const startMs = performance.now();
    expect((await playground.bot.get('/users/@me')).status).toBe(200);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(29);
  });
});

describe('the record of requests', () => {
  it('tells what was sent, multipart summarised', async () => {
    const { body: earlier } = await playground.control<RecordedRequest[]>('requests?since=0');
    const since = earlier.at(-1)?.n ?? 0;
    await playground.bot.post(messages, { content: 'recorded' });
    await playground.bot.upload('POST', messages, { content: 'with a file' }, [
      { name: 'files[0]', filename: 'a.txt', data: 'hello', type: 'text/plain' },
    ]);
    await playground.bot.get('/nothing');
    const { body } = await playground.control<RecordedRequest[]>(`requests?since=${since}`);
    expect(body).toMatchObject([
      {
        n: since + 1,
        method: 'POST',
        route: messages,
        body: { content: 'recorded' },
        status: 200,
        userId: playground.botUserId,
      },
      {
        body: { content: 'with a file', files: [{ filename: 'a.txt', contentType: 'text/plain', size: 5 }] },
        status: 200,
      },
      { method: 'GET', route: '/nothing', status: 404 },
    ]);
  });
});

describe('the page', () => {
  it('says how it is built while it is missing', async () => {
    const answer = await fetch(playground.emulator.origin);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('npm run build')]);
  });

  it('is served with strict headers and for every address of its own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'emulator-page-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>page</title>');
    writeFileSync(join(folder, 'assets', 'app-1a2b3c.js'), 'void 0;');
    const emulator = await startEmulator({ port: 0, dataDir: null, page: folder });
    try {
      for (const path of ['/', '/channels/1/2']) {
        const answer = await fetch(emulator.origin + path);
        expect(await answer.text()).toContain('<title>page</title>');
        expect(answer.headers.get('cache-control')).toBe('no-cache');
        expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
      }
      const script = await fetch(`${emulator.origin}/assets/app-1a2b3c.js`);
      expect(script.headers.get('cache-control')).toContain('immutable');
      expect((await fetch(`${emulator.origin}/assets/missing.js`)).status).toBe(404);
    } finally {
      await emulator.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('starting', () => {
  it('names the taken port and the setting', async () => {
    await expect(startEmulator({ port: playground.emulator.port, dataDir: null })).rejects.toThrow(
      new RegExp(`Port ${playground.emulator.port} .*PLAYGROUND_PORT`),
    );
  });
});
