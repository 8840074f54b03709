import type { FormErrors } from '../errors.ts';

export type Json = Record<string, unknown>;

export interface Found {
  component: Json;
  path: PropertyKey[];
}

/** Every component of a message or a form with its path, outer ones before those that they hold. */
export function* walkTree(components: readonly Json[], path: PropertyKey[]): Generator<Found> {
  for (const [index, component] of components.entries()) {
    const own = [...path, index];
    yield { component, path: own };
    if (Array.isArray(component['components'])) {
      yield* walkTree(component['components'] as Json[], [...own, 'components']);
    }
    for (const holder of ['accessory', 'component']) {
      const held = component[holder];
      if (typeof held === 'object' && held !== null) yield { component: held as Json, path: [...own, holder] };
    }
  }
}

/** Custom ids and ids are unique in a message or a form. */
export function checkDuplicates(all: readonly Found[], errors: FormErrors): void {
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

/** Gives an id to each component without one. */
export function assignIds(all: readonly Json[]): void {
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
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(kept.map(([key, field]) => [key, withoutNulls(field)]));
}
