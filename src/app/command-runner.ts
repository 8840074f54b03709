import { ApplicationCommandOptionType, ApplicationCommandType } from 'discord-api-types/v10';
import type {
  APIApplicationCommandAutocompleteInteraction,
  APIApplicationCommandInteraction,
  APIChatInputApplicationCommandInteraction,
  APIMessageApplicationCommandInteraction,
  GatewayMessageCreateDispatchData,
} from 'discord-api-types/v10';
import type { Clock } from '../kernel/clock.ts';
import { UserError } from '../kernel/errors.ts';
import type { Discord, OutgoingMessage } from '../platform/discord/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import { attachedFile } from '../sdk/index.ts';
import type { Call, CommandRules, MessageCommandCall, OptionValue, UseLimit } from '../sdk/index.ts';
import {
  callerOfInteraction,
  callerOfMessage,
  namesInInteraction,
  namesInMessage,
  placeOfInteraction,
} from './calls.ts';
import type { ChannelWork } from './channel-work.ts';
import type { RegisteredMessageCommand } from './command-bodies.ts';
import { optionsIn, wordsOf } from './command-options.ts';
import { usage } from './commands.ts';
import type { CommandRegistry, RegisteredCommand } from './commands.ts';
import { parsePrefixArguments, readPrefixCommand } from './prefix-arguments.ts';
import type { PublicRefusals } from './public-refusals.ts';
import { checkAllowed, recordingRefusal } from './refusals.ts';
import type { AccessGate } from './refusals.ts';
import type { AllowedUse, UseLimits } from './use-limits.ts';

/** Discord gives 3 s for the first answer; deferring at half of that leaves room for a slow network. */
const deferAfterMs = 1500;
/** Of the subcommands that a refusal lists. */
const mostUsages = 12;

interface CommandRunnerOptions extends AccessGate {
  registry: CommandRegistry;
  discord: Discord;
  useLimits: UseLimits;
  publicRefusals: PublicRefusals;
  /** Runs prefix commands, for which the other events of a channel wait only briefly. */
  channelWork: ChannelWork;
  clock: Clock;
  prefix: string;
}

export interface CommandRunner {
  /** Runs a slash command or a message command. */
  run(interaction: APIApplicationCommandInteraction): Promise<void>;
  suggest(interaction: APIApplicationCommandAutocompleteInteraction): Promise<void>;
  /** False, at once, when the message is no prefix command of this bot. */
  prefix(message: GatewayMessageCreateDispatchData): false | Promise<boolean>;
  /** Resolves when no prefix command is at work. */
  idle(): Promise<void>;
}

export function createCommandRunner(options: CommandRunnerOptions): CommandRunner {
  return {
    run: async (interaction) => {
      const { name, type } = interaction.data;
      if (type === ApplicationCommandType.ChatInput) {
        const slash = interaction as APIChatInputApplicationCommandInteraction;
        const registered = options.registry.find(wordsOf(slash.data));
        if (registered) await runSlash(options, registered, slash);
      } else if (type === ApplicationCommandType.Message) {
        const registered = options.registry.findOnMessages(name);
        if (registered) await runOnMessage(options, registered, interaction as APIMessageApplicationCommandInteraction);
      }
    },
    suggest: (interaction) => suggest(options, interaction),
    prefix: (message) => {
      const read = readPrefixCommand(options.prefix, message.content, options.discord.self.userId);
      const match = read && options.registry.match(read.name, read.rest);
      if (!match) return false;
      const begun = options.channelWork.run(message.channel_id, () =>
        'found' in match
          ? runPrefix(options, match.found, match.rest, message)
          : tellSubcommands(options, match.among, message),
      );
      if (!begun) options.publicRefusals.tell(message, options.failures.in(undefined)('errors.busy'));
      return (begun ?? Promise.resolve()).then(() => true);
    },
    idle: () => options.channelWork.idle(),
  };
}

function runSlash(
  options: CommandRunnerOptions,
  registered: RegisteredCommand,
  interaction: APIChatInputApplicationCommandInteraction,
): Promise<void> {
  const values = slashValues(interaction.data);
  const given = {
    values: () => withoutBlanks(registered.command, values),
    run: (call: SlashCall) => registered.command.run({ ...call, options: values, source: 'slash' }),
  };
  return answer(options, registered, interaction, given);
}

/** Discord takes a text of spaces for a required option. Throws a UserError, as for a prefix command without it. */
function withoutBlanks(command: RegisteredCommand['command'], values: Values): Values {
  for (const [name, spec] of Object.entries(command.options)) {
    const value = values[name];
    if (spec.required !== true || typeof value !== 'string' || value.trim() !== '') continue;
    throw new UserError('errors.option-missing', `${name} is missing`, { name, usage: usage('/', command) });
  }
  return values;
}

function runOnMessage(
  options: CommandRunnerOptions,
  registered: RegisteredMessageCommand,
  interaction: APIMessageApplicationCommandInteraction,
): Promise<void> {
  const { target_id: targetId, resolved } = interaction.data;
  const run = (call: SlashCall) => {
    const target = resolved.messages[targetId];
    if (!target) throw new Error('Discord did not send the message that the command was chosen on.');
    return registered.command.run({ ...call, target });
  };
  return answer(options, registered, interaction, { values: () => ({}), run });
}

type SlashCall = Omit<MessageCommandCall, 'target'>;
type Values = Record<string, OptionValue | undefined>;

/** Runs a command that came as an interaction. Nothing is shown before it is known to be allowed. */
async function answer(
  options: CommandRunnerOptions,
  registered: Runnable,
  interaction: APIApplicationCommandInteraction,
  { values, run }: { values: () => Values; run: (call: SlashCall) => Promise<void> },
): Promise<void> {
  const { ephemeral } = registered.command;
  const replies = options.discord.actions.interaction(interaction);
  await attempt(options, registered, {
    locale: interaction.locale,
    options: values,
    call: async () => {
      await options.discord.visits.open(interaction);
      return { ...interactionCall(options, registered, interaction), names: namesInInteraction(interaction) };
    },
    targetId: personIn(interaction),
    refuse: (message) => replies.refuse(message),
    run: async (call, use) => {
      const timer = options.clock.after(deferAfterMs, () => {
        replies.defer({ ephemeral }).catch(() => undefined);
      });
      const slashCall: SlashCall = {
        ...call,
        reply: async (message, how) => {
          timer.cancel();
          await replies.reply(message, { ephemeral: how?.ephemeral ?? ephemeral });
        },
        modal: async (modal) => {
          timer.cancel();
          await replies.modal(modal);
        },
      };
      try {
        await use.run(() => run(slashCall));
      } finally {
        timer.cancel();
      }
    },
  });
}

/** What of a registered command matters for running it, of whichever kind it is. */
interface Runnable {
  feature: string;
  command: CommandRules & { name: string };
  texts: Texts;
}

interface Attempt {
  locale: string | undefined;
  call(): Call | Promise<Call>;
  /** Asked once the call is known to be allowed. Throws a UserError when what was given cannot be understood. */
  options(): Values;
  /** The person whom the call concerns, beside who makes it. */
  targetId: string | null;
  refuse(message: OutgoingMessage): void | Promise<void>;
  /** Runs the command within `use`. */
  run(call: Call, use: AllowedUse, options: Values): Promise<void>;
}

/** The one way into a command: decides whether this call may be made, makes it, and tells the caller what failed. */
async function attempt(options: CommandRunnerOptions, registered: Runnable, way: Attempt): Promise<void> {
  const { command, texts } = registered;
  const { locale } = way;
  try {
    const call = await way.call();
    const recorded = { ...call, targetId: way.targetId };
    await recordingRefusal(options, actionOf(registered), recorded, () => {
      checkPlace(command, call.guildId);
      checkAllowed(options, actionOf(registered), call, locale);
    });
    const given = way.options();
    const limit = limitOf(command, given);
    const use = await recordingRefusal(options, actionOf(registered), recorded, () =>
      options.useLimits.take(limit, call.caller),
    );
    await way.run(call, use, given);
  } catch (error) {
    await way.refuse({ content: options.failures.explain(error, texts, locale, { command: command.name }) });
  }
}

function actionOf({ feature, command: { name, access } }: Runnable) {
  return { kind: 'command' as const, feature, name, access };
}

function interactionCall(
  { discord, access }: CommandRunnerOptions,
  { texts }: Runnable,
  interaction: APIApplicationCommandInteraction | APIApplicationCommandAutocompleteInteraction,
): Call {
  const place = placeOfInteraction(interaction, discord);
  const caller = callerOfInteraction(interaction, access.administrators, place);
  return { ...place, caller, t: texts.in(interaction.locale) };
}

function checkPlace({ places }: CommandRules, guildId: string | null): void {
  const place = guildId === null ? 'dm' : 'guild';
  if (places && !places.includes(place)) {
    throw new UserError(place === 'dm' ? 'errors.guild-only' : 'errors.dm-only', 'wrong place');
  }
}

/** The limit of a command, where it applies to what was asked of it. */
function limitOf({ limit }: CommandRules, given: Values): UseLimit | undefined {
  if (limit?.onlyWith !== undefined && given[limit.onlyWith] === undefined) return undefined;
  return limit;
}

function personIn({ data }: APIApplicationCommandInteraction): string | null {
  if (data.type === ApplicationCommandType.Message) return data.resolved.messages[data.target_id]?.author.id ?? null;
  if (data.type !== ApplicationCommandType.ChatInput) return null;
  const person = optionsIn(data).find((option) => option.type === ApplicationCommandOptionType.User);
  return person?.value ?? null;
}

function mentionedIn({ options }: RegisteredCommand['command'], rest: string): string | null {
  const namesPeople = Object.values(options).some(({ type }) => type === 'user');
  return (namesPeople && /<@!?(\d+)>/.exec(rest)?.[1]) || null;
}

function slashValues(data: APIChatInputApplicationCommandInteraction['data']): Values {
  const { resolved } = data;
  return Object.fromEntries(
    optionsIn(data).map((option): [string, OptionValue | undefined] => {
      if (option.type !== ApplicationCommandOptionType.Attachment) return [option.name, option.value];
      const file = resolved?.attachments?.[option.value];
      return [option.name, file && attachedFile(file)];
    }),
  );
}

async function suggest(
  options: CommandRunnerOptions,
  interaction: APIApplicationCommandAutocompleteInteraction,
): Promise<void> {
  const registered = options.registry.find(wordsOf(interaction.data));
  const focused = optionsIn(interaction.data).find((option) => 'focused' in option && option.focused);
  const spec = registered?.command.options[focused?.name ?? ''];
  if (!registered || !focused || spec?.type !== 'string' || !spec.suggest) return;
  const call = interactionCall(options, registered, interaction);
  const text = 'value' in focused ? String(focused.value) : '';
  // Who may not run the command is not told what could be chosen either; running it says why.
  const { allowed } = options.access.decide(call.caller, call, actionOf(registered));
  const choices = allowed ? await spec.suggest({ ...call, text }) : [];
  await options.discord.actions.interaction(interaction).autocomplete(choices.slice(0, 25));
}

/** Tells which subcommands there are, of those that the caller may use; when there are none, that they may not. */
async function tellSubcommands(
  options: CommandRunnerOptions,
  among: readonly RegisteredCommand[],
  message: GatewayMessageCreateDispatchData,
): Promise<void> {
  const caller = await callerOfMessage(message, options.discord.cache, options.access.administrators);
  const place = { guildId: message.guild_id ?? null, channelId: message.channel_id };
  const allowed = among.filter((one) => options.access.decide(caller, place, actionOf(one)).allowed);
  const [first] = among;
  if (allowed.length === 0 && first) return runPrefix(options, first, '', message);
  const usages = allowed.slice(0, mostUsages).map(({ usage }) => `- \`${usage}\``);
  const content = options.failures.in(undefined)('errors.subcommand', { usages: usages.join('\n') });
  options.publicRefusals.tell(message, content);
}

async function runPrefix(
  options: CommandRunnerOptions,
  registered: RegisteredCommand,
  rest: string,
  message: GatewayMessageCreateDispatchData,
): Promise<void> {
  const { command, texts } = registered;
  const { discord, failures, prefix, publicRefusals } = options;
  let sent = 0;
  const reply = async (answer: OutgoingMessage) => {
    sent += 1;
    const key = `command/${message.id}/${sent}`;
    await discord.actions.send(message.channel_id, answer, { replyTo: message.id, key, urgency: 'reply' });
  };
  await attempt(options, registered, {
    locale: undefined,
    call: async () => ({
      caller: await callerOfMessage(message, discord.cache, options.access.administrators),
      guildId: message.guild_id ?? null,
      channelId: message.channel_id,
      calledId: message.id,
      t: texts.in(undefined),
      names: namesInMessage(message),
    }),
    options: () =>
      parsePrefixArguments(command, rest, prefix, failures.in(undefined), message.attachments.map(attachedFile)),
    targetId: mentionedIn(command, rest),
    refuse: ({ content }) => publicRefusals.tell(message, content ?? ''),
    run: (call, use, given) =>
      use.run(() => command.run({ ...call, options: given, source: 'prefix', reply: (message) => reply(message) })),
  });
}
