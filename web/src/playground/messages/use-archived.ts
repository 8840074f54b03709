import { useEffect, useState } from 'react';
import { useClient } from '../context.tsx';

/** Asks for archived threads, which the gateway never lists; returns why it could not, if so. */
export function useArchived(channelId: string): string | null {
  const { api, store } = useClient();
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    api
      .archivedThreads(channelId)
      .then((threads) => threads.forEach((channel) => store.dispatch({ type: 'channel', channel })))
      .catch((error: unknown) => setProblem(error instanceof Error ? error.message : 'They could not be loaded.'));
  }, [api, store, channelId]);
  return problem;
}
