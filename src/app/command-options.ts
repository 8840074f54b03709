import { ApplicationCommandOptionType } from 'discord-api-types/v10';
import type {
  APIApplicationCommandInteractionDataBasicOption,
  APIApplicationCommandInteractionDataOption,
} from 'discord-api-types/v10';

const { Subcommand, SubcommandGroup } = ApplicationCommandOptionType;

interface Data {
  name: string;
  options?: readonly APIApplicationCommandInteractionDataOption[] | undefined;
}

/** The subcommand or group that was chosen, where the command has them. */
function chosen({ options = [] }: Data): Data | undefined {
  const [first] = options;
  const isBranch = first?.type === Subcommand || first?.type === SubcommandGroup;
  return isBranch ? first : undefined;
}

/** The full name of what was called: `image edit`. */
export function wordsOf(data: Data): string {
  const inner = chosen(data);
  return inner ? `${data.name} ${wordsOf(inner)}` : data.name;
}

/** The values that were given, whatever the subcommand. */
export function optionsIn(data: Data): readonly APIApplicationCommandInteractionDataBasicOption[] {
  const inner = chosen(data);
  if (inner) return optionsIn(inner);
  return (data.options ?? []) as readonly APIApplicationCommandInteractionDataBasicOption[];
}
