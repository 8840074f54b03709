import { Button, MultiSelect, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Change, Server, Setting } from './model.ts';
import { texts } from './texts.ts';

interface ControlProps {
  readonly server: Server;
  readonly setting: Setting;
  readonly busy: boolean;
  /** What the bot has against the last value. */
  readonly problem: string | null;
  readonly onChange: (change: Change) => void;
}

/** Stands for the value null, which no menu can hold, and for the empty name of the default model. */
const none = '~none';
const byDefault = '~default';

/** What changes a setting, by its kind. */
export function Control(props: ControlProps) {
  const { setting, busy, onChange } = props;
  const locked = setting.changedBy === 'file';
  if (setting.kind === 'boolean' && !setting.nullable) {
    return (
      <Switch
        aria-label={setting.name}
        checked={setting.value === true}
        disabled={busy || locked}
        error={props.problem}
        onChange={(event) => onChange({ value: event.currentTarget.checked })}
      />
    );
  }
  const options = optionsOf(props);
  if (options === null || locked) return <Written {...props} locked={locked} />;
  return <Chosen {...props} options={options} />;
}

interface Option {
  readonly value: string;
  readonly label: string;
}

/** What can be chosen; null where the value is written. */
function optionsOf({ server, setting }: ControlProps): readonly Option[] | null {
  const entities = (entries: readonly { id: string; name: string }[], sign: string) =>
    entries.map(({ id, name }) => ({ value: id, label: `${sign}${name}` }));
  switch (setting.kind) {
    case 'boolean':
      return ['on', 'off'].map((label) => ({ value: String(label === 'on'), label }));
    case 'choice':
      return setting.choices;
    case 'channel':
      return entities(server.channels, '#');
    case 'role':
      return entities(server.roles, '@');
    case 'model':
      return [
        { value: byDefault, label: texts['default-model'] },
        ...server.models.map((id) => ({ value: id, label: id })),
      ];
    default:
      return null;
  }
}

function Chosen({ setting, busy, problem, onChange, options }: ControlProps & { readonly options: readonly Option[] }) {
  const shared = {
    'aria-label': setting.name,
    disabled: busy,
    error: problem,
    searchable: options.length > 8,
    placeholder: texts.unset,
  };
  if (setting.isList) {
    const value = (setting.value as readonly string[]).map(String);
    // A channel that the file names in words is in no menu, and stays.
    const unknown = value.filter((one) => !options.some((option) => option.value === one));
    const data = [...options, ...unknown.map((one) => ({ value: one, label: one }))];
    return <MultiSelect {...shared} data={data} value={value} onChange={(chosen) => onChange({ value: chosen })} />;
  }
  const data = setting.nullable ? [{ value: none, label: texts.none }, ...options] : [...options];
  const named = typeof setting.value === 'string' ? setting.value : JSON.stringify(setting.value);
  const value = setting.value === null ? none : named === '' ? byDefault : named;
  const change = (chosen: string | null): void => {
    if (chosen === null || chosen === value) return;
    if (chosen === none) onChange({ value: null });
    else if (setting.kind === 'boolean') onChange({ value: chosen === 'true' });
    else onChange({ value: chosen === byDefault ? '' : chosen });
  };
  return <Select {...shared} data={data} value={value} allowDeselect={false} onChange={change} />;
}

function Written({ setting, busy, problem, onChange, locked }: ControlProps & { readonly locked: boolean }) {
  const [draft, setDraft] = useState<string | null>(null);
  const text = draft ?? setting.written;
  const isChanged = draft !== null && draft !== setting.written;
  const isLong = setting.isList || text.length > 60;
  const shared = {
    'aria-label': setting.name,
    value: text,
    error: isChanged ? problem : null,
    disabled: busy || locked,
    placeholder: texts.unset,
    onChange: (event: { currentTarget: { value: string } }) => setDraft(event.currentTarget.value),
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isChanged) onChange({ written: text });
      }}
    >
      {isLong ? <Textarea {...shared} autosize minRows={2} maxRows={8} /> : <TextInput {...shared} />}
      {isChanged ? (
        <Button type="submit" size="xs" mt={6} loading={busy}>
          {texts.save}
        </Button>
      ) : null}
    </form>
  );
}
