import type {
  APIModalInteractionResponseCallbackComponent,
  APISelectMenuComponent,
  APITextInputComponent,
} from 'discord-api-types/v10';

/** One thing an application's form asks for, from an action row or a label. */
export interface ModalField {
  readonly customId: string;
  readonly label: string;
  readonly description: string | null;
  readonly input: APITextInputComponent | APISelectMenuComponent | null;
  readonly labelled: boolean;
}

/** Text between the fields of a form. */
export interface ModalNote {
  readonly text: string;
}

interface RawComponent {
  readonly type: number;
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

const textInput = 4;
const selects: readonly number[] = [3, 5, 6, 7, 8];

/** The form's parts in order. Inputs this page does not know become fields without an input, so that it can say so. */
export function modalParts(
  components: readonly APIModalInteractionResponseCallbackComponent[],
): readonly (ModalField | ModalNote)[] {
  return (components as readonly unknown[] as readonly RawComponent[]).flatMap(
    (component): (ModalField | ModalNote)[] => {
      if (component.content !== undefined) return [{ text: component.content }];
      if (component.component !== undefined) {
        return [toField(component.component, component.label ?? '', component.description ?? null, true)];
      }
      return (component.components ?? []).map((input) => toField(input, input.label ?? '', null, false));
    },
  );
}

function toField(input: RawInput, label: string, description: string | null, labelled: boolean): ModalField {
  const known = input.type === textInput || selects.includes(input.type);
  return {
    customId: input.custom_id ?? '',
    label,
    description,
    input: known ? (input as unknown as NonNullable<ModalField['input']>) : null,
    labelled,
  };
}

export function isTextInput(input: ModalField['input']): input is APITextInputComponent {
  return input !== null && (input.type as number) === textInput;
}

/** The values the form begins with: texts as one entry, choices as a list. */
export function initialValues(parts: readonly (ModalField | ModalNote)[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, readonly string[]>();
  for (const part of parts) {
    if ('text' in part || part.input === null) continue;
    if (isTextInput(part.input)) values.set(part.customId, [part.input.value ?? '']);
    else if ('options' in part.input) {
      values.set(
        part.customId,
        part.input.options.filter((option) => option.default === true).map(({ value }) => value),
      );
    } else values.set(part.customId, []);
  }
  return values;
}

/** The components of the answer, nested as the form was. */
export function modalAnswer(
  parts: readonly (ModalField | ModalNote)[],
  values: ReadonlyMap<string, readonly string[]>,
): readonly object[] {
  return parts.flatMap((part) => {
    if ('text' in part || part.input === null) return [];
    const chosen = values.get(part.customId) ?? [];
    const answer = isTextInput(part.input)
      ? { type: textInput, custom_id: part.customId, value: chosen[0] ?? '' }
      : { type: part.input.type, custom_id: part.customId, values: chosen };
    return [part.labelled ? { type: 18, component: answer } : { type: 1, components: [answer] }];
  });
}

/** What is wrong with a field's value, in words for the person; null when it may be sent. */
export function fieldProblem(field: ModalField, chosen: readonly string[]): string | null {
  const { input } = field;
  if (input === null) return null;
  if (!isTextInput(input)) {
    const required = !('required' in input) || input.required !== false;
    return required && chosen.length < (input.min_values ?? 1) ? 'Choose something' : null;
  }
  const text = chosen[0] ?? '';
  if (text === '') return input.required === false ? null : 'Needed';
  if (input.min_length !== undefined && text.length < input.min_length)
    return `At least ${input.min_length} characters`;
  if (input.max_length !== undefined && text.length > input.max_length) return `At most ${input.max_length} characters`;
  return null;
}
