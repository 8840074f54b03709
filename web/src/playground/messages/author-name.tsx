import { useClientState } from '../context.tsx';
import type { Message } from '../state/model.ts';
import { displayName, memberColor } from '../state/select.ts';
import { useActions } from '../use-actions.ts';
import styles from './message-row.module.css';

/** The author's name in the colour of their role; pressing it opens the person's menu. */
export function AuthorName({ message, guildId }: { readonly message: Message; readonly guildId: string | null }) {
  const actions = useActions();
  const { author } = message;
  const isWebhook = message.webhook_id !== undefined && message.application_id === undefined;
  const name = useClientState((state) => (isWebhook ? author.username : displayName(state, author.id, guildId)));
  const color = useClientState((state) => (isWebhook ? null : memberColor(state, guildId, author.id)));
  if (isWebhook) return <span className={styles.author}>{name}</span>;
  return (
    <button
      type="button"
      className={styles.author}
      style={color === null ? undefined : { color: `color-mix(in oklab, ${color} 78%, var(--text))` }}
      onClick={(event) => actions.openMenu(event.clientX, event.clientY, { kind: 'user', userId: author.id, guildId })}
    >
      {name}
    </button>
  );
}
