import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { formatMoment } from '../../shared/format-time.ts';
import { useClient, useClientState, usePlayground, useUi } from '../context.tsx';
import type { Channel, Message } from '../state/model.ts';
import { ChannelIntro } from './channel-intro.tsx';
import { MessageRow } from './message-row.tsx';
import { Outgoing } from './outgoing.tsx';
import { type Row, toRows, unreadStretch } from './rows.ts';
import { useReading } from './use-reading.ts';
import { type ScrollControl, useScroll } from './use-scroll.ts';
import styles from './channel.module.css';

const noMessages: readonly Message[] = [];

/** A channel's messages. Loads what is missing, follows the end, and marks as read what is looked at. */
export function MessageList({ channel }: { readonly channel: Channel }) {
  const client = useClient();
  const window = useClientState((state) => state.windows[channel.id]);
  const selfId = useClientState((state) => state.selfId);
  const items = window?.items ?? noMessages;
  const [unread] = useState(() => unreadStretch(client.store.getState(), channel));
  const rows = useMemo(() => toRows(items, unread, selfId), [items, unread, selfId]);
  const scroll = useScroll(
    channel.id,
    () => void client.loadOlder(channel.id).catch(() => undefined),
    () => void client.loadNewer(channel.id).catch(() => undefined),
  );
  const loadError = useLatest(channel.id, window?.stale ?? true);
  useReading(channel, scroll.atEnd && window?.hasAfter !== true);
  useJump(channel.id, scroll);
  const unseen = useUnseen(items, scroll.atEnd);
  const lastId = items.at(-1)?.id;
  const toPresent = async (): Promise<void> => {
    if (window?.hasAfter === true) await client.loadLatest(channel.id);
    scroll.toEnd();
  };
  const loaded = window !== undefined && !window.stale;
  return (
    <div className={styles.listFrame}>
      <div
        ref={scroll.box}
        className={styles.list}
        role="log"
        aria-label={`Messages in ${channel.name}`}
        aria-live="off"
        aria-busy={!loaded}
        onScroll={scroll.onScroll}
        onKeyDown={moveFocus}
      >
        <div ref={scroll.content} className={styles.listContent}>
          {loaded && !window.hasBefore ? <ChannelIntro channel={channel} empty={items.length === 0} /> : null}
          {!loaded && items.length === 0 ? <Loading error={loadError} /> : null}
          {rows.map((row) => (
            <RowView key={row.key} row={row} guildId={channel.guildId} lastId={lastId} />
          ))}
          {window?.hasAfter === true ? null : <Outgoing channelId={channel.id} />}
        </div>
      </div>
      {scroll.atEnd && window?.hasAfter !== true ? null : (
        <button type="button" className={styles.pill} onClick={() => void toPresent()}>
          <Icon name="down" size={15} />
          {unseen > 0 ? `${unseen} new ${unseen === 1 ? 'message' : 'messages'}` : 'To the newest'}
        </button>
      )}
    </div>
  );
}

interface RowViewProps {
  readonly row: Row;
  readonly guildId: string | null;
  readonly lastId: string | undefined;
}

function RowView({ row, guildId, lastId }: RowViewProps) {
  if (row.kind === 'day') {
    return (
      <div className={styles.day} role="separator">
        <span>{formatMoment(row.atMs, 'D', row.atMs)}</span>
      </div>
    );
  }
  if (row.kind === 'new') {
    return (
      <div className={styles.newLine} role="separator">
        <span>New</span>
      </div>
    );
  }
  return (
    <MessageRow message={row.message} guildId={guildId} compact={row.compact} reachable={row.message.id === lastId} />
  );
}

function Loading({ error }: { readonly error: string | null }) {
  if (error !== null) return <p className={styles.loadError}>{error}</p>;
  return (
    <div className={styles.skeletons} aria-label="Loading messages">
      {[62, 38, 74, 51].map((width) => (
        <div key={width}>
          <i />
          <span style={{ width: `${width}%` }} />
        </div>
      ))}
    </div>
  );
}

/** Loads the newest page whenever the window is missing or out of date; returns why it could not, if so. */
function useLatest(channelId: string, stale: boolean): string | null {
  const client = useClient();
  const ready = useClientState((state) => state.connection.phase === 'ready');
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    if (!stale || !ready) return;
    setError(null);
    client.loadLatest(channelId).catch((reason: unknown) => setError(reason instanceof Error ? reason.message : null));
  }, [client, channelId, stale, ready]);
  return error;
}

/** Scrolls to the message the page wants to show, and marks it for a moment. */
function useJump(channelId: string, { box, onScroll }: ScrollControl): void {
  const { ui } = usePlayground();
  const jump = useUi((state) => state.jumpTo);
  useEffect(() => {
    if (jump?.channelId !== channelId) return;
    const element = box.current?.querySelector<HTMLElement>(`[data-message-id="${CSS.escape(jump.messageId)}"]`);
    if (element === null || element === undefined) return;
    element.scrollIntoView({ block: 'center' });
    onScroll();
    element.focus({ preventScroll: true });
    element.dataset['flash'] = 'true';
    setTimeout(() => delete element.dataset['flash'], 1600);
    ui.dispatch({ type: 'set', change: { jumpTo: null } });
  });
}

/** How many messages came in since the reader left the end. */
function useUnseen(items: readonly Message[], atEnd: boolean): number {
  const seen = useRef<string | null>(null);
  const lastId = items.at(-1)?.id ?? null;
  useEffect(() => {
    if (atEnd) seen.current = lastId;
  }, [atEnd, lastId]);
  if (atEnd || seen.current === null) return 0;
  const index = items.findIndex((item) => item.id === seen.current);
  return index === -1 ? 0 : items.length - 1 - index;
}

/** Arrow keys go from message to message. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
  const from = event.target as HTMLElement;
  if (from.dataset['testid'] !== 'message') return;
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-testid="message"]')];
  const next = all[all.indexOf(from) + (event.key === 'ArrowUp' ? -1 : 1)];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
