import { type KeyboardEvent, type RefObject, useEffect, useMemo, useState } from 'react';
import { flushSync } from 'react-dom';
import { commandTitle, type RunnableCommand, runnableCommands } from '../client/interactions.ts';
import { useOfferedCommands } from '../commands/use-offered-commands.ts';
import { useClient, usePlayground } from '../context.tsx';
import type { Channel } from '../state/model.ts';
import { type Suggestion, suggest } from './suggestions.ts';
import { findTrigger } from './trigger.ts';

interface SuggestionsInput {
  readonly channel: Channel;
  readonly text: string;
  readonly box: RefObject<HTMLTextAreaElement | null>;
  readonly setText: (text: string) => void;
  readonly onCommand: (command: RunnableCommand, typed: string) => void;
}

const nothing: readonly Suggestion[] = [];

/** What the box offers for the word before the cursor, and how keys and presses choose from it. */
export function useSuggestions({ channel, text, box, setText, onCommand }: SuggestionsInput) {
  const client = useClient();
  const { refreshCommands } = usePlayground();
  const commands = useOfferedCommands(channel.id);
  const [caret, setCaret] = useState(text.length);
  const [active, setActive] = useState(0);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const trigger = useMemo(() => findTrigger(text, Math.min(caret, text.length)), [text, caret]);
  const runnable = useMemo(() => runnableCommands(commands), [commands]);
  const asksCommand = trigger?.kind === 'command';
  useEffect(() => {
    if (asksCommand) refreshCommands();
  }, [asksCommand, refreshCommands]);
  const items = useMemo(
    () =>
      trigger === null || dismissed === text
        ? nothing
        : suggest(client.store.getState(), channel.guildId, runnable, trigger),
    [trigger, dismissed, text, client, channel.guildId, runnable],
  );
  useEffect(() => setActive(0), [trigger?.kind, trigger?.query]);
  const choose = (item: Suggestion): void => {
    if (trigger === null) return;
    if (item.command !== null) {
      setText('');
      onCommand(item.command, text.slice(commandTitle(item.command).length).trim());
      return;
    }
    const place = trigger.from + item.insert.length;
    // Drawn at once: the next key must already go behind what was inserted.
    flushSync(() => {
      setText(text.slice(0, trigger.from) + item.insert + text.slice(caret));
      setCaret(place);
    });
    box.current?.focus();
    box.current?.setSelectionRange(place, place);
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    const item = items[active];
    if (item === undefined) return false;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setActive((active + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length);
    } else if (event.key === 'Escape') {
      setDismissed(text);
    } else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') {
      choose(item);
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  };
  return { items, active, kind: trigger?.kind ?? null, choose, onKeyDown, onCaret: setCaret, setActive };
}
