import type { MouseEvent } from 'react';
import { useClientState } from '../context.tsx';
import type { Message } from '../state/model.ts';
import { displayName, memberColor } from '../state/select.ts';
import { useActions } from '../use-actions.ts';
import { UserAvatar } from './user-avatar.tsx';
import styles from './message-row.module.css';

interface AuthorProps {
  readonly message: Message;
  readonly guildId: string | null;
}

/** The author's name in the colour of their role. Pressing it opens their profile, a right click their menu. */
export function AuthorName({ message, guildId }: AuthorProps) {
  const { author } = message;
  const plain = isWebhook(message);
  const name = useClientState((state) => (plain ? author.username : displayName(state, author.id, guildId)));
  const color = useClientState((state) => (plain ? null : memberColor(state, guildId, author.id)));
  const openers = useProfileOpeners(author.id, guildId);
  if (plain) return <span className={styles.author}>{name}</span>;
  return (
    <button
      type="button"
      className={styles.author}
      style={color === null ? undefined : { color: `color-mix(in oklab, ${color} 78%, var(--text))` }}
      aria-haspopup="dialog"
      {...openers}
    >
      {name}
    </button>
  );
}

/** The author's picture, which opens their profile too; for the keyboard the name beside it is enough. */
export function AuthorPicture({ message, guildId }: AuthorProps) {
  const openers = useProfileOpeners(message.author.id, guildId);
  const picture = <UserAvatar user={message.author} guildId={guildId} />;
  if (isWebhook(message)) return picture;
  return (
    <button type="button" className={styles.picture} tabIndex={-1} aria-hidden="true" {...openers}>
      {picture}
    </button>
  );
}

function isWebhook(message: Message): boolean {
  return message.webhook_id !== undefined && message.application_id === undefined;
}

/** What opens a member's profile and menu from something that stands for them. */
export function useProfileOpeners(userId: string, guildId: string | null) {
  const actions = useActions();
  return {
    onClick: (event: MouseEvent<HTMLElement>): void => {
      const box = event.currentTarget.getBoundingClientRect();
      actions.openProfile(box.right, box.top, userId, guildId);
    },
    onContextMenu: (event: MouseEvent<HTMLElement>): void => {
      event.preventDefault();
      event.stopPropagation();
      const box = event.currentTarget.getBoundingClientRect();
      // The menu key of a keyboard comes without a pointer.
      const [x, y] = event.clientX === 0 ? [box.left + 20, box.bottom] : [event.clientX, event.clientY];
      actions.openMenu(x, y, { kind: 'user', userId, guildId });
    },
  };
}
