import { once } from 'node:events';
import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  Partials,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
  type ChatInputCommandInteraction,
  type ClientOptions,
  type Interaction,
  type Message,
} from 'discord.js';
import {
  answers,
  choicesFor,
  chose,
  colours,
  commands,
  download,
  form,
  found,
  ids,
  sawReaction,
  SessionCounts,
  spoke,
  wrote,
  type CachedGuild,
} from './bot.ts';
import type { ForeignBot, ForeignLibrary, ForeignServer } from './bot.ts';

export const discordJs: ForeignLibrary = { name: 'discord.js', start };

/** What has to be set for the emulator, also for frameworks on top of discord.js. */
export function optionsFor({ api, cdn }: Pick<ForeignServer, 'api' | 'cdn'>): ClientOptions {
  const { Guilds, GuildMessages, GuildMessageReactions, DirectMessages, MessageContent } = GatewayIntentBits;
  return {
    intents: [Guilds, GuildMessages, GuildMessageReactions, DirectMessages, MessageContent],
    partials: [Partials.Channel, Partials.Message, Partials.Reaction],
    rest: { api, cdn },
    // The usual throttler lets five seconds pass between two sessions.
    ws: { buildIdentifyThrottler: () => ({ waitForIdentify: () => Promise.resolve() }) },
  };
}

async function start(server: ForeignServer): Promise<ForeignBot> {
  const client = new Client(optionsFor(server));
  const failures: unknown[] = [];
  const run = (work: Promise<unknown>): void => void work.catch((error: unknown) => failures.push(error));
  const sessions = countSessions(client);
  client.on(Events.MessageCreate, (message) => run(hear(message)));
  client.on(Events.MessageReactionAdd, ({ message, emoji }, user) => {
    if (!user.bot) run(tellReaction(message.channelId, client, emoji.name ?? ''));
  });
  client.on(Events.InteractionCreate, (interaction) => run(answer(interaction)));
  const ready = once(client, Events.ClientReady);
  await client.login(server.token);
  await ready;
  await client.application?.commands.set(commands, server.guildId);
  return {
    sessions,
    failures,
    guild: () => cachedGuild(client, server.guildId),
    close: () => client.destroy(),
  };
}

export function countSessions(client: Client): SessionCounts {
  const sessions = new SessionCounts();
  client.ws.on(GatewayDispatchEvents.Ready, () => sessions.begin());
  client.ws.on(GatewayDispatchEvents.Resumed, () => sessions.goOn());
  return sessions;
}

export function cachedGuild(client: Client, guildId: string): CachedGuild {
  const guild = client.guilds.cache.get(guildId);
  return {
    name: guild?.name ?? '',
    channels: guild?.channels.cache.map(({ name }) => name) ?? [],
    roles: guild?.roles.cache.map(({ name }) => name) ?? [],
  };
}

export async function tellReaction(channelId: string, client: Client, emoji: string): Promise<void> {
  const channel = await client.channels.fetch(channelId);
  if (channel?.isSendable() === true) await channel.send(sawReaction(emoji));
}

export async function hear(message: Message): Promise<void> {
  const { channel } = message;
  if (message.author.bot || !channel.isSendable()) return;
  const attachment = message.attachments.first();
  if (attachment) return void (await message.reply((await download(attachment.url)).toUpperCase()));
  switch (message.content) {
    case '!reply':
      return void (await message.reply(answers.reply));
    case '!file': {
      const { name, text } = answers.file;
      return void (await channel.send({ files: [{ name, attachment: Buffer.from(text) }] }));
    }
    case '!dm':
      return void (await message.author.send(answers.direct));
    case '!react':
      return void (await message.react(answers.reaction));
    case '!thread': {
      const thread = await message.startThread({ name: answers.threadName });
      return void (await thread.send(answers.thread));
    }
    case '!webhook': {
      if (!('createWebhook' in channel)) return;
      const webhook = await channel.createWebhook({ name: 'Parrot' });
      const sent = await webhook.send({ username: answers.webhookName, content: answers.webhook });
      return void (await message.reply(spoke(sent.id)));
    }
    case '!menu':
      return void (await channel.send({ content: answers.menu, components: menu() }));
    default:
  }
}

function menu() {
  const button = new ButtonBuilder().setCustomId(ids.button).setLabel('Again').setStyle(ButtonStyle.Primary);
  const select = new StringSelectMenuBuilder()
    .setCustomId(ids.menu)
    .addOptions(colours.map((value) => ({ label: value, value })));
  return [
    new ActionRowBuilder<ButtonBuilder>().addComponents(button),
    new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(select),
  ];
}

/** The form as a builder makes it. */
export function formModal(): ModalBuilder {
  const input = new TextInputBuilder().setCustomId(ids.words).setStyle(TextInputStyle.Short);
  const label = new LabelBuilder().setLabel(form.label).setTextInputComponent(input);
  return new ModalBuilder().setCustomId(ids.form).setTitle(form.title).addLabelComponents(label);
}

async function answer(interaction: Interaction): Promise<void> {
  if (interaction.isChatInputCommand()) return obey(interaction);
  if (interaction.isAutocomplete()) return interaction.respond(choicesFor(interaction.options.getFocused()));
  if (interaction.isButton()) return void (await interaction.update(answers.pressed));
  if (interaction.isStringSelectMenu()) {
    await interaction.deferUpdate();
    await interaction.editReply(chose(interaction.values.join()));
  }
  if (interaction.isModalSubmit()) await interaction.reply(wrote(interaction.fields.getTextInputValue(ids.words)));
}

/** Does what the command of that name is for. */
export async function obey(interaction: ChatInputCommandInteraction): Promise<void> {
  switch (interaction.commandName) {
    case 'slow':
      await interaction.deferReply();
      await interaction.editReply(answers.slow);
      return void (await interaction.followUp(answers.followUp));
    case 'secret':
      return void (await interaction.reply({ content: answers.secret, flags: MessageFlags.Ephemeral }));
    case 'find':
      return void (await interaction.reply(found(interaction.options.getString('what', true))));
    case 'form':
      return void (await interaction.showModal(formModal()));
    default:
  }
}
