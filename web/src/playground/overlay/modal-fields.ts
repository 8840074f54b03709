import type {
  APICheckboxComponent,
  APICheckboxGroupComponent,
  APIFileUploadComponent,
  APIModalInteractionResponseCallbackComponent,
  APIRadioGroupComponent,
  APISelectMenuComponent,
  APITextInputComponent,
} from 'discord-api-types/v10';
import type { FieldError } from '../client/rest.ts';

/** What a form's field is filled in with: a text, chosen values, or files; a ticked checkbox holds `true`. */
export type FieldValues = readonly (string | File)[];

/** The input of a field by the way it is filled in. */
export type FieldInput =
  | { readonly kind: 'text'; readonly component: APITextInputComponent }
  | { readonly kind: 'select'; readonly component: APISelectMenuComponent }
  | { readonly kind: 'files'; readonly component: APIFileUploadComponent }
  | { readonly kind: 'radio'; readonly component: APIRadioGroupComponent }
  | { readonly kind: 'checkboxes'; readonly component: APICheckboxGroupComponent }
  | { readonly kind: 'checkbox'; readonly component: APICheckboxComponent };

/** One thing an application's form asks for, from an action row or a label. */
export interface ModalField {
  readonly customId: string;
  readonly label: string;
  readonly description: string | null;
  /** null for inputs that this page does not know. */
  readonly input: FieldInput | null;
  readonly labelled: boolean;
  /** Where it stands among the form's components, by which a refusal may name it. */
  readonly index: number;
}

/** Text between the fields of a form. */
export interface ModalNote {
  readonly text: string;
}

export type ModalPart = ModalField | ModalNote;

interface RawComponent {
  readonly label?: string | null;
  readonly description?: string | null;
  readonly content?: string;
  readonly component?: RawInput;
  readonly components?: readonly RawInput[];
}

interface RawInput {
  readonly type: number;
  readonly custom_id?: string;
  readonly label?: string | null;
}

const kinds: Readonly<Record<number, FieldInput['kind']>> = {
  3: 'select',
  4: 'text',
  5: 'select',
  6: 'select',
  7: 'select',
  8: 'select',
  19: 'files',
  21: 'radio',
  22: 'checkboxes',
  23: 'checkbox',
};

/** The form's parts in order. Inputs this page does not know become fields without an input, so that it can say so. */
export function modalParts(components: readonly APIModalInteractionResponseCallbackComponent[]): readonly ModalPart[] {
  return (components as readonly unknown[] as readonly RawComponent[]).flatMap((component, index): ModalPart[] => {
    if (component.content !== undefined) return [{ text: component.content }];
    if (component.component !== undefined) {
      const { label, description } = component;
      return [toField(component.component, label ?? '', description ?? null, true, index)];
    }
    return (component.components ?? []).map((input) => toField(input, input.label ?? '', null, false, index));
  });
}

function toField(
  component: RawInput,
  label: string,
  description: string | null,
  labelled: boolean,
  index: number,
): ModalField {
  const kind = kinds[component.type];
  const input = kind === undefined ? null : ({ kind, component } as unknown as FieldInput);
  return { customId: component.custom_id ?? '', label, description, input, labelled, index };
}

/** A single checkbox is never required: not ticked is an answer too. */
export function isRequired({ input }: ModalField): boolean {
  return input !== null && input.kind !== 'checkbox' && input.component.required !== false;
}

/** The values the form begins with: texts as one entry, choices as a list. */
export function initialValues(parts: readonly ModalPart[]): ReadonlyMap<string, FieldValues> {
  return new Map(
    parts.flatMap((part) =>
      'text' in part || part.input === null ? [] : [[part.customId, startOf(part.input)] as const],
    ),
  );
}

function startOf({ kind, component }: FieldInput): FieldValues {
  switch (kind) {
    case 'text':
      return [component.value ?? ''];
    case 'files':
      return [];
    case 'checkbox':
      return component.default === true ? ['true'] : [];
    case 'radio':
    case 'checkboxes':
      return component.options.filter((option) => option.default === true).map(({ value }) => value);
    case 'select':
      if ('options' in component) {
        return component.options.filter((option) => option.default === true).map(({ value }) => value);
      }
      return (component.default_values ?? []).map(({ id }) => id);
  }
}

export interface ModalAnswer {
  readonly components: readonly object[];
  readonly files: readonly File[];
}

/** The answer, nested as the form was; files are named by their place among all files of the form. */
export function modalAnswer(parts: readonly ModalPart[], values: ReadonlyMap<string, FieldValues>): ModalAnswer {
  const files: File[] = [];
  const components = parts.flatMap((part) => {
    if ('text' in part || part.input === null) return [];
    const given = values.get(part.customId) ?? [];
    const texts = given.filter((value) => typeof value === 'string');
    const uploads = given.filter((value) => value instanceof File);
    const { component } = part.input;
    const base = { type: component.type, custom_id: part.customId };
    const answer = {
      ...base,
      ...answerOf(
        part.input.kind,
        texts,
        uploads.map((_, at) => String(files.length + at)),
      ),
    };
    files.push(...uploads);
    return [part.labelled ? { type: 18, component: answer } : { type: 1, components: [answer] }];
  });
  return { components, files };
}

function answerOf(kind: FieldInput['kind'], texts: readonly string[], uploadIds: readonly string[]): object {
  switch (kind) {
    case 'text':
      return { value: texts[0] ?? '' };
    case 'radio':
      return { value: texts[0] ?? null };
    case 'checkbox':
      return { value: texts[0] === 'true' };
    case 'files':
      return { values: uploadIds };
    default:
      return { values: texts };
  }
}

/** What is wrong with a field's value, in words for the person; null when it may be sent. */
export function fieldProblem(field: ModalField, values: FieldValues): string | null {
  const { input } = field;
  if (input === null || input.kind === 'checkbox') return null;
  const [first] = values;
  if (input.kind === 'text') return textProblem(input.component, typeof first === 'string' ? first : '');
  const required = isRequired(field);
  if (values.length === 0) return required ? (input.kind === 'files' ? 'Add a file' : 'Choose something') : null;
  if (input.kind === 'radio') return null;
  const least = input.component.min_values ?? 1;
  const most = input.component.max_values ?? (input.kind === 'checkboxes' ? Infinity : 1);
  const noun = input.kind === 'files' ? 'Add' : 'Choose';
  if (values.length < least) return `${noun} at least ${least}`;
  return values.length > most ? `${noun} at most ${most}` : null;
}

function textProblem(input: APITextInputComponent, text: string): string | null {
  if (text === '') return input.required === false ? null : 'This field is required';
  const { min_length: least = 0, max_length: most = 4000 } = input;
  if (text.length < least) return `At least ${least} characters`;
  return text.length > most ? `At most ${most} characters` : null;
}

/** The server's refusal by the field it is about; what is about none of them is left out. */
export function refusalsByField(
  parts: readonly ModalPart[],
  errors: readonly FieldError[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { path, message } of errors) {
    const [, name] = /^data\.components\.([^.]+)/.exec(path) ?? [];
    const field = parts.find(
      (part): part is ModalField =>
        !('text' in part) &&
        (part.customId === name || path.includes(`.${part.customId}.`) || String(part.index) === name),
    );
    if (field !== undefined && !found.has(field.customId)) found.set(field.customId, message);
  }
  return found;
}
