import { Modal } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import { ApiError } from '../client/rest.ts';
import { useClient, useClientState } from '../context.tsx';
import { Markdown } from '../markdown/markdown.tsx';
import type { ModalRequest } from '../state/client-state.ts';
import {
  fieldProblem,
  type FieldValues,
  initialValues,
  modalAnswer,
  modalParts,
  type ModalPart,
  refusalsByField,
} from './modal-fields.ts';
import { ModalFieldView } from './modal-field-view.tsx';
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
  const { store } = useClient();
  const parts = useMemo(() => modalParts(modal.components), [modal]);
  const [values, setValues] = useState(() => initialValues(parts));
  const { problems, refusal, busy, submit } = useSubmit(modal, parts, values);
  const guildId = useClientState((state) => state.channels[modal.channelId]?.guildId ?? null);
  const first = parts.findIndex((part) => !('text' in part));
  return (
    <form className={styles.form} noValidate onSubmit={(event) => void submit(event)}>
      {parts.map((part, index) =>
        'text' in part ? (
          <Markdown key={index} text={part.text} guildId={guildId} />
        ) : (
          <ModalFieldView
            key={part.customId}
            field={part}
            guildId={guildId}
            values={values.get(part.customId) ?? []}
            problem={problems.get(part.customId) ?? null}
            first={index === first}
            onChange={(next) => setValues(new Map(values).set(part.customId, next))}
          />
        ),
      )}
      {refusal === null ? null : (
        <p className={styles.problem} role="alert">
          {refusal}
        </p>
      )}
      <div className={styles.buttons}>
        <button type="button" onClick={() => store.dispatch({ type: 'modal-closed' })}>
          Cancel
        </button>
        <button type="submit" className={styles.primary} disabled={busy}>
          Submit
        </button>
      </div>
    </form>
  );
}

const noProblems: ReadonlyMap<string, string> = new Map();

/** Sends the form once nothing is wrong with it, and tells what the server refused at the fields it is about. */
function useSubmit(modal: ModalRequest, parts: readonly ModalPart[], values: ReadonlyMap<string, FieldValues>) {
  const client = useClient();
  const [checked, setChecked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Error | null>(null);
  const own = useMemo(() => ownProblems(parts, values), [parts, values]);
  const theirs = refused instanceof ApiError ? refusalsByField(parts, refused.fields) : noProblems;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    setChecked(true);
    if (own.size === 0) {
      setBusy(true);
      const failure = await client.interactions.submitModal(modal, modalAnswer(parts, values));
      setBusy(false);
      setRefused(failure);
      if (failure === null) {
        client.store.dispatch({ type: 'modal-closed' });
        return;
      }
    }
    requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const problems = checked && own.size > 0 ? own : theirs;
  const refusal =
    refused === null || theirs.size > 0 ? null : `${refused.message} What you wrote is still here: try again.`;
  return { problems, refusal, busy, submit };
}

function ownProblems(
  parts: readonly ModalPart[],
  values: ReadonlyMap<string, FieldValues>,
): ReadonlyMap<string, string> {
  return new Map(
    parts.flatMap((part) => {
      const problem = 'text' in part ? null : fieldProblem(part, values.get(part.customId) ?? []);
      return 'text' in part || problem === null ? [] : [[part.customId, problem] as const];
    }),
  );
}
