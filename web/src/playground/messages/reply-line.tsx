import { Icon } from '../../shared/icons.tsx';
import { useClientState } from '../context.tsx';
import { InlineText } from '../markdown/inline-text.tsx';
import { parseInline } from '../markdown/parse.ts';
import { type Message } from '../state/model.ts';
import { displayName } from '../state/select.ts';
import { useActions } from '../use-actions.ts';
import { replyPreview } from './reply-preview.ts';
import { UserAvatar } from './user-avatar.tsx';
import styles from './message-row.module.css';

interface LineProps {
  readonly message: Message;
  readonly guildId: string | null;
}

/** Which message is answered, above the answer; pressing it goes there. */
export function ReplyLine({ message, guildId }: LineProps) {
  const actions = useActions();
  const target = message.referenced_message ?? null;
  const reference = message.message_reference;
  const name = useClientState((state) => (target === null ? '' : displayName(state, target.author.id, guildId)));
  if (message.type !== 19 || reference?.message_id === undefined) return null;
  if (target === null) {
    return (
      <div className={styles.context}>
        <Icon name="reply" size={14} /> <em>The answered message was deleted.</em>
      </div>
    );
  }
  return (
    <button
      type="button"
      className={styles.context}
      aria-label={`Answers ${name}. Go to that message`}
      onClick={() => void actions.jumpTo(message.channel_id, target.id)}
    >
      <UserAvatar user={target.author} guildId={guildId} size={18} />
      <b>{name}</b>
      <span className={styles.contextText}>
        {target.content === '' ? (
          <em>{target.attachments.length > 0 ? 'a file' : 'a message without text'}</em>
        ) : (
          <InlineText
            nodes={parseInline(replyPreview(target.content)).filter((node) => node.type !== 'break')}
            guildId={guildId}
          />
        )}
      </span>
    </button>
  );
}

/** Which command a message answers, and who ran it. */
export function InteractionLine({ message, guildId }: LineProps) {
  const metadata = message.interaction_metadata;
  const user = metadata?.user;
  const shown = useClientState((state) =>
    user === undefined ? '' : user.id in state.users ? displayName(state, user.id, guildId) : user.username,
  );
  // The command's name stands in the older field alone, which Discord still sends.
  const name =
    message.interaction?.name ?? (metadata !== undefined && 'name' in metadata ? String(metadata.name) : null);
  const fromMenu = message.type === 23;
  if (user === undefined || (metadata?.type as number) !== 2) return null;
  return (
    <div className={styles.context}>
      <UserAvatar user={user} guildId={guildId} size={18} />
      <b>{shown}</b>
      <span>
        used <span className={styles.command}>{name === null ? 'a command' : fromMenu ? name : `/${name}`}</span>
      </span>
    </div>
  );
}
