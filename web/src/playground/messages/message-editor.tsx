import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { decodeContent, encodeContent } from '../composer/content.ts';
import { useClient, usePlayground } from '../context.tsx';
import { type Message } from '../state/model.ts';
import { focusComposer, useActions } from '../use-actions.ts';
import styles from './message-content.module.css';

/** Edits a message in its place. Enter saves, Esc leaves; emptying the text asks whether to delete. */
export function MessageEditor({ message }: { readonly message: Message }) {
  const client = useClient();
  const { ui } = usePlayground();
  const actions = useActions();
  const guildId = client.store.getState().channels[message.channel_id]?.guildId ?? null;
  const [text, setText] = useState(() => decodeContent(client.store.getState(), guildId, message.content));
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const element = box.current;
    element?.focus();
    element?.setSelectionRange(element.value.length, element.value.length);
  }, []);
  const leave = (): void => {
    ui.dispatch({ type: 'set', change: { editingId: null } });
    focusComposer();
  };
  const save = async (): Promise<void> => {
    if (text.trim() === '' && message.attachments.length === 0) {
      ui.dispatch({ type: 'set', change: { editingId: null, dialog: { kind: 'delete', message } } });
      return;
    }
    const content = encodeContent(client.store.getState(), guildId, text);
    const saved = content === message.content || client.api.editMessage(message.channel_id, message.id, content);
    if (saved === true || (await actions.attempt(saved))) leave();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') leave();
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void save();
  };
  return (
    <div className={styles.editor}>
      <textarea
        ref={box}
        value={text}
        rows={Math.min(12, text.split('\n').length)}
        aria-label="Edit message"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <p>
        <kbd>Esc</kbd> to{' '}
        <button type="button" onClick={leave}>
          leave
        </button>{' '}
        · <kbd>Enter</kbd> to{' '}
        <button type="button" onClick={() => void save()}>
          save
        </button>
      </p>
    </div>
  );
}
