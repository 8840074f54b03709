import { ApplicationCommandType } from 'discord-api-types/v10';
import type {
  APIApplicationCommandAutocompleteInteraction,
  APIApplicationCommandInteraction,
  APIApplicationCommandInteractionDataBasicOption,
  ApplicationCommandOptionType,
  APIChatInputApplicationCommandInteraction,
  GatewayMessageCreateDispatchData,
} from 'discord-api-types/v10';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/errors.ts';
import type { Discord, OutgoingMessage } from '../platform/discord/index.ts';
import { mayUse } from '../sdk/index.ts';
import type { Call, Caller, Command } from '../sdk/index.ts';
import { callerOfInteraction, callerOfMessage } from './calls.ts';
import type { CommandRegistry, RegisteredCommand } from './commands.ts';
import type { FailureTexts } from './failures.ts';
import { parsePrefixArguments, readPrefixCommand } from './prefix-arguments.ts';

/** Discord gives 3 s for the first answer; deferring at half of that leaves room for a slow network. */
const deferAfterMs = 1500;

export interface CommandRunnerOptions {
  registry: CommandRegistry;
  discord: Discord;
  administrators: ReadonlySet<string>;
  failures: FailureTexts;
  clock: Clock;
  prefix: string;
}

export interface CommandRunner {
  slash(interaction: APIApplicationCommandInteraction): Promise<void>;
  suggest(interaction: APIApplicationCommandAutocompleteInteraction): Promise<void>;
  /** False, at once, when the message is no prefix command of this bot. */
  prefix(message: GatewayMessageCreateDispatchData): false | Promise<boolean>;
}

export function createCommandRunner(options: CommandRunnerOptions): CommandRunner {
  return {
    slash: async (interaction) => {
      if (interaction.data.type !== ApplicationCommandType.ChatInput) return;
      const registered = options.registry.find(interaction.data.name);
      if (registered) await runSlash(options, registered, interaction as APIChatInputApplicationCommandInteraction);
    },
    suggest: (interaction) => suggest(options, interaction),
    prefix: (message) => {
      const read = readPrefixCommand(options.prefix, message.content);
      const registered = read && options.registry.find(read.name, { aliases: true });
      if (!registered) return false;
      return runPrefix(options, registered, read.rest, message).then(() => true);
    },
  };
}

async function runSlash(
  options: CommandRunnerOptions,
  registered: RegisteredCommand,
  interaction: APIChatInputApplicationCommandInteraction,
): Promise<void> {
  const { command, texts } = registered;
  const { locale } = interaction;
  const replies = options.discord.actions.interaction(interaction);
  const caller = callerOfInteraction(interaction, options.administrators);
  const place = placeOf(interaction);
  const refuse = (error: unknown) =>
    replies.refuse({ content: options.failures.explain(error, texts, locale, { command: command.name }) });
  try {
    checkCall(command, caller, place.guildId, options.failures, locale);
  } catch (error) {
    await refuse(error);
    return;
  }
  const timer = options.clock.after(deferAfterMs, () => {
    replies.defer({ ephemeral: command.ephemeral }).catch(() => undefined);
  });
  try {
    await command.run({
      ...place,
      caller,
      t: texts.in(locale),
      options: slashValues(interaction.data.options ?? []),
      source: 'slash',
      reply: async (message, how) => {
        timer.cancel();
        await replies.reply(message, { ephemeral: how?.ephemeral ?? command.ephemeral });
      },
    });
  } catch (error) {
    await refuse(error);
  } finally {
    timer.cancel();
  }
}

function placeOf(interaction: APIApplicationCommandInteraction | APIApplicationCommandAutocompleteInteraction) {
  return {
    guildId: interaction.guild_id ?? null,
    channelId: interaction.channel?.id ?? '',
    calledId: interaction.id,
  };
}

/** Throws a UserError when this caller may not use the command here. */
function checkCall(
  command: Command,
  caller: Caller,
  guildId: string | null,
  failures: FailureTexts,
  locale: string | undefined,
): void {
  const place = guildId === null ? 'dm' : 'guild';
  if (command.places && !command.places.includes(place)) {
    throw new UserError(place === 'dm' ? 'errors.guild-only' : 'errors.dm-only', 'wrong place');
  }
  if (!mayUse(command.access, caller)) {
    throw new UserError('errors.not-allowed', 'not allowed', { who: failures.in(locale)(`who.${command.access}`) });
  }
}

function slashValues(
  given: readonly { type: ApplicationCommandOptionType; name: string; value?: unknown }[],
): Record<string, string | number | boolean | undefined> {
  const basic = given as readonly APIApplicationCommandInteractionDataBasicOption[];
  return Object.fromEntries(basic.map((option) => [option.name, option.value]));
}

async function suggest(
  options: CommandRunnerOptions,
  interaction: APIApplicationCommandAutocompleteInteraction,
): Promise<void> {
  const registered = options.registry.find(interaction.data.name);
  const focused = interaction.data.options.find((option) => 'focused' in option && option.focused);
  const spec = registered?.command.options[focused?.name ?? ''];
  if (!registered || !focused || spec?.type !== 'string' || !spec.suggest) return;
  const call: Call = {
    caller: callerOfInteraction(interaction, options.administrators),
    ...placeOf(interaction),
    t: registered.texts.in(interaction.locale),
  };
  const text = 'value' in focused ? String(focused.value) : '';
  const choices = await spec.suggest({ ...call, text });
  await options.discord.actions.interaction(interaction).autocomplete(choices.slice(0, 25));
}

async function runPrefix(
  options: CommandRunnerOptions,
  registered: RegisteredCommand,
  rest: string,
  message: GatewayMessageCreateDispatchData,
): Promise<void> {
  const { command, texts } = registered;
  const { discord, failures, prefix } = options;
  let sent = 0;
  const reply = async (answer: OutgoingMessage) => {
    sent += 1;
    const key = `command/${message.id}/${sent}`;
    await discord.actions.send(message.channel_id, answer, { replyTo: message.id, key });
  };
  try {
    const caller = await callerOfMessage(message, discord.cache, options.administrators);
    const guildId = message.guild_id ?? null;
    checkCall(command, caller, guildId, failures, undefined);
    await command.run({
      caller,
      guildId,
      channelId: message.channel_id,
      calledId: message.id,
      t: texts.in(undefined),
      options: parsePrefixArguments(command, rest, prefix, failures.in(undefined)),
      source: 'prefix',
      reply: (answer) => reply(answer),
    });
  } catch (error) {
    await reply({ content: failures.explain(error, texts, undefined, { command: command.name }) });
  }
}
