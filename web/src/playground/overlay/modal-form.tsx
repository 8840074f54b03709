import { Modal } from '@mantine/core';
import { type FormEvent, useId, useMemo, useState } from 'react';
import { SelectMenu } from '../components/select-menu.tsx';
import { useClient, useClientState } from '../context.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import type { ModalRequest } from '../state/client-state.ts';
import { fieldProblem, initialValues, isTextInput, modalAnswer, modalParts, type ModalField } from './modal-fields.ts';
import styles from './overlay.module.css';

/** The form an application asked this person to fill in. */
export function ModalForm() {
  const { store } = useClient();
  const modal = useClientState((state) => state.modal);
  return (
    <Modal
      opened={modal !== null}
      onClose={() => store.dispatch({ type: 'modal-closed' })}
      title={modal?.title ?? ''}
      size={480}
      centered
      closeOnClickOutside={false}
      transitionProps={{ duration: 120 }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {modal === null ? null : <FormBody key={modal.id} modal={modal} />}
    </Modal>
  );
}

function FormBody({ modal }: { readonly modal: ModalRequest }) {
  const client = useClient();
  const parts = useMemo(() => modalParts(modal.components), [modal]);
  const [values, setValues] = useState(() => initialValues(parts));
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState(false);
  const guildId = useClientState((state) => state.channels[modal.channelId]?.guildId ?? null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const wrong = parts.some(
      (part) => !('text' in part) && fieldProblem(part, values.get(part.customId) ?? []) !== null,
    );
    if (wrong) {
      setChecked(true);
      return;
    }
    setBusy(true);
    const sent = await client.interactions.submitModal(modal, modalAnswer(parts, values));
    setBusy(false);
    setRefused(!sent);
    if (sent) client.store.dispatch({ type: 'modal-closed' });
  };
  return (
    <form className={styles.form} noValidate onSubmit={(event) => void submit(event)}>
      {parts.map((part, index) =>
        'text' in part ? (
          <Markdown key={index} text={part.text} guildId={guildId} />
        ) : (
          <FieldView
            key={part.customId}
            field={part}
            guildId={guildId}
            values={values.get(part.customId) ?? []}
            checked={checked}
            first={index === 0}
            onChange={(next) => setValues(new Map(values).set(part.customId, next))}
          />
        ),
      )}
      {refused ? (
        <p className={styles.problem}>It could not be sent. What you wrote is still here: try again.</p>
      ) : null}
      <div className={styles.buttons}>
        <button type="button" onClick={() => client.store.dispatch({ type: 'modal-closed' })}>
          Cancel
        </button>
        <button type="submit" className={styles.primary} disabled={busy}>
          Submit
        </button>
      </div>
    </form>
  );
}

interface FieldViewProps {
  readonly field: ModalField;
  readonly guildId: string | null;
  readonly values: readonly string[];
  readonly checked: boolean;
  /** The first field has the focus when the form opens. */
  readonly first: boolean;
  readonly onChange: (values: readonly string[]) => void;
}

function FieldView({ field, guildId, values, checked, first, onChange }: FieldViewProps) {
  const id = useId();
  const problem = checked ? fieldProblem(field, values) : null;
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {field.label}
        {field.input !== null && (!('required' in field.input) || field.input.required !== false) ? (
          <abbr title="needed">*</abbr>
        ) : null}
      </label>
      {field.description === null ? null : <p className={styles.description}>{field.description}</p>}
      <FieldInput id={id} field={field} guildId={guildId} values={values} first={first} onChange={onChange} />
      {problem === null ? null : (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function FieldInput({
  id,
  field,
  guildId,
  values,
  first,
  onChange,
}: Omit<FieldViewProps, 'checked'> & { readonly id: string }) {
  const { input } = field;
  if (input === null) return <p className={styles.problem}>This page cannot show this kind of field.</p>;
  if (!isTextInput(input)) {
    return <SelectMenu select={input} guildId={guildId} values={values} busy={false} onChoose={onChange} />;
  }
  const shared = {
    id,
    className: styles.input,
    value: values[0] ?? '',
    placeholder: input.placeholder,
    maxLength: input.max_length,
    'data-autofocus': first || undefined,
  };
  // Style 2 is a paragraph; a single line is 1.
  return (input.style as number) === 2 ? (
    <textarea {...shared} rows={5} onChange={(event) => onChange([event.target.value])} />
  ) : (
    <input {...shared} type="text" onChange={(event) => onChange([event.target.value])} />
  );
}
