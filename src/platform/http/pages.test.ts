import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startHttp } from './index.ts';
import type { HttpServer } from './index.ts';

let folder: string;
let server: HttpServer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'familiar-pages-'));
});
afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true });
});

function build(): void {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'dashboard.html'), '<title>Built</title>');
  writeFileSync(join(folder, 'assets', 'dashboard-x1.js'), 'let x;');
  writeFileSync(join(folder, 'secret.txt'), 'nothing for others');
}

async function serve(prepare: () => Promise<unknown>) {
  server = await startHttp({ host: '127.0.0.1', port: 0, routes: [], pages: { folder, prepare } });
  const { port } = server;
  return (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
}

describe('the pages of the dashboard', () => {
  it('come with a policy that lets in nothing of others, and their files keep', async () => {
    build();
    const ask = await serve(() => Promise.resolve());
    const page = await ask('/dashboard');
    expect([page.status, await page.text()]).toEqual([200, '<title>Built</title>']);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'; ");
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = await ask('/assets/dashboard-x1.js');
    expect([script.status, await script.text()]).toEqual([200, 'let x;']);
    expect(script.headers.get('cache-control')).toContain('immutable');
  });

  it('are nothing but what was built for them', async () => {
    build();
    const ask = await serve(() => Promise.resolve());
    for (const path of ['/secret.txt', '/assets/..%2fsecret.txt', '/assets/%2e%2e%2fsecret.txt', '/assets/none.js']) {
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
    }
  });

  it('are built when the first person asks, who is told to wait', async () => {
    const built = Promise.withResolvers<void>();
    let times = 0;
    const ask = await serve(async () => {
      times += 1;
      await built.promise;
    });
    const early = await ask('/dashboard');
    expect([early.status, await early.text()]).toEqual([503, expect.stringContaining('is being built')]);
    build();
    built.resolve();
    await expect.poll(async () => (await ask('/dashboard')).status).toBe(200);
    expect(times).toBe(1);
  });

  it('say so where they cannot be built', async () => {
    const ask = await serve(() => Promise.resolve());
    const page = await ask('/dashboard');
    expect([page.status, await page.text()]).toEqual([503, expect.stringContaining('npm run build')]);
  });
});
