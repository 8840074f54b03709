import { Icon } from '../../shared/icons.tsx';
import { formatMoment, formatStamp } from '../../shared/format-time.ts';
import { ComponentTree } from '../components/component-tree.tsx';
import { useClientState } from '../context.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { type Message, MessageFlag, type Snapshot } from '../state/model.ts';
import { channelTitle } from '../state/select.ts';
import { useActions } from '../use-actions.ts';
import { Attachments } from './attachments.tsx';
import { EmbedView } from './embed-view.tsx';
import { Stickers } from './stickers.tsx';
import { voiceMessageOf, VoiceMessage } from './voice-message.tsx';
import styles from './message-content.module.css';

const actionRow = 1;

interface ForwardedProps {
  readonly message: Message;
  readonly guildId: string | null;
}

/** The message that was forwarded, as it was then, behind a bar, with the way to the original. */
export function Forwarded({ message, guildId }: ForwardedProps) {
  const snapshots = message.message_snapshots ?? [];
  if (snapshots.length === 0) return null;
  return snapshots.map(({ message: snapshot }, index) => (
    <section key={index} className={styles.forwarded} aria-label="Forwarded message" data-testid="forwarded">
      <p className={styles.forwardedMark}>
        <Icon name="forward" size={15} /> Forwarded
      </p>
      <SnapshotBody snapshot={snapshot} message={message} guildId={guildId} />
      <Origin message={message} snapshot={snapshot} />
    </section>
  ));
}

function SnapshotBody({ snapshot, message, guildId }: ForwardedProps & { readonly snapshot: Snapshot }) {
  const voice = voiceMessageOf(snapshot.flags, snapshot.attachments);
  const showEmbeds = ((snapshot.flags ?? 0) & MessageFlag.suppressEmbeds) === 0;
  // What could be pressed was left behind with the original.
  const layout = (snapshot.components ?? []).filter((component) => component.type !== actionRow);
  return (
    <>
      {snapshot.content === '' ? null : (
        <div data-testid="message-content">
          <Markdown text={snapshot.content} guildId={guildId} />
        </div>
      )}
      {voice === null ? <Attachments attachments={snapshot.attachments} /> : <VoiceMessage attachment={voice} />}
      <Stickers stickers={snapshot.sticker_items ?? []} />
      {showEmbeds
        ? snapshot.embeds.map((embed, index) => <EmbedView key={index} embed={embed} guildId={guildId} />)
        : null}
      <ComponentTree components={layout} message={message} guildId={guildId} />
    </>
  );
}

function Origin({ message, snapshot }: { readonly message: Message; readonly snapshot: Snapshot }) {
  const actions = useActions();
  const reference = message.message_reference;
  const place = useClientState((state) => {
    const channel = state.channels[reference?.channel_id ?? ''];
    if (channel === undefined) return null;
    const title = channelTitle(state, channel);
    return channel.guildId === null ? title : `#${title}`;
  });
  const atMs = Date.parse(snapshot.timestamp);
  const time = (
    <time dateTime={snapshot.timestamp} title={formatMoment(atMs, 'F', atMs)}>
      {formatStamp(atMs, Date.now())}
    </time>
  );
  const { channel_id: channelId, message_id: messageId } = reference ?? {};
  if (place === null || channelId === undefined || messageId === undefined) {
    return <p className={styles.origin}>{time}</p>;
  }
  return (
    <button type="button" className={styles.origin} onClick={() => void actions.jumpTo(channelId, messageId)}>
      {place} · {time} <Icon name="next" size={13} />
    </button>
  );
}
