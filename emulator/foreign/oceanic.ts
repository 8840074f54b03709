import { once } from 'node:events';
import {
  Client,
  type AnyInteractionGateway,
  type CommandInteraction,
  type Message,
  ComponentTypes,
  InteractionTypes,
  MessageFlags,
} from 'oceanic.js';
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
} from './bot.ts';
import type { ForeignBot, ForeignLibrary, ForeignServer } from './bot.ts';

export const oceanic: ForeignLibrary = { name: 'oceanic.js', start };

async function start({ api, token, guildId, applicationId }: ForeignServer): Promise<ForeignBot> {
  const client = new Client({
    auth: `Bot ${token}`,
    gateway: { intents: ['GUILDS', 'GUILD_MESSAGES', 'GUILD_MESSAGE_REACTIONS', 'DIRECT_MESSAGES', 'MESSAGE_CONTENT'] },
    rest: { baseURL: `${api}/v10` },
  });
  const sessions = new SessionCounts();
  const failures: unknown[] = [];
  client.on('error', (error) => failures.push(error));
  client.on('shardPreReady', () => sessions.begin());
  client.on('shardResume', () => sessions.goOn());
  const run = (work: Promise<unknown>): void => void work.catch((error: unknown) => failures.push(error));
  client.on('messageCreate', (message) => run(hear(client, message)));
  client.on('messageReactionAdd', (message, reactor, { emoji }) => {
    if (reactor.id === client.user.id) return;
    run(client.rest.channels.createMessage(message.channelID, { content: sawReaction(emoji.name ?? '') }));
  });
  client.on('interactionCreate', (interaction) => run(answer(interaction)));
  const ready = once(client, 'ready');
  await client.connect();
  await ready;
  await client.rest.applications.bulkEditGuildCommands(applicationId, guildId, commands);
  return {
    sessions,
    failures,
    guild: () => {
      const guild = client.guilds.get(guildId);
      return {
        name: guild?.name ?? '',
        channels: guild?.channels.map(({ name }) => name) ?? [],
        roles: guild?.roles.map(({ name }) => name) ?? [],
      };
    },
    close: () => client.disconnect(false),
  };
}

async function hear(client: Client, message: Message): Promise<void> {
  if (message.author.bot) return;
  const channels = client.rest.channels;
  const { channelID } = message;
  const reply = (content: string) =>
    channels.createMessage(channelID, { content, messageReference: { messageID: message.id } });
  const [attachment] = message.attachments.values();
  if (attachment) return void (await reply((await download(attachment.url)).toUpperCase()));
  switch (message.content) {
    case '!reply':
      return void (await reply(answers.reply));
    case '!file': {
      const { name, text } = answers.file;
      return void (await channels.createMessage(channelID, { files: [{ name, contents: Buffer.from(text) }] }));
    }
    case '!dm': {
      const direct = await message.author.createDM();
      return void (await direct.createMessage({ content: answers.direct }));
    }
    case '!react':
      return message.createReaction(answers.reaction);
    case '!thread': {
      const thread = await message.startThread({ name: answers.threadName });
      return void (await thread.createMessage({ content: answers.thread }));
    }
    case '!webhook': {
      const webhook = await client.rest.webhooks.create(channelID, { name: 'Parrot' });
      const sent = await webhook.execute({ username: answers.webhookName, content: answers.webhook, wait: true });
      return void (await reply(spoke(sent.id)));
    }
    case '!menu':
      return void (await channels.createMessage(channelID, { content: answers.menu, components: menu() }));
    default:
  }
}

function menu() {
  const button = { type: 2 as const, style: 1 as const, label: 'Again', customID: ids.button };
  const options = colours.map((value) => ({ label: value, value }));
  return [
    { type: 1 as const, components: [button] },
    { type: 1 as const, components: [{ type: 3 as const, customID: ids.menu, options }] },
  ];
}

async function answer(interaction: AnyInteractionGateway): Promise<void> {
  switch (interaction.type) {
    case InteractionTypes.APPLICATION_COMMAND:
      return obey(interaction);
    case InteractionTypes.APPLICATION_COMMAND_AUTOCOMPLETE: {
      const typed = interaction.data.options.getFocused(true);
      return void (await interaction.result(choicesFor(String(typed.value))));
    }
    case InteractionTypes.MODAL_SUBMIT: {
      const content = wrote(interaction.data.components.getTextInput(ids.words, true));
      return void (await interaction.createMessage({ content }));
    }
    case InteractionTypes.MESSAGE_COMPONENT: {
      if (interaction.data.componentType === ComponentTypes.BUTTON) {
        return void (await interaction.editParent({ content: answers.pressed }));
      }
      await interaction.deferUpdate();
      await interaction.editOriginal({ content: chose(interaction.data.values.raw.join()) });
    }
  }
}

async function obey(interaction: CommandInteraction): Promise<void> {
  switch (interaction.data.name) {
    case 'slow':
      await interaction.defer();
      await interaction.editOriginal({ content: answers.slow });
      return void (await interaction.createFollowup({ content: answers.followUp }));
    case 'secret':
      return void (await interaction.createMessage({ content: answers.secret, flags: MessageFlags.EPHEMERAL }));
    case 'find': {
      const content = found(interaction.data.options.getString('what', true));
      return void (await interaction.createMessage({ content }));
    }
    case 'form':
      return void (await interaction.createModal({
        customID: ids.form,
        title: form.title,
        components: [{ type: 18, label: form.label, component: { type: 4, style: 1, customID: ids.words } }],
      }));
    default:
  }
}
