import { z } from 'zod';
import { FormErrors } from '../errors.ts';
import { integer, lengthOf, parseForm, problem, text } from '../forms.ts';
import { checkSelected, ComponentType, isSelect, walkComponents, type Component } from './components.ts';
import type { Resolver } from './resolve.ts';

/** Source: "Modal" and "Text Input" in Discord's component reference. */
const textInput = z.object({
  type: z.literal(ComponentType.textInput),
  id: z.number().optional(),
  custom_id: text(1, 100),
  style: integer(1, 2),
  label: text(1, 45).nullish(),
  min_length: integer(0, 4_000).nullish(),
  max_length: integer(1, 4_000).nullish(),
  required: z.boolean().nullish(),
  value: text(0, 4_000).nullish(),
  placeholder: text(0, 100).nullish(),
});
const select = z.looseObject({
  type: z.union([z.literal(3), z.literal(5), z.literal(6), z.literal(7), z.literal(8)]),
  custom_id: text(1, 100),
});
const row = z.object({ type: z.literal(ComponentType.row), components: z.array(textInput).length(1) });
const label = z.object({
  type: z.literal(ComponentType.label),
  label: text(1, 45),
  description: text(0, 100).nullish(),
  component: z.discriminatedUnion('type', [textInput, select]),
});
const textDisplay = z.object({ type: z.literal(10), content: text(1, 4_000) });

const modalForm = z
  .object({
    custom_id: text(1, 100),
    title: text(1, 45),
    components: z
      .array(z.discriminatedUnion('type', [row, label, textDisplay]))
      .min(1)
      .max(5),
  })
  .superRefine(({ components }, context) => {
    const names = [...walkComponents(components as Component[])].flatMap(({ custom_id: name }) => name ?? []);
    if (new Set(names).size === names.length) return;
    problem(context, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated', ['components']);
  });

/** The form that a bot wants to show; 50035 under `data` otherwise. */
export function parseModal(data: unknown): z.output<typeof modalForm> {
  return parseForm(z.object({ data: modalForm }), { data }).data;
}

interface Submitted {
  type: number;
  custom_id: string;
  value?: string | undefined;
  values?: string[] | undefined;
}

const field = z.object({
  type: z.number(),
  custom_id: z.string(),
  value: z.string().optional(),
  values: z.array(z.string()).optional(),
});

/** What a user filled in, with or without the rows and labels around it. */
export const submittedComponents = z.array(
  z.union([
    z.object({ type: z.literal(ComponentType.row), components: z.array(field) }),
    z.object({ type: z.literal(ComponentType.label), component: field }),
    field,
  ]),
);

/**
 * The components of a modal submission as the application gets them: in the order and the wrapping in which they were
 * shown, optional ones that were left out empty. Throws 50035 for values that the form does not allow.
 */
export function checkSubmission(
  shown: readonly Component[],
  submitted: z.output<typeof submittedComponents>,
  resolver: Resolver,
  viewerId: string,
): unknown[] {
  const fields = new Map(submitted.flatMap(unwrap).map((item) => [item.custom_id, item]));
  const errors = new FormErrors();
  let nextId = 0;
  const answer = (component: Component): Record<string, unknown> => {
    const customId = component.custom_id ?? '';
    const given = fields.get(customId);
    nextId += 1;
    const answered = { type: component.type, id: nextId, custom_id: customId };
    if (isSelect(component.type)) {
      const values = given?.values ?? [];
      checkSelected(component, values, resolver, viewerId, ['data', 'components', customId]);
      return { ...answered, values };
    }
    const value = given?.value ?? '';
    checkText(component, value, errors);
    return { ...answered, value };
  };
  const answers = shown.flatMap((component): unknown[] => {
    nextId += 1;
    const id = nextId;
    if (component.components) return [{ type: component.type, id, components: component.components.map(answer) }];
    if (component.component) return [{ type: component.type, id, component: answer(component.component) }];
    return [{ type: component.type, id }];
  });
  errors.throwIfAny();
  return answers;
}

function unwrap(item: z.output<typeof submittedComponents>[number]): Submitted[] {
  if ('components' in item) return item.components;
  return 'component' in item ? [item.component] : [item];
}

function checkText(component: Component, value: string, errors: FormErrors): void {
  const path = ['data', 'components', component.custom_id ?? ''];
  const length = lengthOf(value);
  if (length === 0) {
    if (component.required !== false) errors.add(path, 'BASE_TYPE_REQUIRED', 'This field is required');
    return;
  }
  const [minimum, maximum] = [component.min_length ?? 0, component.max_length ?? 4_000];
  if (length >= minimum && length <= maximum) return;
  errors.add(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${String(minimum)} and ${String(maximum)} in length.`);
}
