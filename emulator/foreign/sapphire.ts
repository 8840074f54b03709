import { once } from 'node:events';
import {
  ApplicationCommandRegistries,
  Command,
  container,
  Events,
  InteractionHandler,
  InteractionHandlerTypes,
  Listener,
  LogLevel,
  RegisterBehavior,
  SapphireClient,
} from '@sapphire/framework';
import type {
  AutocompleteInteraction,
  ButtonInteraction,
  ChatInputCommandInteraction,
  Message,
  MessageReaction,
  ModalSubmitInteraction,
  StringSelectMenuInteraction,
  User,
} from 'discord.js';
import { answers, choicesFor, chose, commands, ids, wrote } from './bot.ts';
import type { ForeignBot, ForeignLibrary, ForeignServer } from './bot.ts';
import { cachedGuild, countSessions, hear, obey, optionsFor, tellReaction } from './discord-js.ts';

export const sapphire: ForeignLibrary = { name: '@sapphire/framework', start };

async function start(server: ForeignServer): Promise<ForeignBot> {
  const failures: unknown[] = [];
  // Without folders: its pieces are given to it below.
  const client = new SapphireClient({
    ...optionsFor(server),
    baseUserDirectory: null,
    loadDefaultErrorListeners: false,
    logger: { level: LogLevel.None },
  });
  client.on(Events.ListenerError, (error) => failures.push(error));
  client.on(Events.ChatInputCommandError, (error) => failures.push(error));
  client.on(Events.InteractionHandlerError, (error) => failures.push(error));
  const sessions = countSessions(client);
  ApplicationCommandRegistries.setDefaultBehaviorWhenNotIdentical(RegisterBehavior.BulkOverwrite);
  await loadPieces(server.guildId);
  const registered = once(client, Events.ApplicationCommandRegistriesRegistered);
  await client.login(server.token);
  await registered;
  return {
    sessions,
    failures,
    guild: () => cachedGuild(client, server.guildId),
    close: () => client.destroy(),
  };
}

async function loadPieces(guildId: string): Promise<void> {
  const { stores } = container;
  await stores.loadPiece({ store: 'listeners', name: 'messages', piece: Messages });
  await stores.loadPiece({ store: 'listeners', name: 'reactions', piece: Reactions });
  for (const { name, description } of commands) {
    await stores.loadPiece({ store: 'commands', name, piece: commandPiece(guildId, name, description) });
  }
  await stores.loadPiece({ store: 'interaction-handlers', name: 'button', piece: Again });
  await stores.loadPiece({ store: 'interaction-handlers', name: 'menu', piece: Colour });
  await stores.loadPiece({ store: 'interaction-handlers', name: 'form', piece: Words });
}

class Messages extends Listener<'messageCreate'> {
  constructor(context: Listener.LoaderContext) {
    super(context, { event: 'messageCreate' });
  }

  override run(message: Message): Promise<void> {
    return hear(message);
  }
}

class Reactions extends Listener<'messageReactionAdd'> {
  constructor(context: Listener.LoaderContext) {
    super(context, { event: 'messageReactionAdd' });
  }

  override async run({ message, emoji }: MessageReaction, user: User): Promise<void> {
    if (!user.bot) await tellReaction(message.channelId, container.client, emoji.name ?? '');
  }
}

/** A class for one of the commands, as a file of its own would hold it. */
function commandPiece(guildId: string, name: string, description: string) {
  return class extends Command {
    constructor(context: Command.LoaderContext) {
      super(context, { name, description });
    }

    override registerApplicationCommands(registry: Command.Registry): void {
      const command = commands.find((candidate) => candidate.name === name);
      registry.registerChatInputCommand({ ...command, name, description }, { guildIds: [guildId] });
    }

    override chatInputRun(interaction: ChatInputCommandInteraction): Promise<void> {
      return obey(interaction);
    }

    override autocompleteRun(interaction: AutocompleteInteraction): Promise<void> {
      return interaction.respond(choicesFor(interaction.options.getFocused()));
    }
  };
}

class Again extends InteractionHandler {
  constructor(context: InteractionHandler.LoaderContext) {
    super(context, { interactionHandlerType: InteractionHandlerTypes.Button });
  }

  override parse({ customId }: ButtonInteraction) {
    return customId === ids.button ? this.some() : this.none();
  }

  async run(interaction: ButtonInteraction): Promise<void> {
    await interaction.update(answers.pressed);
  }
}

class Colour extends InteractionHandler {
  constructor(context: InteractionHandler.LoaderContext) {
    super(context, { interactionHandlerType: InteractionHandlerTypes.SelectMenu });
  }

  override parse({ customId, values }: StringSelectMenuInteraction) {
    return customId === ids.menu ? this.some(values.join()) : this.none();
  }

  async run(interaction: StringSelectMenuInteraction, value: string): Promise<void> {
    await interaction.deferUpdate();
    await interaction.editReply(chose(value));
  }
}

class Words extends InteractionHandler {
  constructor(context: InteractionHandler.LoaderContext) {
    super(context, { interactionHandlerType: InteractionHandlerTypes.ModalSubmit });
  }

  override parse({ customId, fields }: ModalSubmitInteraction) {
    return customId === ids.form ? this.some(fields.getTextInputValue(ids.words)) : this.none();
  }

  async run(interaction: ModalSubmitInteraction, text: string): Promise<void> {
    await interaction.reply(wrote(text));
  }
}
