import { afterEach, describe, expect, it } from 'vitest';
import { WorkerThread } from './index.ts';
import type { TestRequest } from './testing/test-thread.ts';

const threads: WorkerThread<TestRequest, string>[] = [];
function thread(over: { timeoutMs?: number } = {}): WorkerThread<TestRequest, string> {
  const file = new URL('./testing/test-thread.ts', import.meta.url);
  const made = new WorkerThread<TestRequest, string>({ file, name: 'test', timeoutMs: 20_000, heapMb: 64, ...over });
  threads.push(made);
  return made;
}
afterEach(async () => {
  for (const made of threads.splice(0)) await made.close();
});

describe('a thread', () => {
  it('answers requests in order, each to its caller', async () => {
    const made = thread();
    const words = ['one', 'two', 'three'];
    expect(await Promise.all(words.map((word) => made.ask({ echo: word })))).toEqual(words);
  });

  it('rejects a faulty request and answers the next', async () => {
    const made = thread();
    const [wrong, right] = await Promise.allSettled([made.ask({ fail: 'too green' }), made.ask({ echo: 'fine' })]);
    expect(wrong).toMatchObject({ reason: { message: 'too green' } });
    expect(right).toMatchObject({ value: 'fine' });
  });

  it('restarts after it died, and loses only earlier requests', async () => {
    const made = thread();
    const lost = await Promise.allSettled([made.ask({ exit: 3 }), made.ask({ echo: 'waiting' })]);
    expect(lost.map((one) => one.status === 'rejected' && (one.reason as Error).message)).toEqual([
      'The test thread ended with code 3',
      'The test thread ended with code 3',
    ]);
    expect(await made.ask({ echo: 'again' })).toBe('again');
  });

  it('restarts when it does not answer in time', async () => {
    const made = thread({ timeoutMs: 4000 });
    await expect(made.ask({ hang: true })).rejects.toThrow('does not answer');
    expect(await made.ask({ echo: 'again' })).toBe('again');
  });

  it('answers nothing after it is closed', async () => {
    const made = thread();
    const asked = expect(made.ask({ hang: true })).rejects.toThrow('is closed');
    await made.close();
    await asked;
    await expect(made.ask({ echo: 'late' })).rejects.toThrow('is closed');
  });
});
