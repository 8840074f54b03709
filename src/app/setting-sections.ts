import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SettingsSection } from '../platform/config/index.ts';
import { accessNamesSchema } from '../services/access/index.ts';
import type { FoundFeature } from './features.ts';

/** What features say of the settings, so that all that is wrong with them is told at once. */
export function settingSections(found: readonly FoundFeature[]): SettingsSection[] {
  const features = found.map(({ definition }) => [definition.name, definition.settings.optional()] as const);
  const names = { features: features.map(([name]) => name), commands: found.flatMap(commandNamesOf) };
  return [
    { path: 'features', schema: z.strictObject(Object.fromEntries(features)) },
    { path: 'access', schema: accessNamesSchema(names) },
  ];
}

/** Every command has its text in its feature's texts; setting a feature up to ask it would take the whole bot. */
export function commandNamesOf({ folder }: FoundFeature): string[] {
  const texts = JSON.parse(readFileSync(join(folder, 'locales', 'en.json'), 'utf8')) as Record<string, object>;
  const names = [...callableNames(texts['commands'] ?? {}), ...Object.keys(texts['message-commands'] ?? {})];
  return [...new Set(names)];
}

/** Full names of what can be called: `ping`, `image edit`. */
function callableNames(commands: object): string[] {
  return Object.entries(commands as Record<string, { subcommands?: object }>).flatMap(([name, { subcommands }]) =>
    subcommands === undefined ? [name] : callableNames(subcommands).map((inner) => `${name} ${inner}`),
  );
}
