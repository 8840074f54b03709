import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../kernel/logger.ts';
import { seededNoise } from './child/paint/random.ts';
import { createImageWork } from './index.ts';
import type { PooledImageWork } from './index.ts';
import { hostileFiles } from './testing/hostile.ts';
import type { HostileFile } from './testing/hostile.ts';
import { photo } from './testing/samples.ts';
import { never } from './testing/work.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const isLong = Boolean(process.env.FAMILIAR_TEST_LONG);
const SAMPLE = 14;
const MOST_ANSWER_MS = 5000;
const MOST_CHILD_MB = 512;
const MOST_GROWTH_MB = 20;
/** Beside other tests a good image waits for the processor; the bound itself is kept where nothing else runs. */
const MOST_GOOD_MS = isLong ? 1000 : 10_000;

let work: PooledImageWork;
let files: HostileFile[] = [];

beforeAll(async () => {
  work = createImageWork({ logger: silentLogger });
  files = await hostileFiles();
  // Its start is no part of an answer.
  await work.inspect(await photo(8, 8), never);
});
afterAll(() => work.close());

/** The most memory that each process had; those that have ended are left out. */
function peaksMb(): number[] {
  return work.pids.flatMap((pid) => {
    try {
      return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    } catch {
      return [];
    }
  });
}

/** Of this process, which asks: without what is garbage. */
function ownMb(): { kept: number; resident: number } {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { kept: (heapUsed + external) / 1e6, resident: rss / 1e6 };
}

async function expectGood(): Promise<void> {
  const good = await photo(64, 48);
  const startedMs = performance.now();
  expect(await work.inspect(good, never)).toMatchObject({ width: 64, height: 48 });
  expect(performance.now() - startedMs).toBeLessThan(MOST_GOOD_MS);
}

function sampled(): HostileFile[] {
  if (isLong) return files;
  const next = seededNoise(new Date().getUTCDate());
  return files
    .map((file) => ({ file, place: next() }))
    .sort((a, b) => a.place - b.place)
    .slice(0, SAMPLE)
    .map(({ file }) => file);
}

describe('hostile files', () => {
  it('are at least 40, and each is answered in time with the right code by a process that stays small', async () => {
    expect(files.length).toBeGreaterThanOrEqual(40);
    await expectGood();
    const before = ownMb();
    for (const { name, file, answers } of sampled()) {
      for (const run of [
        () => work.inspect(file, never),
        () => work.finish(file, { maxBytes: 1_000_000, caption: 'x' }, never),
      ]) {
        const startedMs = performance.now();
        const answer = await run().then(
          () => 'works',
          (error: unknown) => (error as { code?: string }).code ?? String(error),
        );
        expect(answers, name).toContain(answer);
        expect(performance.now() - startedMs, name).toBeLessThan(MOST_ANSWER_MS);
        for (const peak of peaksMb()) expect(peak, name).toBeLessThan(MOST_CHILD_MB);
        await expectGood();
      }
    }
    const after = ownMb();
    expect(after.kept - before.kept).toBeLessThan(MOST_GROWTH_MB);
    if (isLong) expect(after.resident - before.resident).toBeLessThan(MOST_GROWTH_MB);
  });

  it('leave a process that is ready for the next good image', async () => {
    const stop = new AbortController();
    const asked = work.inspect(await photo(900, 900), stop.signal);
    // Like a time-out, this kills the process.
    stop.abort(new Error('stopped'));
    await expect(asked).rejects.toThrow('stopped');
    await expectGood();
  });
});
