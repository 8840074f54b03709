import { type DragEvent, useState } from 'react';
import { Composer } from '../composer/composer.tsx';
import { useClientState } from '../context.tsx';
import { ForumView } from '../forum/forum-view.tsx';
import type { Channel } from '../state/model.ts';
import { Announcer } from './announcer.tsx';
import { ChannelHeader } from './channel-header.tsx';
import { MessageList } from './message-list.tsx';
import { TypingLine } from './typing-line.tsx';
import styles from './channel.module.css';

/** An open channel: head, messages, message box. Files may be dropped anywhere on it. */
export function ChannelView({ channelId }: { readonly channelId: string }) {
  const channel = useClientState((state) => state.channels[channelId]);
  if (channel === undefined)
    return <p className={styles.nowhere}>This channel does not exist, or you may not see it.</p>;
  return (
    <section className={styles.channel} aria-label={channel.name}>
      <ChannelHeader channel={channel} />
      {channel.forum !== null ? (
        <ForumView key={channel.id} channel={channel} />
      ) : (
        <Conversation key={channel.id} channel={channel} />
      )}
    </section>
  );
}

function Conversation({ channel }: { readonly channel: Channel }) {
  const [over, setOver] = useState(false);
  const [dropped, setDropped] = useState<readonly File[]>([]);
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    setDropped([...event.dataTransfer.files]);
  };
  const onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(true);
  };
  const onDragLeave = (event: DragEvent): void => {
    if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
  };
  return (
    <div className={styles.conversation} onDragOver={onDragOver} onDragLeave={onDragLeave} onDrop={onDrop}>
      <MessageList channel={channel} />
      <Composer channel={channel} dropped={dropped} />
      <TypingLine channelId={channel.id} />
      <Announcer channelId={channel.id} />
      {over ? <div className={styles.dropHint}>Drop files to send them here</div> : null}
    </div>
  );
}
