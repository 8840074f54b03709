import { useEffect } from 'react';
import { useClient } from '../context.tsx';
import type { Channel } from '../state/model.ts';

/** Marks the channel as read while its end is on screen and the page has the person's attention. */
export function useReading(channel: Channel, atEnd: boolean): void {
  const { store } = useClient();
  useEffect(() => {
    const read = (): void => {
      if (atEnd && document.visibilityState === 'visible') store.dispatch({ type: 'read', channelId: channel.id });
    };
    read();
    document.addEventListener('visibilitychange', read);
    return () => document.removeEventListener('visibilitychange', read);
  }, [store, channel.id, channel.lastMessageId, atEnd]);
}
