import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GatewayIntentBits } from 'discord-api-types/v10';
import { StartError, errorMessage } from '../kernel/errors.ts';
import type { MigrationSource } from '../platform/postgres/index.ts';
import type { FeatureContext, FeatureDefinition, FeatureParts } from '../sdk/index.ts';

export const featuresFolder = join(import.meta.dirname, '..', 'features');

export interface FoundFeature {
  definition: FeatureDefinition;
  folder: string;
}

export interface LoadedFeature extends FoundFeature {
  parts: FeatureParts;
}

/** Every `<name>/feature.ts` below the folder, by name. Throws a StartError that names a feature which cannot be loaded. */
export async function findFeatures(folder: string): Promise<FoundFeature[]> {
  const names = readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'feature.ts')))
    .sort();
  return Promise.all(names.map((name) => loadFeature(join(folder, name))));
}

/** The features in these folders, each with a `feature.ts`, beside the bot's own. Throws a StartError as `findFeatures` does. */
export async function findFurtherFeatures(folders: readonly string[]): Promise<FoundFeature[]> {
  const missing = folders.find((folder) => !existsSync(join(folder, 'feature.ts')));
  if (missing !== undefined) throw new StartError(`FAMILIAR_FEATURES names ${missing}, where there is no feature.ts.`);
  return Promise.all(folders.map(loadFeature));
}

async function loadFeature(folder: string): Promise<FoundFeature> {
  const [name, file] = [basename(folder), join(folder, 'feature.ts')];
  const definition = await importFeature(name, file);
  if (definition.name !== name) {
    throw new StartError(`${file} declares the feature "${definition.name}"; its folder's name is "${name}".`);
  }
  return { definition, folder };
}

async function importFeature(name: string, file: string): Promise<FeatureDefinition> {
  try {
    const module = (await import(pathToFileURL(file).href)) as { feature?: FeatureDefinition };
    if (!module.feature) throw new Error('it does not export `feature`');
    return module.feature;
  } catch (error) {
    throw new StartError(`The feature "${name}" cannot be loaded: ${errorMessage(error)}`, { cause: error });
  }
}

export function featureMigrations(features: readonly FoundFeature[]): MigrationSource[] {
  return features.map(({ definition, folder }) => ({ name: definition.name, folder: join(folder, 'migrations') }));
}

export function featureIntents(features: readonly FoundFeature[]): number {
  const names = features.flatMap(({ definition }) => definition.intents);
  // Guilds are what the cache of roles and channels is made from.
  return names.reduce((bits, name) => bits | GatewayIntentBits[name], GatewayIntentBits.Guilds);
}

/** Sets the features up in order of name. */
export async function setUpFeatures(
  features: readonly FoundFeature[],
  contextFor: (feature: FoundFeature) => FeatureContext<Record<string, unknown>>,
): Promise<LoadedFeature[]> {
  const loaded: LoadedFeature[] = [];
  for (const feature of features) {
    try {
      const parts = await feature.definition.setup(contextFor(feature));
      loaded.push({ ...feature, parts });
    } catch (error) {
      if (error instanceof StartError) throw error;
      throw new StartError(`The feature "${feature.definition.name}" cannot be set up: ${errorMessage(error)}`, {
        cause: error,
      });
    }
  }
  return loaded;
}

/** Whether a feature lets others than the bot answer. */
export const anySpeaks = (features: readonly Pick<LoadedFeature, 'parts'>[]): boolean =>
  features.some(({ parts }) => (parts.speakers ?? []).length > 0);
