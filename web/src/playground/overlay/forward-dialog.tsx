import { type FormEvent, useState } from 'react';
import type { PlaygroundClient } from '../client/client.ts';
import { encodeContent } from '../composer/content.ts';
import { useClient } from '../context.tsx';
import { DestinationPicker } from '../navigation/destination-picker.tsx';
import type { Destination } from '../navigation/destinations.ts';
import type { Message } from '../state/model.ts';
import { useActions } from '../use-actions.ts';
import styles from './overlay.module.css';

const mostPlaces = 5;

interface ForwardDialogProps {
  readonly message: Message;
  readonly onDone: () => void;
}

async function forwardTo(
  client: PlaygroundClient,
  message: Message,
  destination: Destination,
  words: string,
): Promise<void> {
  const channelId = destination.channel?.id ?? (await client.openDirectChannel(destination.userId ?? ''));
  await client.forward(message, channelId);
  if (words === '') return;
  const content = encodeContent(client.store.getState(), destination.channel?.guildId ?? null, words);
  client.outbox.send(channelId, { content, files: [], replyToId: null, pingReplied: false });
}

/** Chooses where a message is forwarded to, with words of one's own below it. */
export function ForwardDialog({ message, onDone }: ForwardDialogProps) {
  const client = useClient();
  const actions = useActions();
  const [chosen, setChosen] = useState<ReadonlyMap<string, Destination>>(new Map());
  const [words, setWords] = useState('');
  const [busy, setBusy] = useState(false);
  const toggle = (destination: Destination): void => {
    const next = new Map(chosen);
    if (!next.delete(destination.key)) {
      if (next.size >= mostPlaces) {
        actions.toast('info', `${mostPlaces} places at once are the most.`);
        return;
      }
      next.set(destination.key, destination);
    }
    setChosen(next);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const done: string[] = [];
    for (const destination of chosen.values()) {
      if (await actions.attempt(forwardTo(client, message, destination, words.trim()))) done.push(destination.key);
    }
    setBusy(false);
    setChosen(new Map([...chosen].filter(([key]) => !done.includes(key))));
    if (done.length < chosen.size) return;
    actions.toast('info', 'Message forwarded.');
    onDone();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <DestinationPicker
        label="Search channels and people"
        forSending
        chosen={new Set(chosen.keys())}
        onChoose={toggle}
      />
      <input
        className={styles.input}
        value={words}
        maxLength={2000}
        placeholder="Add a message (optional)"
        aria-label="Add a message"
        onChange={(event) => setWords(event.target.value)}
      />
      <div className={styles.buttons}>
        <button type="button" onClick={onDone}>
          Cancel
        </button>
        <button type="submit" className={styles.primary} disabled={busy || chosen.size === 0}>
          {chosen.size > 1 ? `Forward to ${chosen.size}` : 'Forward'}
        </button>
      </div>
    </form>
  );
}
