import { ApplicationCommandOptionType } from 'discord-api-types/v10';
import type {
  APIApplicationCommandOption,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import { discordLimits } from '../platform/discord/index.ts';

type Body = RESTPostAPIChatInputApplicationCommandsJSONBody;
type Option = APIApplicationCommandOption;

const { Subcommand, SubcommandGroup } = ApplicationCommandOptionType;

/** Source: "Application Command Naming" in Discord's documentation. */
const validName = /^[-_'\p{Ll}\p{Lm}\p{Lo}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

/** Why Discord would not take a command, as the end of a sentence; undefined when it would. */
export function commandProblem(body: Body): string | undefined {
  const total = charactersOf(body);
  const { commandCharacters: most } = discordLimits;
  const own = problemOf(body, body.name);
  if (own !== undefined) return own;
  return total > most
    ? `has ${total} characters in its names, descriptions and choices; Discord takes at most ${most}.`
    : undefined;
}

interface Named {
  name: string;
  description: string;
  options?: readonly Option[] | undefined;
}

function problemOf({ name, description, options = [] }: Named, path: string): string | undefined {
  const { commandDescriptionLength: longest, commandOptions: most } = discordLimits;
  if (!validName.test(name)) {
    return `has the name "${name}" (${path}); Discord takes 1 to 32 lower-case letters, digits, dashes and underscores.`;
  }
  if (description.length === 0 || description.length > longest) {
    return `describes "${path}" in ${description.length} characters; Discord takes 1 to ${longest}.`;
  }
  if (options.length > most) {
    const what = options.some(isBranch) ? 'subcommands' : 'options';
    return `has ${options.length} ${what} in "${path}"; Discord takes at most ${most}.`;
  }
  const late = options.findIndex(
    (option, index) => option.required === true && options.slice(0, index).some((before) => before.required !== true),
  );
  if (late >= 0) {
    return `has the required option "${options[late]?.name ?? ''}" after optional ones in "${path}"; put it before them.`;
  }
  for (const option of options) {
    const problem = optionProblem(option, `${path} ${option.name}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function optionProblem(option: Option, path: string): string | undefined {
  if (isBranch(option)) {
    const { options = [] } = option;
    if (option.type === SubcommandGroup && options.length === 0) return `has no subcommand in the group "${path}".`;
    return problemOf({ ...option, options }, path);
  }
  const { commandChoices: most } = discordLimits;
  const choices = 'choices' in option ? (option.choices ?? []) : [];
  if (choices.length > most) return `offers ${choices.length} choices for "${path}"; Discord takes at most ${most}.`;
  return problemOf(option, path);
}

const isBranch = (option: Option) => option.type === Subcommand || option.type === SubcommandGroup;

/** As Discord counts: names, descriptions and the names and values of choices, at every depth. */
function charactersOf({ name, description, options = [] }: Named): number {
  return options.reduce((sum, option) => {
    const choices: readonly { name: string; value: string | number }[] =
      'choices' in option ? (option.choices ?? []) : [];
    const chosen = choices.reduce((total, choice) => total + choice.name.length + String(choice.value).length, 0);
    const inner = 'options' in option ? (option.options as readonly Option[] | undefined) : undefined;
    return sum + chosen + charactersOf({ ...option, options: inner ?? [] });
  }, name.length + description.length);
}
