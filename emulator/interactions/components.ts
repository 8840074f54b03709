import { formError } from '../errors.ts';
import type { Resolver } from './resolve.ts';

export const ComponentType = {
  row: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  textDisplay: 10,
  label: 18,
  fileUpload: 19,
  radioGroup: 21,
  checkboxGroup: 22,
  checkbox: 23,
} as const;

/** What this emulator reads of a component, wherever it stands. */
export interface Component {
  type: number;
  id?: number;
  custom_id?: string;
  disabled?: boolean;
  min_values?: number;
  max_values?: number;
  options?: { value: string }[];
  channel_types?: number[];
  required?: boolean;
  min_length?: number;
  max_length?: number;
  file_types?: string[];
  components?: Component[];
  component?: Component;
  accessory?: Component;
}

/** Every component of a message or a form, whatever holds it. */
function* walkComponents(components: readonly Component[]): Generator<Component> {
  for (const component of components) {
    yield component;
    if (component.components) yield* walkComponents(component.components);
    if (component.component) yield* walkComponents([component.component]);
    if (component.accessory) yield* walkComponents([component.accessory]);
  }
}

/** The component that a user may use under this custom id; 50035 when the message has none or it is disabled. */
export function findComponent(components: readonly Component[], customId: string, type: number): Component {
  for (const component of walkComponents(components)) {
    if (component.custom_id !== customId || component.type !== type) continue;
    if (component.disabled === true) {
      throw formError(['data', 'custom_id'], 'COMPONENT_DISABLED', 'The component is disabled');
    }
    return component;
  }
  throw formError(['data', 'custom_id'], 'COMPONENT_VALIDATION_FAILED', 'The specified component does not exist');
}

export function isSelect(type: number): boolean {
  return (
    type === ComponentType.stringSelect || (type >= ComponentType.userSelect && type <= ComponentType.channelSelect)
  );
}

/** What a select menu was set to, once it is known to be allowed; 50035 otherwise. */
export function checkSelected(
  component: Component,
  values: readonly string[],
  resolver: Resolver,
  viewerId: string,
  path: readonly PropertyKey[],
): void {
  const isOptional = component.required === false && values.length === 0;
  const [minimum, maximum] = [component.min_values ?? 1, component.max_values ?? 1];
  if (!isOptional && (values.length < minimum || values.length > maximum || new Set(values).size !== values.length)) {
    const message = `Must be between ${String(minimum)} and ${String(maximum)} different values.`;
    throw formError(path, 'BASE_TYPE_BAD_LENGTH', message);
  }
  for (const value of values) {
    if (isSelectable(component, value, resolver, viewerId)) continue;
    throw formError(path, 'COMPONENT_VALIDATION_FAILED', `The value ${value.slice(0, 100)} is not selectable`);
  }
}

function isSelectable(component: Component, value: string, resolver: Resolver, viewerId: string): boolean {
  switch (component.type) {
    case ComponentType.stringSelect:
      return component.options?.some((option) => option.value === value) === true;
    case ComponentType.userSelect:
      return resolver.addUser(value);
    case ComponentType.roleSelect:
      return resolver.addRole(value);
    case ComponentType.channelSelect:
      return resolver.addChannel(value, viewerId, component.channel_types);
    default:
      return resolver.addUser(value) || resolver.addRole(value);
  }
}
