import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  PermissionFlagsBits,
} from 'discord-api-types/v10';
import type {
  APIApplicationCommandBasicOption,
  APIApplicationCommandOption,
  APIApplicationCommandSubcommandOption,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
  RESTPostAPIContextMenuApplicationCommandsJSONBody,
  RESTPutAPIApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import type { Texts, Translate } from '../platform/texts/index.ts';
import { callableCommands, commandTextKey } from '../sdk/index.ts';
import type {
  CommandPlace,
  CommandRules,
  CommandWithSubcommands,
  DeclaredCommand,
  MessageCommand,
  OptionSpec,
  OptionSpecs,
} from '../sdk/index.ts';

/** A slash command as its feature declares it, with the texts of the feature. */
export interface DeclaredByFeature {
  feature: string;
  command: DeclaredCommand;
  texts: Texts;
}

export interface RegisteredMessageCommand {
  feature: string;
  command: MessageCommand;
  texts: Texts;
}

interface AllCommands {
  readonly declared: readonly DeclaredByFeature[];
  readonly onMessages: readonly RegisteredMessageCommand[];
}

/** Every command as Discord wants it registered. `userInstalls`: whether users can install the application. */
export function commandBodies(
  { declared, onMessages }: AllCommands,
  { userInstalls }: { userInstalls: boolean },
): RESTPutAPIApplicationCommandsJSONBody {
  const bodies = [...declared.map(slashCommand), ...onMessages.map(messageCommand)];
  return userInstalls ? bodies : bodies.flatMap(forGuilds);
}

/** As servers alone have it; none of a command that is for users who install it. */
function forGuilds<Body extends ReturnType<typeof slashCommand> | ReturnType<typeof messageCommand>>(
  body: Body,
): Body[] {
  const { integration_types: types = [], contexts: places = [] } = body;
  if (!types.includes(installTypes.guild)) return [];
  return [
    { ...body, integration_types: [installTypes.guild], contexts: places.filter((one) => one !== contexts.private) },
  ];
}

export function messageCommand(
  registered: RegisteredMessageCommand,
): RESTPostAPIContextMenuApplicationCommandsJSONBody {
  return { type: ApplicationCommandType.Message, name: titleOf(registered), ...offeredTo([registered.command]) };
}

export function titleKey({ command }: RegisteredMessageCommand): string {
  return `message-commands.${command.name}.title`;
}

export function titleOf(registered: RegisteredMessageCommand): string {
  return registered.texts.in(undefined)(titleKey(registered));
}

export function slashCommand({ command, texts }: DeclaredByFeature): RESTPostAPIChatInputApplicationCommandsJSONBody {
  const t = texts.in(undefined);
  return {
    type: ApplicationCommandType.ChatInput,
    name: command.name,
    description: t(`${commandTextKey(command.name)}.description`),
    options:
      'subcommands' in command
        ? branches(command.name, command.subcommands, t)
        : leaves(command.name, command.options, t),
    ...offeredTo(callableCommands(command)),
  };
}

type Branches = CommandWithSubcommands['subcommands'];

function branches(parent: string, members: Branches, t: Translate): APIApplicationCommandOption[] {
  return Object.entries(members).map(([name, member]): APIApplicationCommandOption => {
    const full = `${parent} ${name}`;
    const described = { name, description: t(`${commandTextKey(full)}.description`) };
    if (!('subcommands' in member)) {
      return { type: ApplicationCommandOptionType.Subcommand, ...described, options: leaves(full, member.options, t) };
    }
    const options = branches(full, member.subcommands, t) as APIApplicationCommandSubcommandOption[];
    return { type: ApplicationCommandOptionType.SubcommandGroup, ...described, options };
  });
}

function leaves(command: string, options: OptionSpecs, t: Translate): APIApplicationCommandBasicOption[] {
  return Object.entries(options).map(([name, spec]) =>
    slashOption(name, spec.description ?? t(`${commandTextKey(command)}.options.${name}`), spec),
  );
}

const optionTypes = {
  string: ApplicationCommandOptionType.String,
  integer: ApplicationCommandOptionType.Integer,
  number: ApplicationCommandOptionType.Number,
  boolean: ApplicationCommandOptionType.Boolean,
  user: ApplicationCommandOptionType.User,
  channel: ApplicationCommandOptionType.Channel,
  role: ApplicationCommandOptionType.Role,
  attachment: ApplicationCommandOptionType.Attachment,
} as const;

function slashOption(name: string, description: string, spec: OptionSpec): APIApplicationCommandBasicOption {
  return {
    type: optionTypes[spec.type],
    name,
    description,
    ...(spec.required ? { required: true } : {}),
    ...('choices' in spec && spec.choices ? { choices: spec.choices.map((value) => ({ name: value, value })) } : {}),
    ...('suggest' in spec && spec.suggest !== undefined ? { autocomplete: true } : {}),
    ...('maxLength' in spec && spec.maxLength ? { max_length: spec.maxLength } : {}),
    ...('min' in spec && spec.min !== undefined ? { min_value: spec.min } : {}),
    ...('max' in spec && spec.max !== undefined ? { max_value: spec.max } : {}),
  } as APIApplicationCommandBasicOption;
}

const visibleTo = {
  always: null,
  everyone: null,
  moderator: PermissionFlagsBits.ManageMessages,
  'guild-administrator': PermissionFlagsBits.ManageGuild,
  // The bot's owner need not be a moderator of the guild: the access check decides when it is called.
  'instance-administrator': null,
} as const;

const contexts = {
  guild: InteractionContextType.Guild,
  dm: InteractionContextType.BotDM,
  private: InteractionContextType.PrivateChannel,
} as const;

const installTypes = {
  guild: ApplicationIntegrationType.GuildInstall,
  user: ApplicationIntegrationType.UserInstall,
} as const;

export function placesOf({ places, installs = ['guild'] }: CommandRules): readonly CommandPlace[] {
  return places ?? (installs.includes('user') ? ['guild', 'dm', 'private'] : ['guild', 'dm']);
}

/** To whom and where Discord offers a command: wherever any of what can be called of it may be used. */
function offeredTo(callable: readonly CommandRules[]) {
  const places = new Set(callable.flatMap(placesOf));
  const installs = new Set(callable.flatMap(({ installs: own = ['guild'] }) => own));
  const needed = callable.map(({ access }) => visibleTo[access]);
  return {
    contexts: [...places].map((place) => contexts[place]),
    integration_types: [...installs].map((install) => installTypes[install]),
    default_member_permissions: leastOf(needed),
  };
}

/** Moderators can do less than those who manage the server. */
function leastOf(needed: readonly (bigint | null)[]): string | null {
  if (needed.includes(null)) return null;
  const { ManageMessages, ManageGuild } = PermissionFlagsBits;
  return String(needed.includes(ManageMessages) ? ManageMessages : ManageGuild);
}
