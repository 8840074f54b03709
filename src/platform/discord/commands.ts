import { Routes, type RESTPutAPIApplicationCommandsJSONBody } from 'discord-api-types/v10';
import type { DiscordHttp } from './http.ts';

/** What Discord adds to a command by itself. */
const ASSIGNED = ['id', 'application_id', 'guild_id', 'version', 'name_localized', 'description_localized'];
/** What Discord fills in where nothing is given; equal to leaving it out. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  type: 1,
  description: '',
  default_member_permissions: null,
  dm_permission: true,
  default_permission: true,
  nsfw: false,
  required: false,
  autocomplete: false,
  handler: null,
};
/** Lists whose order Discord does not keep. */
const SETS = ['contexts', 'integration_types', 'channel_types'];

/** Makes the global commands equal these, in one request, and none when they already are. */
export async function registerCommands(
  http: DiscordHttp,
  applicationId: string,
  commands: RESTPutAPIApplicationCommandsJSONBody,
): Promise<'unchanged' | 'updated'> {
  const path = Routes.applicationCommands(applicationId);
  const registered = await http.request<unknown[]>({
    method: 'GET',
    path,
    query: { with_localizations: 'true' },
    repeatable: true,
  });
  if (canonical(registered) === canonical(commands)) return 'unchanged';
  await http.request({ method: 'PUT', path, body: commands, repeatable: true });
  return 'updated';
}

/** The same text for lists of commands that Discord treats the same, whatever their order. */
export function canonical(commands: readonly unknown[]): string {
  return JSON.stringify(commands.map((command) => JSON.stringify(normalise(command, true))).sort());
}

function normalise(value: unknown, isCommand = false): unknown {
  if (Array.isArray(value)) return value.map((item) => normalise(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([name, entry]) => !isFilledIn(name, entry, isCommand))
    .map(([name, entry]): [string, unknown] => [
      name,
      SETS.includes(name) && Array.isArray(entry) ? entry.map(String).sort() : normalise(entry),
    ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isFilledIn(name: string, value: unknown, isCommand: boolean): boolean {
  if (isCommand && ASSIGNED.includes(name)) return true;
  if (value === undefined || value === null) return true;
  if (Array.isArray(value) && value.length === 0) return true;
  if (isCommand && name === 'contexts' && sameSet(value, ['0', '1', '2'])) return true;
  if (isCommand && name === 'integration_types' && sameSet(value, ['0'])) return true;
  // An option's type has no default: 1 means a subcommand there.
  if (name === 'type' && !isCommand) return false;
  return name in DEFAULTS && DEFAULTS[name] === value;
}

function sameSet(value: unknown, expected: readonly string[]): boolean {
  return Array.isArray(value) && value.map(String).sort().join() === expected.join();
}
