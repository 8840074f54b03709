import { memo, type KeyboardEvent, type MouseEvent } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { formatMoment, formatStamp } from '../../shared/format-time.ts';
import { useClientState, useUi } from '../context.tsx';
import type { ClientState } from '../state/client-state.ts';
import { type Message, MessageFlag } from '../state/model.ts';
import { addresses } from '../state/reduce-messages.ts';
import { useActions } from '../use-actions.ts';
import { AuthorName, AuthorPicture } from './author-name.tsx';
import { MessageBody } from './message-body.tsx';
import { MessageEditor } from './message-editor.tsx';
import { MessageToolbar } from './message-toolbar.tsx';
import { InteractionLine, ReplyLine } from './reply-line.tsx';
import { isSpoken } from './rows.ts';
import { SystemLine } from './system-line.tsx';
import styles from './message-row.module.css';

export interface MessageRowProps {
  readonly message: Message;
  readonly guildId: string | null;
  /** True when it continues the message above, whose head it shares. */
  readonly compact: boolean;
  /** One message of the list is reachable by Tab; arrows move from it. */
  readonly reachable: boolean;
}

/** One message of the list, with its toolbar and menu. */
export const MessageRow = memo(function MessageRow({ message, guildId, compact, reachable }: MessageRowProps) {
  const actions = useActions();
  const editing = useUi((ui) => ui.editingId === message.id);
  const highlighted = useClientState((state) => isCalling(state, message));
  // A thread opens with a pointer to the message it began from: what that one says is what people want to see.
  const shown = message.type === 21 && message.referenced_message ? message.referenced_message : message;
  const ephemeral = ((message.flags ?? 0) & MessageFlag.ephemeral) !== 0;
  const openMenu = (x: number, y: number): void => actions.openMenu(x, y, { kind: 'message', message });
  const onContextMenu = (event: MouseEvent): void => {
    if (getSelection()?.isCollapsed === false || (event.target as HTMLElement).closest('a') !== null) return;
    event.preventDefault();
    openMenu(event.clientX, event.clientY);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.target !== event.currentTarget || event.key !== 'Enter') return;
    // The menu, open by then, would take the key that reaches the document for one pressed outside, and close.
    event.stopPropagation();
    const box = event.currentTarget.getBoundingClientRect();
    openMenu(box.left + 70, box.top + 24);
  };
  return (
    <article
      className={styles.row}
      data-testid="message"
      data-author={message.author.username}
      data-message-id={message.id}
      data-compact={compact || undefined}
      data-highlighted={highlighted || undefined}
      data-ephemeral={ephemeral || undefined}
      tabIndex={reachable ? 0 : -1}
      aria-label={`${message.author.username}, ${formatStamp(Date.parse(message.timestamp), Date.now())}`}
      onContextMenu={onContextMenu}
      onKeyDown={onKeyDown}
    >
      {isSpoken(shown) ? (
        <Spoken message={shown} guildId={guildId} compact={compact} editing={editing} />
      ) : (
        <SystemLine message={message} guildId={guildId} />
      )}
      {editing ? null : <MessageToolbar message={message} onMore={openMenu} />}
    </article>
  );
});

/** In guilds, what calls this person stands out; in a DM everything would. */
function isCalling(state: ClientState, message: Message): boolean {
  const inGuild = (state.channels[message.channel_id]?.guildId ?? null) !== null;
  return inGuild && state.selfId !== null && addresses(state, message, state.selfId);
}

interface SpokenProps {
  readonly message: Message;
  readonly guildId: string | null;
  readonly compact: boolean;
  readonly editing: boolean;
}

function Spoken({ message, guildId, compact, editing }: SpokenProps) {
  const atMs = Date.parse(message.timestamp);
  return (
    <>
      {message.message_reference === undefined ? null : <ReplyLine message={message} guildId={guildId} />}
      {message.interaction_metadata === undefined ? null : <InteractionLine message={message} guildId={guildId} />}
      <div className={styles.columns}>
        <div className={styles.gutter}>
          {compact ? (
            <time className={styles.gutterTime} dateTime={message.timestamp}>
              {formatMoment(atMs, 't', atMs)}
            </time>
          ) : (
            <AuthorPicture message={message} guildId={guildId} />
          )}
        </div>
        <div className={styles.body}>
          {compact ? null : <MessageHead message={message} guildId={guildId} />}
          {editing ? <MessageEditor message={message} /> : <MessageBody message={message} guildId={guildId} />}
        </div>
      </div>
    </>
  );
}

export function MessageHead({ message, guildId }: { readonly message: Message; readonly guildId: string | null }) {
  const atMs = Date.parse(message.timestamp);
  return (
    <header className={styles.head}>
      <AuthorName message={message} guildId={guildId} />
      {message.author.bot === true ? (
        <span className={styles.badge}>
          {message.webhook_id !== undefined && message.application_id === undefined ? 'WEBHOOK' : 'APP'}
        </span>
      ) : null}
      <time className={styles.stamp} dateTime={message.timestamp} title={formatMoment(atMs, 'F', atMs)}>
        {formatStamp(atMs, Date.now())}
      </time>
      {message.pinned ? <Icon name="pin" size={13} /> : null}
    </header>
  );
}
