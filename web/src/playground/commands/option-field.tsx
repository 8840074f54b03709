import type { APIApplicationCommandOption } from 'discord-api-types/v10';
import { useId } from 'react';
import { OptionKind, type OptionValue, valueText } from '../client/interactions.ts';
import { useUi, useWholeState } from '../context.tsx';
import type { ClientState } from '../state/client-state.ts';
import { ChannelKind } from '../state/model.ts';
import { channelTitle, displayName } from '../state/select.ts';
import { AutocompleteInput } from './autocomplete-input.tsx';
import { fixedChoices, hasAutocomplete, type OptionContext } from './option-values.ts';
import styles from './commands.module.css';

interface OptionFieldProps {
  readonly option: APIApplicationCommandOption;
  readonly value: OptionValue | undefined;
  readonly problem: string | null;
  readonly context: OptionContext;
  readonly onChange: (value: OptionValue | undefined) => void;
}

/** One option of a command, with the input its type asks for. */
export function OptionField(props: OptionFieldProps) {
  const { option, problem } = props;
  const id = useId();
  return (
    <div className={styles.field} data-option={option.name}>
      <label htmlFor={id}>
        {option.name}
        {option.required === true ? <abbr title="needed">*</abbr> : null}
        <span>{option.description}</span>
      </label>
      <OptionInput {...props} id={id} />
      {problem === null ? null : (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

type OptionInputProps = OptionFieldProps & { readonly id: string };

function OptionInput(props: OptionInputProps) {
  const { option, value, onChange, id } = props;
  const kind = option.type as number;
  if (fixedChoices(option).length > 0) return <ChoiceInput {...props} />;
  if (hasAutocomplete(option)) {
    return <AutocompleteInput id={id} option={option} value={value} context={props.context} onChange={onChange} />;
  }
  if (kind === OptionKind.boolean) return <BooleanInput {...props} />;
  if (kind === OptionKind.attachment) {
    return <input id={id} type="file" onChange={(event) => onChange(event.target.files?.[0])} />;
  }
  if (kind >= OptionKind.user && kind <= OptionKind.mentionable) return <PlaceInput {...props} />;
  const numeric = kind === OptionKind.integer || kind === OptionKind.number;
  return (
    <input
      id={id}
      type="text"
      inputMode={numeric ? 'decimal' : 'text'}
      autoComplete="off"
      value={valueText(value)}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function ChoiceInput({ option, value, onChange, id }: OptionInputProps) {
  const choices = fixedChoices(option);
  const index = choices.findIndex((choice) => choice.value === value);
  return (
    <select id={id} value={String(index)} onChange={(event) => onChange(choices[Number(event.target.value)]?.value)}>
      <option value="-1">Choose…</option>
      {choices.map((choice, position) => (
        <option key={choice.name} value={position}>
          {choice.name}
        </option>
      ))}
    </select>
  );
}

function BooleanInput({ value, onChange, id }: OptionInputProps) {
  const shown = typeof value === 'boolean' ? String(value) : '';
  return (
    <select
      id={id}
      value={shown}
      onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value === 'true')}
    >
      <option value="">Choose…</option>
      <option value="true">Yes</option>
      <option value="false">No</option>
    </select>
  );
}

function PlaceInput({ option, value, onChange, id }: OptionInputProps) {
  const state = useWholeState();
  const guildId = useUi((ui) => ui.route.guildId);
  return (
    <select
      id={id}
      value={typeof value === 'string' ? value : ''}
      onChange={(event) => onChange(event.target.value === '' ? undefined : event.target.value)}
    >
      <option value="">Choose…</option>
      {placesFor(state, option, guildId).map(([placeId, name]) => (
        <option key={placeId} value={placeId}>
          {name}
        </option>
      ))}
    </select>
  );
}

function placesFor(
  state: ClientState,
  option: APIApplicationCommandOption,
  guildId: string | null,
): readonly (readonly [string, string])[] {
  const kind = option.type as number;
  const userIds = guildId === null ? Object.keys(state.users) : Object.keys(state.members[guildId] ?? {});
  const users = userIds.map((id) => [id, displayName(state, id, guildId)] as const);
  const roles = Object.values(state.guilds[guildId ?? '']?.roles ?? {}).map(
    (role) => [role.id, `@${role.name}`] as const,
  );
  if (kind === OptionKind.user) return users;
  if (kind === OptionKind.role) return roles;
  if (kind === OptionKind.mentionable) return [...users, ...roles];
  const types = ('channel_types' in option ? option.channel_types : undefined) as readonly number[] | undefined;
  return Object.values(state.channels)
    .filter((channel) => channel.guildId === guildId)
    .filter((channel) => types?.includes(channel.kind) ?? channel.kind !== ChannelKind.category)
    .map((channel) => [channel.id, `#${channelTitle(state, channel)}`] as const);
}
