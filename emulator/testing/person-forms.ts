import type { PersonFile } from './person-commands.ts';

/** One field of a form, as far as filling it in needs it. */
interface FormField {
  type: number;
  custom_id: string;
  value?: string;
  default?: boolean;
  options?: { value: string; default?: boolean }[];
  default_values?: { id: string }[];
}

/** A form that an application has shown to the person. */
export interface PersonModal {
  id: string;
  nonce: string;
  channel_id: string;
  application: { id: string; name: string };
  custom_id: string;
  title: string;
  components: { type?: number; component?: FormField; components?: FormField[] }[];
}

/**
 * What a person puts into a field: text, or the value of a radio button (null for none); values of select menus and
 * check boxes as a list; true or false for a single check box; files for an upload.
 */
export type FieldInput = string | boolean | null | readonly string[] | readonly PersonFile[];

const Type = { textInput: 4, label: 18, fileUpload: 19, radioGroup: 21, checkbox: 23 } as const;

/** What a client sends for a form: fields that are not named keep what the form put into them. */
export function formData(
  modal: PersonModal,
  inputs: Readonly<Record<string, FieldInput>>,
): { data: Record<string, unknown>; files: PersonFile[] } {
  const files: PersonFile[] = [];
  const known = new Set<string>();
  const fill = (field: FormField): Record<string, unknown> => {
    known.add(field.custom_id);
    const input = field.custom_id in inputs ? inputs[field.custom_id] : presetOf(field);
    return { type: field.type, custom_id: field.custom_id, ...answerOf(field, input ?? null, files) };
  };
  const components = modal.components.flatMap(({ component, components: inner }) => [
    ...(component ? [{ type: Type.label, component: fill(component) }] : []),
    ...(inner ? [{ type: 1, components: inner.map(fill) }] : []),
  ]);
  const unknown = Object.keys(inputs).find((customId) => !known.has(customId));
  if (unknown !== undefined) throw new Error(`The form "${modal.title}" has no field "${unknown}".`);
  const attachments = files.map(({ name }, index) => ({ id: String(index), filename: name }));
  return {
    data: {
      id: modal.id,
      custom_id: modal.custom_id,
      components,
      ...(files.length > 0 ? { attachments } : {}),
    },
    files,
  };
}

function presetOf(field: FormField): FieldInput {
  const chosen = (field.options ?? []).filter((option) => option.default === true).map(({ value }) => value);
  switch (field.type) {
    case Type.textInput:
      return field.value ?? '';
    case Type.radioGroup:
      return chosen[0] ?? null;
    case Type.checkbox:
      return field.default ?? false;
    default:
      return [...chosen, ...(field.default_values ?? []).map(({ id }) => id)];
  }
}

function answerOf(field: FormField, input: FieldInput, files: PersonFile[]): Record<string, unknown> {
  if (field.type !== Type.fileUpload) return Array.isArray(input) ? { values: input } : { value: input };
  const uploads = (Array.isArray(input) ? input : []) as readonly PersonFile[];
  return { values: uploads.map((file) => String(files.push(file) - 1)) };
}
