import type { APIApplicationCommandOption, APIApplicationCommandOptionChoice } from 'discord-api-types/v10';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { type OptionValue, valueText } from '../client/interactions.ts';
import { useClient, useClientState } from '../context.tsx';
import type { OptionContext } from './option-values.ts';
import styles from './commands.module.css';

const pauseMs = 200;
const noChoices: readonly APIApplicationCommandOptionChoice[] = [];

interface AutocompleteInputProps {
  readonly id: string;
  readonly option: APIApplicationCommandOption;
  readonly value: OptionValue | undefined;
  readonly context: OptionContext;
  readonly onChange: (value: OptionValue | undefined) => void;
}

/** A field whose choices the application thinks of while one types. What is typed counts even when nothing is chosen. */
export function AutocompleteInput({ id, option, value, context, onChange }: AutocompleteInputProps) {
  const [text, setText] = useState(() => valueText(value));
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const choices = useChoices(option.name, text, open, context);
  const choose = (choice: APIApplicationCommandOptionChoice): void => {
    setText(choice.name);
    setOpen(false);
    onChange(choice.value);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const choice = choices[active];
    if (!open || choice === undefined) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      setActive((active + (event.key === 'ArrowDown' ? 1 : choices.length - 1)) % choices.length);
    } else if (event.key === 'Enter') choose(choice);
    else if (event.key === 'Escape') setOpen(false);
    else return;
    event.preventDefault();
  };
  return (
    <div className={styles.autocomplete}>
      <input
        id={id}
        type="text"
        role="combobox"
        autoComplete="off"
        aria-expanded={open && choices.length > 0}
        aria-controls={`${id}-choices`}
        value={text}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
          setOpen(true);
          onChange(event.target.value);
        }}
      />
      {open && choices.length > 0 ? (
        <div role="listbox" id={`${id}-choices`} className={styles.choices}>
          {choices.map((choice, index) => (
            <button
              key={`${choice.name}-${index}`}
              type="button"
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(choice)}
            >
              {choice.name}
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}

/** Asks after a short pause in typing; answers to earlier questions are passed over. */
function useChoices(name: string, text: string, open: boolean, context: OptionContext) {
  const { interactions } = useClient();
  const suggestions = useClientState((state) => state.suggestions);
  const asked = useRef<string | null>(null);
  const latest = useRef(context);
  latest.current = context;
  useEffect(() => {
    if (!open) return;
    const timer = setTimeout(() => {
      const { channelId, runnable, values } = latest.current;
      const typed = new Map(values).set(name, text);
      interactions
        .autocomplete(channelId, runnable, typed, name, (nonce) => {
          asked.current = nonce;
        })
        .catch(() => undefined);
    }, pauseMs);
    return () => clearTimeout(timer);
  }, [interactions, name, text, open]);
  return suggestions !== null && suggestions.nonce === asked.current ? suggestions.choices : noChoices;
}
