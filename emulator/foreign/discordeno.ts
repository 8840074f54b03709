import { setTimeout as delay } from 'node:timers/promises';
import {
  createBot,
  createDesiredPropertiesObject,
  Intents,
  InteractionTypes,
  MessageComponentTypes,
  MessageFlags,
  TextStyles,
  type ActionRow,
} from 'discordeno';
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

export const discordeno: ForeignLibrary = { name: 'discordeno', start };

type Bot = ReturnType<typeof create>;
type Message = Bot['transformers']['$inferredTypes']['message'];
type Interaction = Bot['transformers']['$inferredTypes']['interaction'];

const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore };

function ignore(): void {
  return undefined;
}

function create({ api, token }: ForeignServer, sessions: SessionCounts) {
  const bot = createBot({
    token,
    intents:
      Intents.Guilds |
      Intents.GuildMessages |
      Intents.GuildMessageReactions |
      Intents.DirectMessages |
      Intents.MessageContent,
    // Between its shards it would wait for five seconds, also after the last one.
    gateway: { events: { resumed: () => sessions.goOn() }, spawnShardDelay: 0 },
    loggerFactory: () => silent,
    desiredProperties: createDesiredPropertiesObject({}, true),
  });
  // The option `rest.proxy` would do as well, but the library leaves rate limits to a proxy.
  bot.rest.baseUrl = api;
  return bot;
}

async function start(server: ForeignServer): Promise<ForeignBot> {
  const sessions = new SessionCounts();
  const failures: unknown[] = [];
  const bot = create(server, sessions);
  const run = (work: Promise<unknown>): void => void work.catch((error: unknown) => failures.push(error));
  // The library itself keeps no cache.
  const guilds = new Map<bigint, CachedGuild>();
  const introduced = new Promise<void>((resolve) => {
    bot.events.guildCreate = (guild) => {
      const channels = guild.channels.map(({ name }) => name ?? '');
      guilds.set(guild.id, { name: guild.name, channels, roles: guild.roles.map(({ name }) => name) });
      resolve();
    };
  });
  bot.events.ready = () => sessions.begin();
  bot.events.messageCreate = (message) => run(hear(bot, message));
  bot.events.reactionAdd = ({ userId, channelId, emoji }) => {
    if (userId !== bot.id) run(bot.helpers.sendMessage(channelId, { content: sawReaction(emoji.name ?? '') }));
  };
  bot.events.interactionCreate = (interaction) => run(answer(interaction));
  await bot.start();
  await introduced;
  await bot.helpers.upsertGuildApplicationCommands(server.guildId, commands);
  return {
    sessions,
    failures,
    guild: () => guilds.get(BigInt(server.guildId)) ?? { name: '', channels: [], roles: [] },
    close: () => Promise.race([bot.shutdown(), delay(1_000)]),
  };
}

async function hear(bot: Bot, message: Message): Promise<void> {
  if (message.author.bot) return;
  const { channelId, id } = message;
  const { sendMessage } = bot.helpers;
  const reply = (content: string) =>
    sendMessage(channelId, { content, messageReference: { messageId: id, failIfNotExists: false } });
  const [attachment] = message.attachments ?? [];
  if (attachment) return void (await reply((await download(attachment.url)).toUpperCase()));
  switch (message.content) {
    case '!reply':
      return void (await reply(answers.reply));
    case '!file': {
      const { name, text } = answers.file;
      return void (await sendMessage(channelId, { files: [{ blob: new Blob([text]), name }] }));
    }
    case '!dm': {
      const channel = await bot.helpers.getDmChannel(message.author.id);
      return void (await sendMessage(channel.id, { content: answers.direct }));
    }
    case '!react':
      return bot.helpers.addReaction(channelId, id, answers.reaction);
    case '!thread': {
      const options = { name: answers.threadName, autoArchiveDuration: 60 as const };
      const thread = await bot.helpers.startThreadWithMessage(channelId, id, options);
      return void (await sendMessage(thread.id, { content: answers.thread }));
    }
    case '!webhook': {
      const webhook = await bot.helpers.createWebhook(channelId, { name: 'Parrot' });
      const words = { username: answers.webhookName, content: answers.webhook, wait: true };
      const sent = await bot.helpers.executeWebhook(webhook.id, webhook.token ?? '', words);
      return void (await reply(spoke(String(sent?.id))));
    }
    case '!menu':
      return void (await sendMessage(channelId, { content: answers.menu, components: menu() }));
    default:
  }
}

function menu(): ActionRow[] {
  const button = { type: MessageComponentTypes.Button as const, style: 1, label: 'Again', customId: ids.button };
  const options = colours.map((value) => ({ label: value, value }));
  const select = { type: MessageComponentTypes.SelectMenu as const, customId: ids.menu, options };
  return [
    { type: MessageComponentTypes.ActionRow, components: [button] },
    { type: MessageComponentTypes.ActionRow, components: [select] },
  ];
}

async function answer(interaction: Interaction): Promise<void> {
  const { data } = interaction;
  const option = data?.options?.[0]?.value;
  switch (interaction.type) {
    case InteractionTypes.ApplicationCommand:
      return obey(interaction, String(option));
    case InteractionTypes.ApplicationCommandAutocomplete:
      return void (await interaction.respond({ choices: choicesFor(String(option)) }));
    case InteractionTypes.ModalSubmit:
      return void (await interaction.respond(wrote(data?.components?.[0]?.components?.[0]?.value ?? '')));
    case InteractionTypes.MessageComponent:
      if (data?.componentType === MessageComponentTypes.Button) return void (await interaction.edit(answers.pressed));
      await interaction.deferEdit();
      return void (await interaction.edit(chose(data?.values?.join() ?? '')));
    default:
  }
}

async function obey(interaction: Interaction, option: string): Promise<void> {
  switch (interaction.data?.name) {
    case 'slow':
      await interaction.defer();
      await interaction.edit(answers.slow);
      return void (await interaction.respond(answers.followUp));
    case 'secret':
      return void (await interaction.respond({ content: answers.secret, flags: MessageFlags.Ephemeral }));
    case 'find':
      return void (await interaction.respond(found(option)));
    case 'form': {
      const style = TextStyles.Short;
      const input = { type: MessageComponentTypes.InputText as const, customId: ids.words, style, label: form.label };
      const components: [ActionRow] = [{ type: MessageComponentTypes.ActionRow, components: [input] }];
      return void (await interaction.respond({ title: form.title, customId: ids.form, components }));
    }
    default:
  }
}
