import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { usePlayground, useUi, useWholeState } from '../context.tsx';
import { searchHints, type SearchHint } from './parse-search.ts';
import styles from './search.module.css';

interface SearchFieldProps {
  readonly guildId: string;
  readonly guildName: string;
  readonly autoFocus?: boolean;
}

/** The search of a server, with helpers for its filters. Enter searches, Escape leaves. */
export function SearchField({ guildId, guildName, autoFocus = false }: SearchFieldProps) {
  const { ui } = usePlayground();
  const search = useUi((state) => state.search);
  const [text, setText] = useState(search ?? '');
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => setText(search ?? ''), [search]);
  const help = useHints(guildId, text);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    help.close();
    ui.dispatch({ type: 'set', change: { search: text.trim() === '' ? null : text.trim() } });
  };
  const take = (hint: SearchHint): void => {
    setText(hint.text);
    help.reset();
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (help.onKeyDown(event, take)) return;
    if (event.key === 'Escape') {
      event.stopPropagation();
      setText('');
      ui.dispatch({ type: 'set', change: { search: null } });
      box.current?.blur();
    }
  };
  return (
    <form role="search" className={styles.form} onSubmit={submit} onBlur={help.onBlur}>
      <Icon name="search" size={16} />
      <input
        ref={box}
        value={text}
        placeholder="Search"
        aria-label={`Search ${guildName}`}
        role="combobox"
        aria-expanded={help.shown.length > 0}
        aria-controls={help.id}
        aria-activedescendant={help.active === -1 ? undefined : `${help.id}-${help.active}`}
        autoFocus={autoFocus}
        data-testid="search"
        onFocus={help.open}
        onChange={(event) => {
          setText(event.target.value);
          help.reset();
        }}
        onKeyDown={onKeyDown}
      />
      {help.shown.length === 0 ? null : <HintList help={help} onTake={take} />}
    </form>
  );
}

type Help = ReturnType<typeof useHints>;

function HintList({ help, onTake }: { readonly help: Help; readonly onTake: (hint: SearchHint) => void }) {
  return (
    <div className={styles.hints} role="listbox" id={help.id} aria-label="Filters">
      {help.shown.map((hint, index) => (
        <div
          key={hint.label}
          id={`${help.id}-${index}`}
          role="option"
          aria-selected={index === help.active}
          // The field keeps the focus, which a press would take from it.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(hint)}
        >
          <b>{hint.label}</b>
          <span>{hint.description}</span>
        </div>
      ))}
    </div>
  );
}

/** The helpers below the field: open while it has the focus; none is chosen until an arrow key chooses. */
function useHints(guildId: string, text: string) {
  const state = useWholeState();
  const id = useId();
  const [opened, setOpened] = useState(false);
  const [active, setActive] = useState(-1);
  const shown = opened ? searchHints(state, guildId, text) : [];
  const reset = (): void => {
    setOpened(true);
    setActive(-1);
  };
  const close = (): void => setOpened(false);
  const onKeyDown = (event: KeyboardEvent, take: (hint: SearchHint) => void): boolean => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && shown.length > 0) {
      event.preventDefault();
      setActive((active + step + shown.length + (active === -1 && step === -1 ? 1 : 0)) % shown.length);
      return true;
    }
    const hint = shown[active] ?? (event.key === 'Tab' && text.trim() !== '' ? shown[0] : undefined);
    if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey && hint !== undefined) {
      event.preventDefault();
      take(hint);
      return true;
    }
    return false;
  };
  return { id, shown, active, reset, close, onKeyDown, open: () => setOpened(true), onBlur: close };
}
