import { useEffect, useState } from 'react';
import { useClient } from '../context.tsx';
import type { Message } from '../state/model.ts';
import { searchUntilIndexed } from './search-until-indexed.ts';
import { parseSearch } from './parse-search.ts';

export type SearchState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'indexing' }
  | { readonly kind: 'problem'; readonly text: string }
  | { readonly kind: 'found'; readonly total: number; readonly messages: readonly Message[] };

/** Searches the guild, again and again while its index is being made. */
export function useSearch(guildId: string, text: string, offset: number, limit: number): SearchState {
  const { api, store } = useClient();
  const [found, setFound] = useState<SearchState>({ kind: 'loading' });
  useEffect(() => {
    if (text === '') {
      setFound({ kind: 'empty' });
      return undefined;
    }
    const { query, problem } = parseSearch(store.getState(), guildId, text);
    if (problem !== null) {
      setFound({ kind: 'problem', text: problem });
      return undefined;
    }
    const leaving = new AbortController();
    setFound({ kind: 'loading' });
    searchUntilIndexed({
      search: () => api.search(guildId, { ...query, offset, limit }),
      onIndexing: () => setFound({ kind: 'indexing' }),
      signal: leaving.signal,
    })
      .then((answer) => {
        if (answer !== null) setFound(answer);
      })
      .catch((error: unknown) => {
        if (leaving.signal.aborted) return;
        setFound({ kind: 'problem', text: error instanceof Error ? error.message : 'The search failed.' });
      });
    return () => leaving.abort();
  }, [api, store, guildId, text, offset, limit]);
  return found;
}
