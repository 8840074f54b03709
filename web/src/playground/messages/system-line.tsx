import { Icon, type IconName } from '../../shared/icons.tsx';
import { formatStamp } from '../../shared/format-time.ts';
import type { Message } from '../state/model.ts';
import { useActions } from '../use-actions.ts';
import { AuthorName } from './author-name.tsx';
import styles from './message-row.module.css';

const notes: Readonly<Record<number, readonly [IconName, string]>> = {
  1: ['people', 'added someone to the group.'],
  2: ['people', 'removed someone from the group.'],
  3: ['voice', 'started a call.'],
  4: ['edit', 'changed the channel’s name.'],
  5: ['edit', 'changed the channel’s icon.'],
  6: ['pin', 'pinned a message to this channel.'],
  7: ['people', 'joined the server. Say hello!'],
  8: ['crown', 'boosted the server.'],
  18: ['thread', 'started a thread:'],
  21: ['thread', 'started this thread.'],
};

/** A note that the system wrote in someone's name. */
export function SystemLine({ message, guildId }: { readonly message: Message; readonly guildId: string | null }) {
  const actions = useActions();
  const [icon, words] =
    notes[message.type] ?? (['more', `did something this page has no words for (type ${message.type}).`] as const);
  const threadId = message.message_reference?.channel_id;
  return (
    <div className={styles.system} data-testid="message-content">
      <Icon name={icon} size={16} />
      <span>
        <AuthorName message={message} guildId={guildId} /> {words}{' '}
        {message.type === 18 && threadId !== undefined ? (
          <button type="button" className={styles.inlineLink} onClick={() => actions.openChannel(threadId)}>
            {message.content}
          </button>
        ) : null}{' '}
        <time className={styles.stamp}>{formatStamp(Date.parse(message.timestamp), Date.now())}</time>
      </span>
    </div>
  );
}
