import { Modal } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { decodeContent } from '../composer/content.ts';
import { EmojiPicker } from '../composer/emoji-picker.tsx';
import { useClient, usePlayground, useUi } from '../context.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import { QuickSwitcher } from '../navigation/quick-switcher.tsx';
import type { Message } from '../state/model.ts';
import { useActions } from '../use-actions.ts';
import { ForwardDialog } from './forward-dialog.tsx';
import styles from './overlay.module.css';

/** The page's own questions: delete, react, name a thread. */
export function Dialogs() {
  const { ui } = usePlayground();
  const dialog = useUi((state) => state.dialog);
  const close = (): void => ui.dispatch({ type: 'set', change: { dialog: null } });
  const titles = {
    delete: 'Delete this message?',
    react: 'Add a reaction',
    thread: 'Create a thread',
    forward: 'Forward to',
    switch: 'Go to',
  } as const;
  return (
    <Modal
      opened={dialog !== null}
      onClose={close}
      title={dialog === null ? '' : titles[dialog.kind]}
      size={dialog?.kind === 'react' ? 'auto' : dialog?.kind === 'switch' ? 540 : 440}
      centered
      transitionProps={{ duration: 120 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {dialog?.kind === 'delete' ? <DeleteDialog message={dialog.message} onDone={close} /> : null}
      {dialog?.kind === 'react' ? <ReactDialog message={dialog.message} onDone={close} /> : null}
      {dialog?.kind === 'forward' ? <ForwardDialog message={dialog.message} onDone={close} /> : null}
      {dialog?.kind === 'switch' ? <QuickSwitcher /> : null}
      {dialog?.kind === 'thread' ? (
        <ThreadDialog channelId={dialog.channelId} message={dialog.message} onDone={close} />
      ) : null}
    </Modal>
  );
}

interface MessageDialogProps {
  readonly message: Message;
  readonly onDone: () => void;
}

function DeleteDialog({ message, onDone }: MessageDialogProps) {
  const { api } = useClient();
  const actions = useActions();
  const remove = async (): Promise<void> => {
    if (await actions.attempt(api.deleteMessage(message.channel_id, message.id))) onDone();
  };
  return (
    <>
      <div className={styles.quoted}>
        <Markdown text={message.content === '' ? '*no text*' : message.content} guildId={null} />
      </div>
      <div className={styles.buttons}>
        <button type="button" onClick={onDone}>
          Keep it
        </button>
        <button type="button" className={styles.danger} data-autofocus onClick={() => void remove()}>
          Delete
        </button>
      </div>
    </>
  );
}

function ReactDialog({ message, onDone }: MessageDialogProps) {
  const { api } = useClient();
  const actions = useActions();
  return (
    <EmojiPicker
      onChoose={(emoji) => {
        onDone();
        void actions.attempt(api.addReaction(message.channel_id, message.id, emoji));
      }}
    />
  );
}

interface ThreadDialogProps {
  readonly channelId: string;
  readonly message: Message | null;
  readonly onDone: () => void;
}

function ThreadDialog({ channelId, message, onDone }: ThreadDialogProps) {
  const client = useClient();
  const actions = useActions();
  const [name, setName] = useState(() => {
    const state = client.store.getState();
    const guildId = state.channels[channelId]?.guildId ?? null;
    return (
      decodeContent(state, guildId, message?.content ?? '')
        .split('\n')[0]
        ?.slice(0, 60) ?? ''
    );
  });
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (name.trim() === '') return;
    const done = client.createThread(channelId, message?.id ?? null, name.trim()).then(actions.openChannel);
    if (await actions.attempt(done)) onDone();
  };
  return (
    <form onSubmit={(event) => void create(event)}>
      <label className={styles.label} htmlFor="thread-name">
        Name
      </label>
      <input
        id="thread-name"
        className={styles.input}
        value={name}
        maxLength={100}
        required
        data-autofocus
        onFocus={(event) => event.target.select()}
        onChange={(event) => setName(event.target.value)}
      />
      <div className={styles.buttons}>
        <button type="button" onClick={onDone}>
          Leave
        </button>
        <button type="submit" className={styles.primary} disabled={name.trim() === ''}>
          Create thread
        </button>
      </div>
    </form>
  );
}
