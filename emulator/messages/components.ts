import type { APIMessageTopLevelComponent } from 'discord-api-types/v10';
import { MessageFlags } from 'discord-api-types/v10';
import { z } from 'zod';
import { FormErrors } from '../errors.ts';
import { integer, lengthOf, parseForm, problem, snowflake, text, url } from '../forms.ts';
import { assignIds, checkDuplicates, walkTree, withoutNulls, type Found, type Json } from './component-tree.ts';
import { componentId, customId, emoji, list, messageSelects } from './select-menus.ts';

/** Limits and shapes of components. Source: Discord's documentation, Component Reference. */
const MAX_ROWS = 5;
const MAX_COMPONENTS = 40;
const MAX_DISPLAYED_CHARACTERS = 4000;
const MAX_BUTTON_URL = 512;
const ATTACHMENT = 'attachment://';

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
    if ((value.url?.length ?? 0) > MAX_BUTTON_URL) {
      problem(context, 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_BUTTON_URL} or fewer in length.`, ['url']);
    }
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
    } else {
      if (value.sku_id == null) problem(context, 'BASE_TYPE_REQUIRED', 'This field is required', ['sku_id']);
      for (const field of ['custom_id', 'url', 'label', 'emoji'] as const) {
        if (value[field] == null) continue;
        problem(context, 'BUTTON_COMPONENT_PREMIUM_FIELD', `A premium button cannot have a ${field}`, [field]);
      }
    }
  });

const row = z
  .object({
    type: z.literal(1),
    id: componentId,
    components: list(z.discriminatedUnion('type', [button, ...messageSelects]), 1, 5),
  })
  .superRefine((value, context) => {
    const widths = value.components.reduce((sum, child) => sum + (child.type === 2 ? 1 : 5), 0);
    if (widths > 5) {
      const message = 'The specified component exceeds the maximum width';
      problem(context, 'COMPONENT_LAYOUT_WIDTH_EXCEEDED', message, ['components', value.components.length - 1]);
    }
  });

const media = z.object({ url });
const uploaded = z.object({
  url: url.superRefine((value, context) => {
    if (value.startsWith(ATTACHMENT)) return;
    problem(context, 'URL_TYPE_INVALID_SCHEME', 'Scheme must be attachment://: a file component shows an upload.');
  }),
});
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
  components: list(textDisplay, 1, 3),
  accessory: z.discriminatedUnion('type', [button, thumbnail]),
});
const gallery = z.object({
  type: z.literal(12),
  id: componentId,
  items: list(z.object({ media, description: text(0, 1024).nullish(), spoiler }), 1, 10),
});
const file = z.object({ type: z.literal(13), id: componentId, file: uploaded, spoiler });
const separator = z.object({
  type: z.literal(14),
  id: componentId,
  divider: z
    .boolean()
    .nullish()
    .transform((value) => value ?? true),
  spacing: integer(1, 2)
    .nullish()
    .transform((value) => value ?? 1),
});
const inner = [row, section, textDisplay, gallery, file, separator] as const;
const container = z.object({
  type: z.literal(17),
  id: componentId,
  accent_color: integer(0, 0xffffff).nullish(),
  spoiler,
  components: list(z.discriminatedUnion('type', inner), 1, MAX_COMPONENTS),
});

const legacyForm = z.object({ components: list(row, 0, MAX_ROWS) });
const layoutForm = z.object({
  components: list(z.discriminatedUnion('type', [...inner, container]), 0, MAX_COMPONENTS),
});

/** Checks components and gives each an id; throws 50035. `flags` decide between rows alone and layouts. */
export function parseComponents(components: readonly unknown[], flags: number): APIMessageTopLevelComponent[] {
  const isLayout = (flags & MessageFlags.IsComponentsV2) !== 0;
  const parsed = parseForm(isLayout ? layoutForm : legacyForm, { components }).components as Json[];
  const all = [...walkTree(parsed, ['components'])];
  const errors = new FormErrors();
  if (all.length > MAX_COMPONENTS) {
    errors.add(['components'], 'BASE_TYPE_MAX_LENGTH', `Must be ${MAX_COMPONENTS} or fewer in length.`);
  }
  const displayed = all.reduce((sum, { component }) => sum + lengthOf(textOf(component)), 0);
  if (displayed > MAX_DISPLAYED_CHARACTERS) {
    const message = `The total length of displayed text exceeds the maximum size of ${MAX_DISPLAYED_CHARACTERS}`;
    errors.add(['components'], 'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED', message);
  }
  checkDuplicates(all, errors);
  errors.throwIfAny();
  assignIds(all.map(({ component }) => component));
  return parsed.map(withoutNulls) as unknown as APIMessageTopLevelComponent[];
}

function everyComponent(components: readonly APIMessageTopLevelComponent[]): Found[] {
  return [...walkTree(components as unknown as Json[], ['components'])];
}

function textOf(component: Json): string {
  return component['type'] === 10 ? String(component['content']) : '';
}

/** The words of a layout, which mention people and are found as those of a plain message are. */
export function displayedText(components: readonly APIMessageTopLevelComponent[]): string {
  if (components.length === 0) return '';
  return everyComponent(components)
    .flatMap(({ component }) => textOf(component) || [])
    .join('\n');
}

/** Whatever a layout shows of the message's own files has to be among them; 50035 otherwise. */
export function checkFileReferences(
  components: readonly APIMessageTopLevelComponent[],
  filenames: ReadonlySet<string>,
): void {
  const errors = new FormErrors();
  for (const { component, path } of everyComponent(components)) {
    for (const { url: address, path: place } of mediaOf(component, path)) {
      if (!address.startsWith(ATTACHMENT) || filenames.has(address.slice(ATTACHMENT.length))) continue;
      const message = `Referenced attachment ${address.slice(0, 300)} not found`;
      errors.add([...place, 'url'], 'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND', message);
    }
  }
  errors.throwIfAny();
}

interface Media {
  url: string;
  path: PropertyKey[];
}

function mediaOf(component: Json, path: PropertyKey[]): Media[] {
  const own = ['media', 'file'].flatMap((field): Media[] => {
    const held = component[field] as { url: string } | undefined;
    return held === undefined ? [] : [{ url: held.url, path: [...path, field] }];
  });
  const items = (component['items'] ?? []) as Json[];
  return [...own, ...items.flatMap((item, index) => mediaOf(item, [...path, 'items', index]))];
}

/** Where unchecked components have the first that a member can use; null when all only show something. */
export function findInteractive(
  components: readonly unknown[],
  path: PropertyKey[] = ['components'],
): PropertyKey[] | null {
  for (const [index, component] of components.entries()) {
    if (typeof component !== 'object' || component === null) continue;
    const { custom_id: customId, sku_id: skuId, components: inner, accessory } = component as Json;
    const own = [...path, index];
    if (typeof customId === 'string' || skuId != null) return own;
    const held = [...(Array.isArray(inner) ? (inner as unknown[]) : []), accessory];
    // No component lies deeper than a button in a section in a container.
    const found = path.length > 5 ? null : findInteractive(held, [...own, 'components']);
    if (found !== null) return found;
  }
  return null;
}
