import { type ClipboardEvent, type KeyboardEvent, useCallback, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { Icon } from '../../shared/icons.tsx';
import { CommandForm } from '../commands/command-form.tsx';
import type { RunnableCommand } from '../client/interactions.ts';
import { useClient, useClientState, usePlayground, useUi } from '../context.tsx';
import type { Channel } from '../state/model.ts';
import { allows, Permission } from '../state/permissions.ts';
import { channelTitle, ownPermissions } from '../state/select.ts';
import { EmojiButton } from './emoji-button.tsx';
import { FileTray } from './file-tray.tsx';
import { loadDraft, saveDraft } from './drafts.ts';
import { receiveInsertions } from './insert.ts';
import { ReplyBar } from './reply-bar.tsx';
import { StickerButton } from './sticker-button.tsx';
import { SuggestionList } from './suggestion-list.tsx';
import { useDraft } from './use-draft.ts';
import { useSend } from './use-send.ts';
import { useSuggestions } from './use-suggestions.ts';
import styles from './composer.module.css';

interface ComposerProps {
  readonly channel: Channel;
  /** Files that were dropped somewhere on the channel. */
  readonly dropped: readonly File[];
}

/** The message box with its helpers; in the middle of a command, the command's form instead. */
export function Composer({ channel, dropped }: ComposerProps) {
  const { member } = useClient();
  const [command, setCommand] = useState<{ runnable: RunnableCommand; typed: string } | null>(null);
  const mayWrite = useClientState((state) => {
    const wanted = channel.thread === null ? Permission.sendMessages : Permission.sendMessagesInThreads;
    return allows(ownPermissions(state, channel), wanted);
  });
  if (!mayWrite) {
    return (
      <div className={styles.closed} role="note">
        <Icon name="lock" size={16} /> You may read this channel, but not write in it.
      </div>
    );
  }
  if (command !== null) {
    return (
      <CommandForm
        channelId={channel.id}
        runnable={command.runnable}
        typed={command.typed}
        onLeave={() => setCommand(null)}
      />
    );
  }
  const begin = (runnable: RunnableCommand, typed: string): void => {
    // The box is gone before it could keep its emptied text, and would come back with the command's name in it.
    saveDraft(member.id, channel.id, { ...loadDraft(member.id, channel.id), text: '' });
    setCommand({ runnable, typed });
  };
  return <MessageBox channel={channel} dropped={dropped} onCommand={begin} />;
}

type MessageBoxProps = ComposerProps & {
  readonly onCommand: (command: RunnableCommand, typed: string) => void;
};

function MessageBox({ channel, dropped, onCommand }: MessageBoxProps) {
  const client = useClient();
  const box = useRef<HTMLTextAreaElement>(null);
  const draft = useDraft(channel.id);
  const { text, setText, files, setFiles } = draft;
  const title = useClientState((state) => channelTitle(state, channel));
  const send = useSend(channel, draft);
  const insert = useInsertion(box, draft);
  const help = useSuggestions({ channel, text, box, setText, onCommand });
  useEffect(() => {
    if (dropped.length > 0) setFiles((known) => [...known, ...dropped]);
  }, [dropped, setFiles]);
  useGrowing(box, text);
  useFocusOnArrival(box);
  const canSend = text.trim() !== '' || files.length > 0;
  const onKeyDown = useBoxKeys({ channel, text, help, send, canSend });
  const onPaste = (event: ClipboardEvent): void => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    setFiles((known) => [...known, ...event.clipboardData.files]);
  };
  const place = channel.guildId === null ? `@${title}` : channel.thread === null ? `#${title}` : title;
  return (
    <div className={styles.composer}>
      <SuggestionList help={help} />
      <ReplyBar channelId={channel.id} />
      <FileTray files={files} onChange={setFiles} />
      <div className={styles.line}>
        <FileButton onChoose={(chosen) => setFiles((known) => [...known, ...chosen])} />
        <textarea
          ref={box}
          data-testid="composer"
          rows={1}
          value={text}
          placeholder={`Message ${place}`}
          aria-label={`Message ${place}`}
          aria-autocomplete="list"
          aria-controls={help.items.length > 0 ? 'composer-suggestions' : undefined}
          aria-activedescendant={help.items.length > 0 ? `suggestion-${help.active}` : undefined}
          onChange={(event) => {
            setText(event.target.value);
            help.onCaret(event.target.selectionStart);
            if (event.target.value !== '' && !event.target.value.startsWith('/')) client.noteTyping(channel.id);
          }}
          onSelect={(event) => help.onCaret(event.currentTarget.selectionStart)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <StickerButton channel={channel} />
        <EmojiButton onChoose={(emoji) => insert(emoji)} />
        <SendButton enabled={canSend} onPress={send} />
      </div>
      <LengthNote length={text.trim().length} />
    </div>
  );
}

function SendButton({ enabled, onPress }: { readonly enabled: boolean; readonly onPress: () => void }) {
  return (
    <button type="button" className={styles.send} aria-label="Send" disabled={!enabled} onClick={onPress}>
      <Icon name="send" size={19} />
    </button>
  );
}

/** How many characters are left, once the end is near. */
function LengthNote({ length }: { readonly length: number }) {
  if (length <= 1800) return null;
  return (
    <span className={styles.length} data-over={length > 2000 || undefined} role="status">
      {2000 - length}
    </span>
  );
}

function FileButton({ onChoose }: { readonly onChoose: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className={styles.icon}
        aria-label="Add files"
        title="Add files"
        onClick={() => input.current?.click()}
      >
        <Icon name="plus" size={20} />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onChoose([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </>
  );
}

interface BoxKeys {
  readonly channel: Channel;
  readonly text: string;
  readonly help: ReturnType<typeof useSuggestions>;
  readonly send: () => void;
  readonly canSend: boolean;
}

/** Enter sends, Esc leaves what is open, arrow up in an empty box edits one's last message. */
function useBoxKeys({ channel, text, help, send, canSend }: BoxKeys): (event: KeyboardEvent) => void {
  const client = useClient();
  const { ui } = usePlayground();
  const replying = useUi((state) => state.replyTo[channel.id] !== undefined);
  return (event) => {
    if (event.nativeEvent.isComposing || help.onKeyDown(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      if (canSend) send();
    } else if (event.key === 'Escape' && replying) {
      ui.dispatch({ type: 'reply', channelId: channel.id, message: undefined });
    } else if (event.key === 'ArrowUp' && text === '') {
      const items = client.store.getState().windows[channel.id]?.items ?? [];
      const own = items.findLast(
        (item) => item.author.id === client.member.id && (item.type === 0 || item.type === 19),
      );
      if (own === undefined) return;
      event.preventDefault();
      ui.dispatch({ type: 'set', change: { editingId: own.id } });
    }
  };
}

/** Puts text where the cursor stands, and takes what other parts of the page insert. */
function useInsertion(
  box: React.RefObject<HTMLTextAreaElement | null>,
  draft: ReturnType<typeof useDraft>,
): (text: string) => void {
  const { setText, setFiles } = draft;
  const insert = useCallback(
    (added: string) => {
      const element = box.current;
      const start = element?.selectionStart ?? Infinity;
      const end = element?.selectionEnd ?? Infinity;
      // Drawn at once: the next key must already go behind what was inserted.
      flushSync(() => setText((known) => known.slice(0, start) + added + known.slice(end)));
      element?.focus();
      element?.setSelectionRange(start + added.length, start + added.length);
    },
    [box, setText],
  );
  useEffect(
    () =>
      receiveInsertions((added, files) => {
        insert(added);
        setFiles((known) => [...known, ...files]);
      }),
    [insert, setFiles],
  );
  return insert;
}

/** The box is as high as its text, up to the height its style allows. */
function useGrowing(box: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [box, text]);
}

/** Arriving in a channel with a real keyboard, one can write at once; on a phone the keyboard would cover the page. */
function useFocusOnArrival(box: React.RefObject<HTMLTextAreaElement | null>): void {
  useEffect(() => {
    // Who came for a message stays with it.
    if (document.activeElement?.closest('[data-message-id]') != null) return;
    if (matchMedia('(hover: hover) and (min-width: 721px)').matches) box.current?.focus();
  }, [box]);
}
