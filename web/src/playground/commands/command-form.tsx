import { type FormEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { APIApplicationCommandOption } from 'discord-api-types/v10';
import { Icon } from '../../shared/icons.tsx';
import { commandTitle, type OptionValue, type RunnableCommand } from '../client/interactions.ts';
import { useClient } from '../context.tsx';
import { finalValues, optionProblem, valuesFromText } from './option-values.ts';
import { OptionField } from './option-field.tsx';
import { focusComposer } from '../use-actions.ts';
import styles from './commands.module.css';

interface CommandFormProps {
  readonly channelId: string;
  readonly runnable: RunnableCommand;
  /** What was typed behind the command's name. */
  readonly typed: string;
  readonly onLeave: () => void;
}

/** A command with its options as fields, in the place of the message box. One without options runs at once. */
export function CommandForm({ channelId, runnable, typed, onLeave }: CommandFormProps) {
  const client = useClient();
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState(() => valuesFromText(runnable.options, typed));
  const [shown, setShown] = useState(() => firstShown(runnable, values));
  const [checked, setChecked] = useState(false);
  const leave = (): void => {
    onLeave();
    focusComposer();
  };
  const run = (): void => {
    if (runnable.options.some((option) => optionProblem(option, values.get(option.name)) !== null)) {
      setChecked(true);
      return;
    }
    void client.interactions.runCommand(channelId, runnable, finalValues(runnable.options, values));
    leave();
  };
  useRunAtOnce(runnable, run);
  useFocusNewField(form, shown);
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !event.defaultPrevented) leave();
  };
  const fieldOf = (option: APIApplicationCommandOption) => (
    <OptionField
      key={option.name}
      option={option}
      value={values.get(option.name)}
      problem={checked ? optionProblem(option, values.get(option.name)) : null}
      context={{ channelId, runnable, values }}
      onChange={(value) => setValues(withValue(values, option.name, value))}
    />
  );
  const isShown = (option: APIApplicationCommandOption): boolean => shown.includes(option.name);
  const title = commandTitle(runnable);
  return (
    <form ref={form} className={styles.form} aria-label={title} onSubmit={onSubmit} onKeyDown={onKeyDown} noValidate>
      <CommandHead runnable={runnable} onLeave={leave} />
      <div className={styles.fields}>{runnable.options.filter(isShown).map(fieldOf)}</div>
      <footer>
        <MoreOptions
          options={runnable.options.filter((option) => !isShown(option))}
          onShow={(name) => setShown([...shown, name])}
        />
        <button type="submit" className={styles.run}>
          <Icon name="send" size={16} /> Run
        </button>
      </footer>
    </form>
  );
}

/** Fields that stand in the form from the start: what is needed, and what was typed already. */
function firstShown(runnable: RunnableCommand, values: ReadonlyMap<string, OptionValue>): readonly string[] {
  return runnable.options
    .filter((option) => option.required === true || values.has(option.name))
    .map(({ name }) => name);
}

function CommandHead({ runnable, onLeave }: { readonly runnable: RunnableCommand; readonly onLeave: () => void }) {
  return (
    <header>
      <b>{commandTitle(runnable)}</b>
      <span>{runnable.description}</span>
      <button type="button" aria-label="Leave the command" onClick={onLeave}>
        <Icon name="close" size={16} />
      </button>
    </header>
  );
}

function withValue(values: ReadonlyMap<string, OptionValue>, name: string, value: OptionValue | undefined) {
  const next = new Map(values);
  if (value === undefined) next.delete(name);
  else next.set(name, value);
  return next;
}

/** A command that asks for nothing needs no second press. */
function useRunAtOnce(runnable: RunnableCommand, run: () => void): void {
  const started = useRef(false);
  useEffect(() => {
    if (runnable.options.length > 0 || started.current) return;
    started.current = true;
    run();
  });
}

function useFocusNewField(form: React.RefObject<HTMLFormElement | null>, shown: readonly string[]): void {
  const newest = shown.at(-1);
  const first = useRef(true);
  useEffect(() => {
    const fields = form.current?.querySelectorAll<HTMLElement>('[data-option] :is(input, select, button)') ?? [];
    const wanted = first.current
      ? fields[0]
      : form.current?.querySelector<HTMLElement>(
          `[data-option="${CSS.escape(newest ?? '')}"] :is(input, select, button)`,
        );
    first.current = false;
    (wanted ?? form.current?.querySelector<HTMLElement>('[type="submit"]'))?.focus();
  }, [form, newest]);
}

interface MoreOptionsProps {
  readonly options: readonly APIApplicationCommandOption[];
  readonly onShow: (name: string) => void;
}

function MoreOptions({ options, onShow }: MoreOptionsProps) {
  return (
    <div className={styles.more}>
      {options.map((option) => (
        <button key={option.name} type="button" title={option.description} onClick={() => onShow(option.name)}>
          <Icon name="plus" size={13} /> {option.name}
        </button>
      ))}
    </div>
  );
}
