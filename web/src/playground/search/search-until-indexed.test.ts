import { describe, expect, it } from 'vitest';
import type { SearchAnswer } from '../client/api.ts';
import { createApi } from '../client/api.ts';
import { searchUntilIndexed } from './search-until-indexed.ts';

const found: SearchAnswer = { kind: 'found', total: 0, messages: [] };
const indexing = (retryAfterMs: number): SearchAnswer => ({ kind: 'indexing', retryAfterMs });

function run(answers: SearchAnswer[], leaving = new AbortController(), onIndexing = () => undefined) {
  const pausesMs: number[] = [];
  const result = searchUntilIndexed({
    search: () => Promise.resolve(answers.length > 1 ? (answers.shift() ?? found) : (answers[0] ?? found)),
    onIndexing,
    signal: leaving.signal,
    wait: (delayMs) => {
      pausesMs.push(delayMs);
      return Promise.resolve();
    },
  });
  return { result, pausesMs };
}

describe('a search while the index is made', () => {
  it('asks again after the pause that the server wants, but no longer than half a minute', async () => {
    const { result, pausesMs } = run([indexing(700), indexing(1e9), found]);
    expect(await result).toBe(found);
    expect(pausesMs).toEqual([700, 30_000]);
  });

  it('ends when the person leaves', async () => {
    const leaving = new AbortController();
    const { result } = run([indexing(1)], leaving, () => leaving.abort() as undefined);
    expect(await result).toBeNull();
  });

  it('gives up after many tries', async () => {
    await expect(run([indexing(1)]).result).rejects.toThrow(/still not ready/);
  });

  it('reads Discord’s answers: 202 while indexing, then groups of messages', async () => {
    const answers: unknown[] = [
      { code: 110000, message: 'Index not yet available. Try again later', retry_after: 2 },
      { total_results: 7, messages: [[{ id: '1' }], [{ id: '2' }, { id: '3', hit: true }]] },
    ];
    const asked: unknown[] = [];
    const api = createApi((_method, path, options) => {
      asked.push([path, options?.query]);
      return Promise.resolve(answers.shift());
    });
    expect(await api.search('5', { content: 'x', has: ['link', 'file'] })).toEqual({
      kind: 'indexing',
      retryAfterMs: 2000,
    });
    expect(await api.search('5', {})).toEqual({
      kind: 'found',
      total: 7,
      messages: [{ id: '1' }, { id: '3', hit: true }],
    });
    expect(asked[0]).toEqual(['/guilds/5/messages/search', { content: 'x', has: ['link', 'file'] }]);
  });
});
