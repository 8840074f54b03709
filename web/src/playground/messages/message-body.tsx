import { Icon } from '../../shared/icons.tsx';
import { formatMoment } from '../../shared/format-time.ts';
import { useClient, useClientState, useUi } from '../context.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { type Message, MessageFlag } from '../state/model.ts';
import { useActions } from '../use-actions.ts';
import { Attachments } from './attachments.tsx';
import { ComponentTree } from '../components/component-tree.tsx';
import { EmbedView } from './embed-view.tsx';
import { Forwarded } from './forwarded.tsx';
import { Reactions } from './reactions.tsx';
import { Stickers } from './stickers.tsx';
import { voiceMessageOf, VoiceMessage } from './voice-message.tsx';
import styles from './message-row.module.css';

interface MessageBodyProps {
  readonly message: Message;
  readonly guildId: string | null;
}

/** All that a message says: text, files, embeds, components, thread, reactions. */
export function MessageBody({ message, guildId }: MessageBodyProps) {
  const flags = message.flags ?? 0;
  const thinking = (flags & MessageFlag.loading) !== 0;
  const voice = voiceMessageOf(flags, message.attachments);
  const showEmbeds = (flags & MessageFlag.suppressEmbeds) === 0;
  return (
    <>
      <div data-testid="message-content" className={styles.content}>
        {thinking && message.content === '' ? <Thinking name={message.author.username} /> : null}
        {message.content === '' ? null : <Markdown text={message.content} guildId={guildId} />}
        {message.edited_timestamp === null ? null : <EditedMark at={message.edited_timestamp} />}
      </div>
      <Forwarded message={message} guildId={guildId} />
      {voice === null ? <Attachments attachments={message.attachments} /> : <VoiceMessage attachment={voice} />}
      <Stickers stickers={message.sticker_items ?? []} />
      {showEmbeds
        ? message.embeds.map((embed, index) => <EmbedView key={index} embed={embed} guildId={guildId} />)
        : null}
      {message.components === undefined ? null : (
        <ComponentTree components={message.components} message={message} guildId={guildId} />
      )}
      <Reactions message={message} />
      <ThreadLink message={message} />
      {(flags & MessageFlag.ephemeral) === 0 ? null : <EphemeralNote message={message} />}
    </>
  );
}

function Thinking({ name }: { readonly name: string }) {
  return (
    <span className={styles.thinking} role="status">
      <span className={styles.dots} aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {name} is thinking…
    </span>
  );
}

function EditedMark({ at }: { readonly at: string }) {
  const atMs = Date.parse(at);
  return (
    <small className={styles.edited} title={formatMoment(atMs, 'F', atMs)}>
      (edited)
    </small>
  );
}

function ThreadLink({ message }: { readonly message: Message }) {
  const actions = useActions();
  const threadId = message.thread?.id ?? message.id;
  const thread = useClientState((state) => state.channels[threadId]);
  const isOpen = useUi((ui) => ui.route.channelId === threadId);
  if (thread?.thread === null || thread === undefined || isOpen) return null;
  return (
    <button type="button" className={styles.threadLink} onClick={() => actions.openChannel(thread.id)}>
      <Icon name="thread" size={16} />
      <strong>{thread.name}</strong>
      <span>Open thread</span>
    </button>
  );
}

function EphemeralNote({ message }: { readonly message: Message }) {
  const { store } = useClient();
  const dismiss = (): void => store.dispatch({ type: 'dismiss', channelId: message.channel_id, messageId: message.id });
  return (
    <p className={styles.ephemeral}>
      <Icon name="eye" size={14} />
      Only you can see this ·{' '}
      <button type="button" onClick={dismiss}>
        Dismiss
      </button>
    </p>
  );
}
