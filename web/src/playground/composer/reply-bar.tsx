import { Icon } from '../../shared/icons.tsx';
import { useClientState, usePlayground, useUi } from '../context.tsx';
import { displayName } from '../state/select.ts';
import styles from './composer.module.css';

/** Whom the next message answers. */
export function ReplyBar({ channelId }: { readonly channelId: string }) {
  const { ui } = usePlayground();
  const message = useUi((state) => state.replyTo[channelId]);
  const name = useClientState((state) =>
    message === undefined ? '' : displayName(state, message.author.id, state.channels[channelId]?.guildId ?? null),
  );
  if (message === undefined) return null;
  return (
    <div className={styles.replyBar}>
      <Icon name="reply" size={15} />
      <span>
        Answering <b>{name}</b>
      </span>
      <button
        type="button"
        aria-label="Do not answer a message"
        onClick={() => ui.dispatch({ type: 'reply', channelId, message: undefined })}
      >
        <Icon name="close" size={15} />
      </button>
    </div>
  );
}
