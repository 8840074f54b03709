import { useEffect, useRef, useState } from 'react';
import { useClientState } from '../context.tsx';
import { MessageFlag } from '../state/model.ts';

const settleMs = 1_200;

/**
 * Reads new messages of others to screen readers once they have stopped changing: a streaming answer is spoken when it
 * is whole, not at every edit.
 */
export function Announcer({ channelId }: { readonly channelId: string }) {
  const last = useClientState((state) => state.windows[channelId]?.items.at(-1));
  const selfId = useClientState((state) => state.selfId);
  const [spoken, setSpoken] = useState('');
  const first = useRef<string | null>(null);
  useEffect(() => {
    if (last === undefined) return;
    first.current ??= last.id;
    if (last.id === first.current || last.author.id === selfId) return;
    if (((last.flags ?? 0) & MessageFlag.loading) !== 0) return;
    const timer = setTimeout(() => setSpoken(`${last.author.username}: ${last.content}`), settleMs);
    return () => clearTimeout(timer);
  }, [last, selfId]);
  return (
    <div className="visually-hidden" aria-live="polite">
      {spoken}
    </div>
  );
}
