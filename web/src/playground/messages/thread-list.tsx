import { useMemo } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { useClientState, usePlayground } from '../context.tsx';
import type { Channel } from '../state/model.ts';
import { compareSnowflakes } from '../state/snowflake.ts';
import { useActions } from '../use-actions.ts';
import { useArchived } from './use-archived.ts';
import styles from './channel.module.css';

interface ThreadListProps {
  readonly channel: Channel;
  readonly onDone?: () => void;
}

/** The threads of a channel, open and archived, and the way to begin one. */
export function ThreadList({ channel, onDone }: ThreadListProps) {
  const { ui } = usePlayground();
  const actions = useActions();
  const problem = useArchived(channel.id);
  const channels = useClientState((state) => state.channels);
  const threads = useMemo(
    () =>
      Object.values(channels)
        .filter((entry) => entry.thread !== null && entry.parentId === channel.id)
        .sort((a, b) => compareSnowflakes(b.lastMessageId ?? b.id, a.lastMessageId ?? a.id)),
    [channels, channel.id],
  );
  const create = (): void => {
    onDone?.();
    ui.dispatch({ type: 'set', change: { dialog: { kind: 'thread', channelId: channel.id, message: null } } });
  };
  return (
    <div className={styles.threadList}>
      <header>
        <h3>Threads</h3>
        <button type="button" onClick={create}>
          <Icon name="plus" size={14} /> New
        </button>
      </header>
      {threads.map((thread) => (
        <button
          key={thread.id}
          type="button"
          onClick={() => {
            onDone?.();
            actions.openChannel(thread.id);
          }}
        >
          <Icon name="thread" size={16} />
          <span>{thread.name}</span>
          <small>
            {thread.thread?.archived === true ? 'archived' : `${thread.thread?.messageCount ?? 0} messages`}
          </small>
        </button>
      ))}
      {threads.length === 0 ? <p>{problem ?? 'No threads yet.'}</p> : null}
    </div>
  );
}
