import { accessSchema } from '../../platform/config/index.ts';
import type { Config, Tightening } from '../../platform/config/index.ts';
import { matchesCommand } from './patterns.ts';

export interface KnownNames {
  features: readonly string[];
  /** Names of slash commands and message commands; left out where they are not known. */
  commands?: readonly string[];
}

/**
 * Throws a StartError that names file, line and what was probably meant when the settings of access name a feature or
 * command that does not exist, or a pattern that fits none. To be called once every feature is set up.
 */
export function checkAccessNames(config: Pick<Config, 'section'>, known: KnownNames): void {
  config.section('access', accessNamesSchema(known));
}

/** The settings of access, with names of features and commands that exist. */
export function accessNamesSchema(known: KnownNames): typeof accessSchema {
  return accessSchema.superRefine(({ roles, guilds, channels }, context) => {
    for (const [group, entries] of Object.entries({ roles, guilds, channels })) {
      for (const [name, fields] of Object.entries(entries)) {
        for (const wrong of wrongNames(fields, known)) {
          context.addIssue({ code: 'custom', ...wrong, path: [group, name, ...wrong.path] });
        }
      }
    }
  });
}

function wrongNames(fields: Tightening, known: KnownNames) {
  return (['features', 'commands'] as const).flatMap((kind) => {
    const names = known[kind];
    if (!names) return [];
    return (fields[kind] ?? []).flatMap((pattern, index) => {
      if (pattern === '*' || names.some((name) => matchesCommand(pattern, name))) return [];
      const message = `${names.join(', ')}, or * for a part of a name`;
      return [{ path: [kind, index], message, params: { choices: names } }];
    });
  });
}
