import type { APISelectMenuComponent } from 'discord-api-types/v10';
import { Popover } from '@mantine/core';
import { useId, useState } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { useWholeState } from '../context.tsx';
import { type Choice, choicesOf } from './choices.ts';
import styles from './components.module.css';

interface SelectMenuProps {
  readonly id?: string | undefined;
  readonly describedBy?: string | undefined;
  readonly invalid?: boolean;
  readonly select: APISelectMenuComponent;
  readonly guildId: string | null;
  /** What is chosen; null means the menu's own defaults. */
  readonly values: readonly string[] | null;
  readonly busy: boolean;
  readonly onChoose: (values: readonly string[]) => void;
}

/** A menu to choose one or several entries from; several are sent together when it closes. */
export function SelectMenu({ select, guildId, values, busy, onChoose, ...labels }: SelectMenuProps) {
  const state = useWholeState();
  const [opened, setOpened] = useState(false);
  const [draft, setDraft] = useState<readonly string[]>([]);
  const choices = choicesOf(state, select, guildId);
  const chosen = values ?? choices.filter((choice) => choice.chosen).map((choice) => choice.value);
  const most = select.max_values ?? 1;
  const least = select.min_values ?? 1;
  const change = (open: boolean): void => {
    setOpened(open);
    if (open) setDraft(chosen);
    else if (most > 1 && draft.length >= least && !sameValues(draft, chosen)) onChoose(draft);
  };
  const toggle = (value: string): void => {
    if (most === 1) {
      setOpened(false);
      onChoose([value]);
    } else if (draft.includes(value)) {
      setDraft(draft.filter((entry) => entry !== value));
    } else if (draft.length < most) {
      setDraft([...draft, value]);
    }
  };
  const shown = choices.filter((choice) => chosen.includes(choice.value)).map((choice) => choice.label);
  return (
    <Popover opened={opened} onChange={change} position="bottom-start" width="target" trapFocus withinPortal>
      <Popover.Target>
        <button
          type="button"
          id={labels.id}
          className={styles.select}
          aria-describedby={labels.describedBy}
          aria-invalid={labels.invalid}
          disabled={select.disabled === true}
          aria-haspopup="listbox"
          aria-expanded={opened}
          aria-busy={busy}
          onClick={() => change(!opened)}
        >
          <span data-empty={shown.length === 0 || undefined}>
            {shown.length === 0 ? (select.placeholder ?? 'Choose…') : shown.join(', ')}
          </span>
          <Icon name="chevron" size={16} />
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <ChoiceList choices={choices} chosen={opened ? draft : chosen} many={most > 1} onToggle={toggle} />
      </Popover.Dropdown>
    </Popover>
  );
}

function sameValues(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value) => b.includes(value));
}

interface ChoiceListProps {
  readonly choices: readonly Choice[];
  readonly chosen: readonly string[];
  readonly many: boolean;
  readonly onToggle: (value: string) => void;
}

function ChoiceList({ choices, chosen, many, onToggle }: ChoiceListProps) {
  const id = useId();
  const [filter, setFilter] = useState('');
  const fitting = choices.filter((choice) => choice.label.toLowerCase().includes(filter.toLowerCase()));
  return (
    <>
      {choices.length > 8 ? (
        <input
          className={styles.filter}
          value={filter}
          placeholder="Search"
          aria-label="Search the choices"
          onChange={(event) => setFilter(event.target.value)}
        />
      ) : null}
      <div role="listbox" aria-multiselectable={many} className={styles.choices} id={id}>
        {fitting.map((choice) => (
          <button
            key={choice.value}
            type="button"
            role="option"
            aria-selected={chosen.includes(choice.value)}
            onClick={() => onToggle(choice.value)}
          >
            {choice.emoji?.name ? <span>{choice.emoji.name}</span> : null}
            <span>
              {choice.label}
              {choice.description === null ? null : <small>{choice.description}</small>}
            </span>
            {chosen.includes(choice.value) ? <Icon name="check" size={16} /> : null}
          </button>
        ))}
        {fitting.length === 0 ? <p>Nothing fits.</p> : null}
      </div>
    </>
  );
}
