import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../../kernel/logger.ts';
import { systemClock } from '../../../kernel/clock.ts';
import { ChildPool } from './child-pool.ts';
import type { PoolOptions } from './child-pool.ts';
import { MessageReader, piecesOf } from './wire.ts';

vi.setConfig({ testTimeout: 60_000 });

const never = new AbortController().signal;
/** Answers with its process id and the bytes that came, waits for ever, dies, or breaks the protocol, as it is told. */
const SCRIPT = `
import { MessageReader, piecesOf } from ${JSON.stringify(new URL('./wire.ts', import.meta.url).href)};
const reader = new MessageReader({ fileBytes: 1e8 });
process.stdin.on('data', (chunk) => {
  for (const { head, files } of reader.push(chunk)) {
    if (head === 'die') process.exit(3);
    if (head === 'garbage') process.stdout.write('Segmentation fault, or so');
    if (head === 'echo' || head === 'grow') {
      const residentBytes = head === 'grow' ? 1e12 : 1;
      for (const piece of piecesOf({ head: { pid: process.pid, residentBytes, env: Object.keys(process.env).join() }, files })) {
        process.stdout.write(piece);
      }
    }
  }
});
`;

const pools: ChildPool[] = [];
const folders: string[] = [];

async function poolOf(options: Partial<PoolOptions> = {}): Promise<ChildPool> {
  const folder = await mkdtemp(join(tmpdir(), 'familiar-pool-'));
  folders.push(folder);
  const script = join(folder, 'child.ts');
  await writeFile(script, SCRIPT);
  const pool = new ChildPool({
    ...{ logger: silentLogger, clock: systemClock, script: pathToFileURL(script), preload: '' },
    ...{ children: 1, spares: 0, maxWaiting: 2, idleMs: 60_000, maxAnswers: 100, maxResidentBytes: 1e9 },
    ...options,
  });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  for (const pool of pools.splice(0)) pool.close();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

function ask(
  pool: ChildPool,
  head: string,
  { timeoutMs = 50_000, maxReplyBytes = 1e8, signal = never, file = Buffer.from('x') } = {},
) {
  return pool.run({ message: { head, files: [file] }, timeoutMs, maxReplyBytes, mayBeRefused: true, signal });
}

const pidOf = async (answer: ReturnType<typeof ask>) => ((await answer).head as { pid: number }).pid;

describe('the pool of image processes', () => {
  it('keeps its process between requests, without the environment of the bot', async () => {
    const pool = await poolOf();
    const file = Buffer.alloc(3_000_001, 'abc');
    const { head, files } = await ask(pool, 'echo', { file });
    expect(Buffer.compare(files[0] ?? Buffer.alloc(0), file)).toBe(0);
    expect((head as { env: string }).env).not.toMatch(/HOME|PATH\b|TOKEN/);
    expect(await pidOf(ask(pool, 'echo'))).toBe((head as { pid: number }).pid);
  });

  it('loses one request when its process dies, breaks the protocol, answers too much or takes too long', async () => {
    const pool = await poolOf({ spares: 1 });
    await expect(ask(pool, 'die')).rejects.toThrow('ended with 3');
    await expect(ask(pool, 'garbage')).rejects.toThrow('broke the protocol');
    await expect(ask(pool, 'echo', { maxReplyBytes: 2, file: Buffer.alloc(3) })).rejects.toThrow('broke the protocol');
    await expect(ask(pool, 'stay', { timeoutMs: 5 })).rejects.toThrow('no end after 5 ms');
    await expect(ask(pool, 'echo')).resolves.toBeDefined();
  });

  it('ends the process of a request that is aborted, and drops one that waits', async () => {
    const pool = await poolOf();
    const [running, waiting] = [new AbortController(), new AbortController()];
    const pid = await pidOf(ask(pool, 'echo'));
    const asked = [ask(pool, 'stay', { signal: running.signal }), ask(pool, 'echo', { signal: waiting.signal })];
    waiting.abort(new Error('no longer wanted'));
    await expect(asked[1]).rejects.toThrow('no longer wanted');
    running.abort(new Error('stopped'));
    await expect(asked[0]).rejects.toThrow('stopped');
    expect(await pidOf(ask(pool, 'echo'))).not.toBe(pid);
  });

  it('refuses more than may wait', async () => {
    const pool = await poolOf();
    const accepted = [ask(pool, 'echo'), ask(pool, 'echo'), ask(pool, 'echo')];
    await expect(ask(pool, 'echo')).rejects.toMatchObject({ code: 'media/busy', retryable: true });
    expect(await Promise.all(accepted)).toHaveLength(3);
  });

  it('replaces a process after many answers, or when it keeps much memory', async () => {
    const pool = await poolOf({ maxAnswers: 2 });
    const pids = [];
    for (const head of ['echo', 'echo', 'grow', 'echo']) pids.push(await pidOf(ask(pool, head)));
    expect(pids[0]).toBe(pids[1]);
    expect(new Set(pids).size).toBe(3);
  });

  it('ends its processes when nothing is asked for a while, and when it is closed', async () => {
    let endIdle = (): void => undefined;
    const clock = {
      ...systemClock,
      after: (delayMs: number, run: () => void) => {
        if (delayMs === 12_345) endIdle = run;
        return systemClock.after(delayMs, () => undefined);
      },
    };
    const pool = await poolOf({ clock, idleMs: 12_345 });
    await ask(pool, 'echo');
    expect(pool.pids).toHaveLength(1);
    endIdle();
    await expect.poll(() => pool.pids).toEqual([]);
    const asked = ask(pool, 'stay');
    pool.close();
    await expect(asked).rejects.toThrow('has ended');
  });
});

describe('the messages between the bot and its image processes', () => {
  it('are read again from chunks of any size, and refused when they are not as agreed', () => {
    const message = { head: { a: 'ü' }, files: [Buffer.alloc(0), Buffer.from('abc'), Buffer.alloc(0)] };
    const bytes = Buffer.concat([...piecesOf(message), ...piecesOf({ head: 1, files: [] })]);
    for (const size of [1, 7, 1000]) {
      const reader = new MessageReader({ fileBytes: 3 });
      const read = [];
      for (let at = 0; at < bytes.length; at += size) read.push(...reader.push(bytes.subarray(at, at + size)));
      expect(read).toEqual([message, { head: 1, files: [] }]);
    }
    expect(() => new MessageReader({ fileBytes: 2 }).push(bytes)).toThrow('files of 3 bytes');
    expect(() => new MessageReader({ fileBytes: 2 }).push(Buffer.from('GIF89a__'))).toThrow('mark');
    expect(() => new MessageReader({ fileBytes: 2 }).push(Buffer.from('FIM1\xff\xff\xff\xff', 'latin1'))).toThrow(
      'a head',
    );
  });
});
