import { StartError } from '../kernel/errors.ts';
import type { Texts } from '../platform/texts/index.ts';
import type { Extension, ExtensionKind, FeatureApi } from '../sdk/index.ts';
import type { LoadedFeature } from './features.ts';

/** What a feature offers to others. Throws an Error while features are being set up, and for one that offers nothing. */
export function apiOf<T extends object>(features: readonly LoadedFeature[], { feature: name }: FeatureApi<T>): T {
  if (features.length === 0) throw new Error(`"${name}" was asked for its API before all features were set up.`);
  const api = features.find(({ definition }) => definition.name === name)?.parts.api;
  if (!api) throw new Error(`The feature "${name}" offers no API.`);
  return api as T;
}

/** The parts of one kind that all features add, in order of name. Throws an Error while features are being set up. */
export function extensionsOf<Kind extends ExtensionKind>(
  features: readonly LoadedFeature[],
  texts: ReadonlyMap<string, Texts>,
  kind: Kind,
): readonly Extension<Kind>[] {
  if (features.length === 0) throw new Error(`${kind} were asked for before all features were set up.`);
  return features.flatMap(({ definition: { name }, parts }) => {
    const own = texts.get(name);
    if (!own) throw new Error(`No texts were loaded for "${name}".`);
    return (parts[kind] ?? []).map((part) => ({ feature: name, texts: own, part }));
  });
}

/** Throws a StartError where two features add parts of the same name that have to be unique over all of them. */
export function checkExtensionNames(features: readonly LoadedFeature[]): void {
  checkUnique(features, 'tool', ({ parts }) => (parts.tools ?? []).map(({ name }) => name));
  checkUnique(features, 'answer step', ({ parts }) => (parts.answerSteps ?? []).map(({ name }) => name));
}

function checkUnique(
  features: readonly LoadedFeature[],
  what: string,
  namesIn: (feature: LoadedFeature) => readonly string[],
): void {
  const owners = new Map<string, string>();
  for (const feature of features) {
    for (const name of namesIn(feature)) {
      const owner = owners.get(name);
      const other = feature.definition.name;
      if (owner !== undefined) {
        throw new StartError(`The features "${owner}" and "${other}" both declare the ${what} "${name}".`);
      }
      owners.set(name, other);
    }
  }
}
