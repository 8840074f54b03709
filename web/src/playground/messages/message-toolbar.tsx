import { Icon, type IconName } from '../../shared/icons.tsx';
import { useClient, usePlayground } from '../context.tsx';
import { type Message } from '../state/model.ts';
import { isEphemeral } from '../state/reduce-history.ts';
import { useActions } from '../use-actions.ts';
import styles from './message-row.module.css';

interface MessageToolbarProps {
  readonly message: Message;
  readonly onMore: (x: number, y: number) => void;
}

/** The quick actions of a message, shown while it is hovered or focused. */
export function MessageToolbar({ message, onMore }: MessageToolbarProps) {
  const actions = useActions();
  const { ui } = usePlayground();
  const { member } = useClient();
  const react = (): void => ui.dispatch({ type: 'set', change: { dialog: { kind: 'react', message } } });
  const edit = (): void => ui.dispatch({ type: 'set', change: { editingId: message.id } });
  const local = isEphemeral(message);
  return (
    <div className={styles.toolbar} role="toolbar" aria-label="Message actions">
      {local ? null : <ToolButton icon="smile" label="React" onPress={react} />}
      {local ? null : <ToolButton icon="reply" label="Reply" onPress={() => actions.reply(message)} />}
      {message.author.id === member.id && !local ? <ToolButton icon="edit" label="Edit" onPress={edit} /> : null}
      <button
        type="button"
        aria-label="More"
        title="More"
        aria-haspopup="menu"
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          onMore(box.left, box.bottom + 4);
        }}
      >
        <Icon name="more" size={17} />
      </button>
    </div>
  );
}

interface ToolButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onPress: () => void;
}

function ToolButton({ icon, label, onPress }: ToolButtonProps) {
  return (
    <button type="button" aria-label={label} title={label} onClick={onPress}>
      <Icon name={icon} size={17} />
    </button>
  );
}
