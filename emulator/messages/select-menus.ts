import { z } from 'zod';
import { integer, problem, snowflake, text } from '../forms.ts';

/** Select menus of messages and forms. Source: "String Select" to "Channel Select" in Discord's component reference. */

export const componentId = integer(0, 0x7fffffff).nullish();
export const customId = text(1, 100);
export const emoji = z
  .object({ id: snowflake.nullish(), name: text(0, 100).nullish(), animated: z.boolean().nullish() })
  .nullish();

const mostValues = 25;

/** A list whose length is looked at before anything in it. */
export function list<T extends z.ZodType>(item: T, min: number, max: number) {
  return z.array(z.unknown()).min(min).max(max).pipe(z.array(item));
}

const fields = {
  id: componentId,
  custom_id: customId,
  placeholder: text(0, 150).nullish(),
  min_values: integer(0, mostValues)
    .nullish()
    .transform((value) => value ?? 1),
  max_values: integer(1, mostValues)
    .nullish()
    .transform((value) => value ?? 1),
};
/** Messages ignore `required`. */
const inMessages = { ...fields, disabled: z.boolean().nullish() };
const inForms = { ...fields, disabled: z.boolean().nullish(), required: z.boolean().nullish() };

const options = list(
  z.object({
    label: text(1, 100),
    value: text(1, 100),
    description: text(0, 100).nullish(),
    emoji,
    default: z.boolean().nullish(),
  }),
  1,
  mostValues,
);

const entityFields = {
  type: z.literal([5, 6, 7, 8]),
  default_values: list(z.object({ id: snowflake, type: z.enum(['user', 'role', 'channel']) }), 0, mostValues).nullish(),
  channel_types: list(integer(0, 16), 0, mostValues).nullish(),
};
const defaultKinds: Readonly<Record<number, readonly string[]>> = {
  5: ['user'],
  6: ['role'],
  7: ['user', 'role'],
  8: ['channel'],
};

export const messageSelects = [
  z.object({ type: z.literal(3), ...inMessages, options }).superRefine(checkStringSelect),
  z.object({ ...inMessages, ...entityFields }).superRefine(checkEntitySelect),
] as const;

export const formSelects = [
  z
    .object({ type: z.literal(3), ...inForms, options })
    .superRefine(checkStringSelect)
    .superRefine(checkInForm),
  z
    .object({ ...inForms, ...entityFields })
    .superRefine(checkEntitySelect)
    .superRefine(checkInForm),
] as const;

interface Range {
  min_values: number;
  max_values: number;
}

/** How many may be chosen at least cannot be more than at most. */
export function checkRange({ min_values: least, max_values: most }: Range, context: z.RefinementCtx): void {
  if (least <= most) return;
  const message = `int value should be less than or equal to ${String(most)}.`;
  problem(context, 'NUMBER_TYPE_MAX', message, ['min_values']);
}

interface Option {
  value: string;
  default?: boolean | null | undefined;
}

/** Values of options are unique, and no more are chosen from the beginning than may be. */
export function checkChoices(choices: readonly Option[], most: number, context: z.RefinementCtx): void {
  const seen = new Set<string>();
  choices.forEach(({ value }, index) => {
    if (seen.has(value)) {
      const message = 'The specified option value is already used';
      problem(context, 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED', message, ['options', index, 'value']);
    }
    seen.add(value);
  });
  if (choices.filter((choice) => choice.default === true).length <= most) return;
  problem(context, 'BASE_TYPE_MAX_LENGTH', `At most ${String(most)} may be chosen by default.`, ['options']);
}

function checkStringSelect(value: Range & { options: readonly Option[] }, context: z.RefinementCtx): void {
  checkRange(value, context);
  checkChoices(value.options, value.max_values, context);
  if (value.options.length >= value.max_values) return;
  const message = `Must be between ${String(value.max_values)} and ${String(mostValues)} in length.`;
  problem(context, 'BASE_TYPE_BAD_LENGTH', message, ['options']);
}

interface EntitySelect extends Range {
  type: number;
  default_values?: readonly { id: string; type: string }[] | null | undefined;
}

function checkEntitySelect(value: EntitySelect, context: z.RefinementCtx): void {
  checkRange(value, context);
  const defaults = value.default_values ?? [];
  const kinds = defaultKinds[value.type] ?? [];
  defaults.forEach(({ type }, index) => {
    if (kinds.includes(type)) return;
    const message = `Value must be one of {${kinds.join(', ')}}.`;
    problem(context, 'BASE_TYPE_CHOICES', message, ['default_values', index, 'type']);
  });
  const { min_values: least, max_values: most } = value;
  if (defaults.length === 0 || (defaults.length >= least && defaults.length <= most)) return;
  const message = `Must be between ${String(least)} and ${String(most)} in length.`;
  problem(context, 'BASE_TYPE_BAD_LENGTH', message, ['default_values']);
}

interface InForm {
  min_values: number;
  required?: boolean | null | undefined;
  disabled?: boolean | null | undefined;
}

/** A field that has to be filled in takes at least one value, and nothing in a form is disabled. */
export function checkInForm({ min_values: least, required, disabled }: InForm, context: z.RefinementCtx): void {
  if (required !== false && least === 0) {
    problem(context, 'NUMBER_TYPE_MIN', 'int value should be greater than or equal to 1.', ['min_values']);
  }
  if (disabled === true) {
    problem(context, 'COMPONENT_DISABLED_IN_MODAL', 'Components of modals cannot be disabled', ['disabled']);
  }
}
