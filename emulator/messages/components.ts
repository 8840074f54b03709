import type { APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { MessageFlags } from 'discord-api-types/v10';
import { z } from 'zod';
import { FormErrors } from '../errors.ts';
import { integer, parseForm, problem, snowflake, text, url } from '../forms.ts';

/** Limits and shapes of components. Source: Discord's documentation, Component Reference. */
const MAX_ROWS = 5;
const MAX_COMPONENTS = 40;
const MAX_DISPLAYED_CHARACTERS = 4000;

const componentId = integer(0, 0x7fffffff).nullish();
const customId = text(1, 100);
const emoji = z
  .object({ id: snowflake.nullish(), name: text(0, 100).nullish(), animated: z.boolean().nullish() })
  .nullish();
const spoiler = z.boolean().nullish();

const button = z
  .object({
    type: z.literal(2),
    id: componentId,
    style: integer(1, 6),
    label: text(0, 80).nullish(),
    emoji,
    custom_id: customId.nullish(),
    url: url.nullish(),
    sku_id: snowflake.nullish(),
    disabled: z.boolean().nullish(),
  })
  .superRefine((value, context) => {
    if (value.style <= 4) {
      if (value.url != null) {
        const message = 'A custom id and url cannot both be specified';
        problem(context, 'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE', message, ['custom_id']);
      } else if (value.custom_id == null) {
        problem(context, 'BUTTON_COMPONENT_CUSTOM_ID_REQUIRED', 'A custom id is required', ['custom_id']);
      }
      if (!value.label && value.emoji == null)
        problem(context, 'BUTTON_COMPONENT_INVALID_LABEL', 'A label or emoji is required', ['label']);
    } else if (value.style === 5) {
      if (value.custom_id != null) {
        const message = 'A custom id and url cannot both be specified';
        problem(context, 'BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE', message, ['custom_id']);
      } else if (value.url == null) problem(context, 'BASE_TYPE_REQUIRED', 'This field is required', ['url']);
    } else if (value.sku_id == null) {
      problem(context, 'BASE_TYPE_REQUIRED', 'This field is required', ['sku_id']);
    }
  });

const selectFields = {
  id: componentId,
  custom_id: customId,
  placeholder: text(0, 150).nullish(),
  min_values: integer(0, 25).default(1),
  max_values: integer(1, 25).default(1),
  disabled: z.boolean().nullish(),
};

const stringSelect = z
  .object({
    type: z.literal(3),
    ...selectFields,
    options: z
      .array(
        z.object({
          label: text(1, 100),
          value: text(1, 100),
          description: text(0, 100).nullish(),
          emoji,
          default: z.boolean().nullish(),
        }),
      )
      .min(1)
      .max(25),
  })
  .superRefine((value, context) => {
    const seen = new Set<string>();
    value.options.forEach((option, index) => {
      if (seen.has(option.value)) {
        const message = 'The specified option value is already used';
        problem(context, 'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED', message, ['options', index, 'value']);
      }
      seen.add(option.value);
    });
  });

const entitySelect = z.object({
  type: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]),
  ...selectFields,
  default_values: z
    .array(z.object({ id: snowflake, type: z.enum(['user', 'role', 'channel']) }))
    .max(25)
    .nullish(),
  channel_types: z.array(integer(0, 16)).nullish(),
});

const row = z
  .object({
    type: z.literal(1),
    id: componentId,
    components: z
      .array(z.union([button, stringSelect, entitySelect]))
      .min(1)
      .max(5),
  })
  .superRefine((value, context) => {
    const widths = value.components.reduce((sum, child) => sum + (child.type === 2 ? 1 : 5), 0);
    if (widths > 5) {
      const message = 'The specified component exceeds the maximum width';
      problem(context, 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', message, ['components', value.components.length - 1]);
    }
  });

const media = z.object({ url });
const textDisplay = z.object({ type: z.literal(10), id: componentId, content: text(1, MAX_DISPLAYED_CHARACTERS) });
const thumbnail = z.object({
  type: z.literal(11),
  id: componentId,
  media,
  description: text(0, 1024).nullish(),
  spoiler,
});
const section = z.object({
  type: z.literal(9),
  id: componentId,
  components: z.array(textDisplay).min(1).max(3),
  accessory: z.union([button, thumbnail]),
});
const gallery = z.object({
  type: z.literal(12),
  id: componentId,
  items: z
    .array(z.object({ media, description: text(0, 1024).nullish(), spoiler }))
    .min(1)
    .max(10),
});
const file = z.object({ type: z.literal(13), id: componentId, file: media, spoiler });
const separator = z.object({
  type: z.literal(14),
  id: componentId,
  divider: z.boolean().default(true),
  spacing: integer(1, 2).default(1),
});
const inner = [row, section, textDisplay, gallery, file, separator] as const;
const container = z.object({
  type: z.literal(17),
  id: componentId,
  accent_color: integer(0, 0xffffff).nullish(),
  spoiler,
  components: z.array(z.discriminatedUnion('type', inner)).min(1).max(10),
});

const legacyForm = z.object({ components: z.array(row).max(MAX_ROWS) });
const layoutForm = z.object({
  components: z.array(z.discriminatedUnion('type', [...inner, container])).max(MAX_COMPONENTS),
});

type Json = Record<string, unknown>;

/** Checks components and gives each an id; throws 50035. `flags` decide between rows alone and layouts. */
export function parseComponents(components: readonly unknown[], flags: number): APIMessageTopLevelComponent[] {
  const isLayout = (flags & MessageFlags.IsComponentsV2) !== 0;
  const parsed = parseForm(isLayout ? layoutForm : legacyForm, { components }).components as Json[];
  const all = [...walk(parsed, ['components'])];
  const errors = new FormErrors();
  if (all.length > MAX_COMPONENTS) {
    errors.add(['components'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_COMPONENTS} or fewer in length.`);
  }
  const displayed = all.reduce(
    (sum, { component }) => sum + (component['type'] === 10 ? String(component['content']).length : 0),
    0,
  );
  if (displayed > MAX_DISPLAYED_CHARACTERS) {
    const message = `The total length of displayed text exceeds the maximum size of ${MAX_DISPLAYED_CHARACTERS}`;
    errors.add(['components'], 'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED', message);
  }
  checkDuplicates(all, errors);
  errors.throwIfAny();
  assignIds(all.map(({ component }) => component));
  return parsed.map(withoutNulls) as unknown as APIMessageTopLevelComponent[];
}

interface Found {
  component: Json;
  path: PropertyKey[];
}

function* walk(components: readonly Json[], path: PropertyKey[]): Generator<Found> {
  for (const [index, component] of components.entries()) {
    const own = [...path, index];
    yield { component, path: own };
    if (Array.isArray(component['components'])) yield* walk(component['components'] as Json[], [...own, 'components']);
    const { accessory } = component;
    if (typeof accessory === 'object' && accessory !== null) {
      yield { component: accessory as Json, path: [...own, 'accessory'] };
    }
  }
}

function checkDuplicates(all: readonly Found[], errors: FormErrors): void {
  const customIds = new Set<unknown>();
  const ids = new Set<unknown>();
  for (const { component, path } of all) {
    const custom = component['custom_id'];
    if (typeof custom === 'string') {
      if (customIds.has(custom)) {
        const message = 'Component custom id cannot be duplicated';
        errors.add([...path, 'custom_id'], 'COMPONENT_CUSTOM_ID_DUPLICATED', message);
      }
      customIds.add(custom);
    }
    const { id } = component;
    if (typeof id !== 'number' || id === 0) continue;
    if (ids.has(id)) errors.add([...path, 'id'], 'COMPONENT_ID_DUPLICATED', 'Component id cannot be duplicated');
    ids.add(id);
  }
}

function assignIds(all: readonly Json[]): void {
  const taken = new Set(all.map((component) => component['id']));
  let next = 1;
  for (const component of all) {
    if (typeof component['id'] === 'number' && component['id'] > 0) continue;
    while (taken.has(next)) next += 1;
    component['id'] = next;
    taken.add(next);
  }
}

/** Discord leaves out what was not given. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutNulls(field)]));
}
