import { z } from 'zod';
import { FormErrors } from '../errors.ts';
import { integer, lengthOf, parseForm, problem, text } from '../forms.ts';
import { assignIds, checkDuplicates, walkTree, withoutNulls } from '../messages/component-tree.ts';
import {
  checkChoices,
  checkInForm,
  checkRange,
  componentId,
  customId,
  formSelects,
  list,
} from '../messages/select-menus.ts';
import { ComponentType, type Component } from './components.ts';

/** Forms as bots show them. Source: "Label" to "Checkbox" in Discord's component reference. */

const mostFiles = 10;
const mostChoices = 10;
const mostFileTypes = 10;
/** Discord's documentation says 5, counted at the top. */
const mostParts = 5;

const textFields = {
  type: z.literal(ComponentType.textInput),
  id: componentId,
  custom_id: customId,
  style: integer(1, 2),
  min_length: integer(0, 4_000).nullish(),
  max_length: integer(1, 4_000).nullish(),
  required: z.boolean().nullish(),
  value: text(0, 4_000).nullish(),
  placeholder: text(0, 100).nullish(),
};

interface TextInput {
  min_length?: number | null | undefined;
  max_length?: number | null | undefined;
  value?: string | null | undefined;
}

/** A text that is there from the beginning has to be one that could be sent. */
function checkTextInput({ min_length: min, max_length: max, value }: TextInput, context: z.RefinementCtx): void {
  const [least, most] = [min ?? 0, max ?? 4_000];
  if (least > most) {
    const message = `int value should be less than or equal to ${String(most)}.`;
    problem(context, 'NUMBER_TYPE_MAX', message, ['min_length']);
  }
  const length = lengthOf(value ?? '');
  if (length === 0 || (length >= least && length <= most)) return;
  problem(context, 'BASE_TYPE_BAD_LENGTH', `Must be between ${String(least)} and ${String(most)} in length.`, [
    'value',
  ]);
}

const labelledTextInput = z.object({ ...textFields, label: text(1, 45).nullish() }).superRefine(checkTextInput);
const rowTextInput = z.object({ ...textFields, label: text(1, 45) }).superRefine(checkTextInput);

const fileType = z.string().transform((value, context) => {
  if (/^(?:image|video|audio|\.[\p{L}\p{N}_+-]{1,20})$/iu.test(value)) return value.toLowerCase();
  problem(context, 'FILE_TYPE_INVALID', 'Must be image, video, audio or an extension such as .pdf.');
  return z.NEVER;
});

const oneByDefault = (value: number | null | undefined): number => value ?? 1;

const fileUpload = z
  .object({
    type: z.literal(ComponentType.fileUpload),
    id: componentId,
    custom_id: customId,
    min_values: integer(0, mostFiles).nullish().transform(oneByDefault),
    max_values: integer(1, mostFiles).nullish().transform(oneByDefault),
    required: z.boolean().nullish(),
    file_types: list(fileType, 0, mostFileTypes).nullish(),
  })
  .superRefine(checkRange)
  .superRefine(checkInForm);

const choice = z.object({
  label: text(1, 100),
  value: text(1, 100),
  description: text(0, 100).nullish(),
  default: z.boolean().nullish(),
});

const radioGroup = z
  .object({
    type: z.literal(ComponentType.radioGroup),
    id: componentId,
    custom_id: customId,
    required: z.boolean().nullish(),
    options: list(choice, 2, mostChoices),
  })
  .superRefine(({ options }, context) => {
    checkChoices(options, 1, context);
  });

const checkboxGroup = z
  .object({
    type: z.literal(ComponentType.checkboxGroup),
    id: componentId,
    custom_id: customId,
    min_values: integer(0, mostChoices).nullish().transform(oneByDefault),
    max_values: integer(1, mostChoices).nullish(),
    required: z.boolean().nullish(),
    options: list(choice, 1, mostChoices),
  })
  .transform((group) => ({ ...group, max_values: group.max_values ?? group.options.length }))
  .superRefine((group, context) => {
    checkRange(group, context);
    checkInForm(group, context);
    checkChoices(group.options, group.max_values, context);
    if (group.max_values <= group.options.length) return;
    const message = `Must be between ${String(group.max_values)} and ${String(mostChoices)} in length.`;
    problem(context, 'BASE_TYPE_BAD_LENGTH', message, ['options']);
  });

const checkbox = z.object({
  type: z.literal(ComponentType.checkbox),
  id: componentId,
  custom_id: customId,
  default: z.boolean().nullish(),
});

const row = z.object({
  type: z.literal(ComponentType.row),
  id: componentId,
  components: list(rowTextInput, 1, 1),
});
const label = z.object({
  type: z.literal(ComponentType.label),
  id: componentId,
  label: text(1, 45),
  description: text(0, 100).nullish(),
  component: z.discriminatedUnion('type', [
    labelledTextInput,
    ...formSelects,
    fileUpload,
    radioGroup,
    checkboxGroup,
    checkbox,
  ]),
});
const textDisplay = z.object({
  type: z.literal(ComponentType.textDisplay),
  id: componentId,
  content: text(1, 4_000),
});

const modalForm = z.object({
  custom_id: customId,
  title: text(1, 45),
  components: list(z.discriminatedUnion('type', [row, label, textDisplay]), 1, mostParts),
});

interface Modal {
  custom_id: string;
  title: string;
  components: Component[];
}

/** The form that a bot wants to show, each component with an id; 50035 under `data` otherwise. */
export function parseModal(data: unknown): Modal {
  const form = parseForm(z.object({ data: modalForm }), { data }).data;
  const all = [...walkTree(form.components, ['data', 'components'])];
  const errors = new FormErrors();
  checkDuplicates(all, errors);
  errors.throwIfAny();
  assignIds(all.map(({ component }) => component));
  return { ...form, components: withoutNulls(form.components) as Component[] };
}
