import { accessSchema } from '../../platform/config/index.ts';
import type { Config, Tightening } from '../../platform/config/index.ts';
import { matchesCommand } from './patterns.ts';

export interface KnownNames {
  features: readonly string[];
  /** Names of slash and message commands; empty where they aren't known. */
  commands?: readonly string[];
}

/**
 * Throws a StartError when the access settings name a feature or command that doesn't exist, or a pattern that matches
 * none. The error names file, line and the likely spelling. Call it when every feature is set up.
 */
export function checkAccessNames(config: Pick<Config, 'section'>, known: KnownNames): void {
  config.section('access', accessNamesSchema(known));
}

/** The schema of the access settings that also checks names of features and commands. */
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
