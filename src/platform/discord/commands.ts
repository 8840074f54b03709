import { Routes, type RESTPutAPIApplicationCommandsJSONBody } from 'discord-api-types/v10';
import { VendorError } from '../../kernel/errors.ts';
import { discordCodes } from './errors.ts';
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

/** A command that Discord does not take, and why. */
export interface RejectedCommand {
  name: string;
  why: string;
}

export interface Registered {
  outcome: 'unchanged' | 'updated';
  /** They stay as Discord has them from before, if it has them. */
  rejected: readonly RejectedCommand[];
}

type Body = RESTPutAPIApplicationCommandsJSONBody[number];

/** Discord names all it finds wrong at once; more rounds than this are a quarrel. */
const MOST_ROUNDS = 3;

/**
 * Makes the global commands equal these, in one request, and none when they already are. Discord takes all or none, so
 * those that it rejects are left as they were and the others sent again. Rejects with a VendorError.
 */
export async function registerCommands(
  http: DiscordHttp,
  applicationId: string,
  commands: RESTPutAPIApplicationCommandsJSONBody,
  signal?: AbortSignal,
): Promise<Registered> {
  const path = Routes.applicationCommands(applicationId);
  const repeatable = { path, repeatable: true, ...(signal && { signal }) } as const;
  const query = { with_localizations: 'true' };
  const registered = await http.request({ ...repeatable, method: 'GET', query });
  if (!isListOfObjects(registered)) {
    throw new VendorError(discordCodes.oddAnswer, 'Discord did not answer with a list of commands', {
      retryable: true,
    });
  }
  const rejected = new Map<string, RejectedCommand>();
  for (let round = 1; ; round += 1) {
    const wanted = commands.flatMap((body) => (rejected.has(keyOf(body)) ? before(registered, body) : [body]));
    const answer = (outcome: Registered['outcome']) => ({ outcome, rejected: [...rejected.values()] });
    if (canonical(registered) === canonical(wanted)) return answer('unchanged');
    try {
      await http.request({ ...repeatable, method: 'PUT', body: wanted });
      return answer('updated');
    } catch (error) {
      const found = culprits(error, wanted).filter(({ body }) => !rejected.has(keyOf(body)));
      if (found.length === 0 || round === MOST_ROUNDS) throw error;
      for (const { body, why } of found) rejected.set(keyOf(body), { name: body.name, why });
    }
  }
}

const keyOf = ({ type = 1, name }: { type?: unknown; name?: unknown }) => `${String(type)}/${String(name)}`;

/** A command as Discord has it, by which it stays. */
function before(registered: readonly Record<string, unknown>[], body: Body): Body[] {
  const found = registered.find((one) => keyOf(one) === keyOf(body));
  if (!found) return [];
  const kept = Object.entries(found).filter(([name]) => name === 'id' || !ASSIGNED.includes(name));
  return [Object.fromEntries(kept) as unknown as Body];
}

function isListOfObjects(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null);
}

/** The commands that a refusal names by their place in the list: a line such as `3.options[0].name[CODE]: why`. */
function culprits(error: unknown, sent: readonly Body[]): { body: Body; why: string }[] {
  if (!(error instanceof VendorError)) return [];
  return error.message.split('\n').flatMap((line) => {
    const [, index, why] = /^(\d{1,4})((?:\.|\[).*)$/.exec(line.slice(0, 300)) ?? [];
    const body = index === undefined ? undefined : sent[Number(index)];
    return body && why !== undefined ? [{ body, why: why.replace(/^\./, '').replace(/ \(\d{1,6}\)$/, '') }] : [];
  });
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
