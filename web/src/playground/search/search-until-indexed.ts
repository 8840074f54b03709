import type { SearchAnswer } from '../client/api.ts';

type Found = Extract<SearchAnswer, { kind: 'found' }>;

interface Search {
  readonly search: () => Promise<SearchAnswer>;
  /** Called each time the index is not ready. */
  readonly onIndexing: () => void;
  readonly signal: AbortSignal;
  readonly wait?: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

const longestPauseMs = 30_000;
const mostTries = 60;

/** Asks until the index is ready. Resolves to null when `signal` is aborted; rejects as `search` does. */
export async function searchUntilIndexed({ search, onIndexing, signal, wait = pause }: Search): Promise<Found | null> {
  for (let tries = 1; ; tries += 1) {
    const answer = await search();
    if (signal.aborted) return null;
    if (answer.kind === 'found') return answer;
    if (tries >= mostTries) throw new Error('The index of this server is still not ready. Try again later.');
    onIndexing();
    await wait(Math.min(answer.retryAfterMs, longestPauseMs), signal);
    if (signal.aborted) return null;
  }
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, delayMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
