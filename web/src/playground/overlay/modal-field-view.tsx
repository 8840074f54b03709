import type { APIRadioGroupOption, APITextInputComponent } from 'discord-api-types/v10';
import { type DragEvent, type ReactNode, useId, useRef } from 'react';
import { Icon } from '../../shared/icons.tsx';
import { SelectMenu } from '../components/select-menu.tsx';
import { FileTray } from '../composer/file-tray.tsx';
import { type FieldInput, type FieldValues, isRequired, type ModalField } from './modal-fields.ts';
import styles from './overlay.module.css';

interface ModalFieldViewProps {
  readonly field: ModalField;
  readonly guildId: string | null;
  readonly values: FieldValues;
  readonly problem: string | null;
  /** The first field has the focus when the form opens. */
  readonly first: boolean;
  readonly onChange: (values: FieldValues) => void;
}

/** What every input is told of its field. */
interface InputProps extends Omit<ModalFieldViewProps, 'field'> {
  readonly id: string;
  /** Ids of the texts that describe it. */
  readonly describedBy: string | undefined;
  readonly label: string;
}

/** A field of an application's form: label, description, input, and what is wrong with it. */
export function ModalFieldView(props: ModalFieldViewProps) {
  const { field, problem } = props;
  const id = useId();
  const describedBy = [field.description === null ? null : `${id}-about`, problem === null ? null : `${id}-problem`]
    .filter((name) => name !== null)
    .join(' ');
  const grouped = field.input?.kind === 'radio' || field.input?.kind === 'checkboxes';
  const head = (
    <>
      {field.label}
      {isRequired(field) ? (
        <>
          <abbr aria-hidden="true" title="required">
            *
          </abbr>
          <span className="visually-hidden"> (required)</span>
        </>
      ) : null}
    </>
  );
  return (
    <div className={styles.field} data-testid="modal-field">
      {grouped ? (
        <span className={styles.label} id={`${id}-label`}>
          {head}
        </span>
      ) : (
        <label className={styles.label} htmlFor={id} id={`${id}-label`}>
          {head}
        </label>
      )}
      {field.description === null ? null : (
        <p className={styles.description} id={`${id}-about`}>
          {field.description}
        </p>
      )}
      {field.input === null ? (
        <p className={styles.problem}>This page cannot show this kind of field.</p>
      ) : (
        <InputView {...props} input={field.input} id={id} label={field.label} describedBy={describedBy || undefined} />
      )}
      {problem === null ? null : (
        <p className={styles.problem} role="alert" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

function InputView({ input, ...props }: InputProps & { readonly input: FieldInput }) {
  const texts = props.values.filter((value) => typeof value === 'string');
  switch (input.kind) {
    case 'text':
      return <TextView {...props} component={input.component} text={texts[0] ?? ''} />;
    case 'select':
      return (
        <SelectMenu
          id={props.id}
          invalid={props.problem !== null}
          describedBy={props.describedBy}
          select={input.component}
          guildId={props.guildId}
          values={texts}
          busy={false}
          onChoose={props.onChange}
        />
      );
    case 'files':
      return <FilesView {...props} most={input.component.max_values ?? 1} types={input.component.file_types ?? []} />;
    case 'radio':
      return <OptionsView {...props} options={input.component.options} texts={texts} many={false} />;
    case 'checkboxes':
      return <OptionsView {...props} options={input.component.options} texts={texts} many />;
    case 'checkbox':
      return (
        <input
          id={props.id}
          type="checkbox"
          className={styles.tick}
          checked={texts[0] === 'true'}
          aria-describedby={props.describedBy}
          data-autofocus={props.first || undefined}
          onChange={(event) => props.onChange(event.target.checked ? ['true'] : [])}
        />
      );
  }
}

interface TextViewProps extends InputProps {
  readonly component: APITextInputComponent;
  readonly text: string;
}

function TextView({ id, component, text, problem, describedBy, first, onChange }: TextViewProps) {
  const shared = {
    id,
    className: styles.input,
    value: text,
    placeholder: component.placeholder,
    maxLength: component.max_length,
    'aria-invalid': problem !== null,
    'aria-describedby': describedBy,
    'data-autofocus': first || undefined,
  };
  // Style 2 is a paragraph; a single line is 1.
  return (component.style as number) === 2 ? (
    <textarea {...shared} rows={5} onChange={(event) => onChange([event.target.value])} />
  ) : (
    <input {...shared} type="text" onChange={(event) => onChange([event.target.value])} />
  );
}

interface OptionsViewProps extends InputProps {
  readonly options: readonly APIRadioGroupOption[];
  readonly texts: readonly string[];
  /** Checkboxes, of which several may be ticked, or radio buttons. */
  readonly many: boolean;
}

function OptionsView({ id, options, texts, many, problem, describedBy, first, onChange }: OptionsViewProps): ReactNode {
  const toggle = (value: string, on: boolean): void => {
    if (!many) onChange([value]);
    else
      onChange(options.map((option) => option.value).filter((entry) => (entry === value ? on : texts.includes(entry))));
  };
  return (
    <div
      className={styles.options}
      role={many ? 'group' : 'radiogroup'}
      aria-labelledby={`${id}-label`}
      aria-describedby={describedBy}
    >
      {options.map((option, index) => (
        <label key={option.value} className={styles.option}>
          <input
            type={many ? 'checkbox' : 'radio'}
            name={id}
            className={styles.tick}
            checked={texts.includes(option.value)}
            aria-invalid={problem !== null}
            data-autofocus={(first && index === 0) || undefined}
            onChange={(event) => toggle(option.value, event.target.checked)}
          />
          <span>
            {option.label}
            {option.description === undefined ? null : <small>{option.description}</small>}
          </span>
        </label>
      ))}
    </div>
  );
}

interface FilesViewProps extends InputProps {
  readonly most: number;
  readonly types: readonly string[];
}

function FilesView({ id, values, most, types, problem, describedBy, first, onChange }: FilesViewProps) {
  const input = useRef<HTMLInputElement>(null);
  const files = values.filter((value) => value instanceof File);
  const add = (added: Iterable<File>): void => onChange([...files, ...added].slice(0, most));
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    add(event.dataTransfer.files);
  };
  return (
    <div className={styles.upload} onDrop={drop} onDragOver={(event) => event.preventDefault()}>
      <FileTray files={files} onChange={onChange} />
      {files.length >= most ? null : (
        <button
          id={id}
          type="button"
          aria-invalid={problem !== null}
          aria-describedby={describedBy}
          data-autofocus={first || undefined}
          onClick={() => input.current?.click()}
        >
          <Icon name="plus" size={16} /> {most === 1 ? 'Choose a file' : `Choose up to ${most} files`}
        </button>
      )}
      <input
        ref={input}
        type="file"
        multiple={most > 1}
        accept={types.length === 0 ? undefined : types.join(',')}
        hidden
        onChange={(event) => {
          add([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </div>
  );
}
