import { once } from 'node:events';
import {
  AutocompleteInteraction,
  Client,
  CommandInteraction,
  ComponentInteraction,
  Constants,
  ModalSubmitInteraction,
  type Interaction,
  type Message,
  type PossiblyUncachedTextableChannel,
} from 'eris';
import {
  answers,
  choicesFor,
  chose,
  commands,
  download,
  form,
  found,
  ids,
  menuRows,
  sawReaction,
  SessionCounts,
  spoke,
  wrote,
} from './bot.ts';
import type { ForeignBot, ForeignLibrary, ForeignServer } from './bot.ts';
import { PlainAgent } from './plain-agent.ts';

type AnyInteraction =
  AutocompleteInteraction | CommandInteraction | ComponentInteraction | Interaction | ModalSubmitInteraction;

export const eris: ForeignLibrary = { name: 'Eris', start };

async function start({ api, token, guildId }: ForeignServer): Promise<ForeignBot> {
  const agent = new PlainAgent(api);
  const client = new Client(`Bot ${token}`, {
    intents: ['guilds', 'guildMessages', 'guildMessageReactions', 'directMessages', 'messageContent'],
    rest: { domain: new URL(api).hostname, baseURL: '/api/v10', agent },
  });
  const sessions = new SessionCounts();
  const failures: unknown[] = [];
  client.on('error', (error) => {
    const isDrop = (error as { code?: unknown } | undefined)?.code === 1006;
    if (!isDrop) failures.push(error);
  });
  client.on('shardPreReady', () => sessions.begin());
  client.on('shardResume', () => sessions.goOn());
  const run = (work: Promise<unknown>): void => void work.catch((error: unknown) => failures.push(error));
  client.on('messageCreate', (message) => run(hear(client, message)));
  client.on('messageReactionAdd', (message, emoji, reactor) => {
    if (reactor.id !== client.user.id) run(client.createMessage(message.channel.id, sawReaction(emoji.name)));
  });
  client.on('interactionCreate', (interaction) => run(answer(interaction)));
  const ready = once(client, 'ready');
  await client.connect();
  await ready;
  await client.bulkEditGuildCommands(guildId, commands);
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
    close: () => {
      client.disconnect({ reconnect: false });
      agent.destroy();
    },
  };
}

async function hear(client: Client, message: Message<PossiblyUncachedTextableChannel>): Promise<void> {
  if (message.author.bot) return;
  const { channel } = message;
  const reply = (content: string) =>
    client.createMessage(channel.id, { content, messageReference: { messageID: message.id } });
  const [attachment] = message.attachments.values();
  if (attachment) return void (await reply((await download(attachment.url)).toUpperCase()));
  switch (message.content) {
    case '!reply':
      return void (await reply(answers.reply));
    case '!file': {
      const { name, text } = answers.file;
      return void (await client.createMessage(channel.id, '', { file: Buffer.from(text), name }));
    }
    case '!dm':
      return void (await (await message.author.getDMChannel()).createMessage(answers.direct));
    case '!react':
      return message.addReaction(answers.reaction);
    case '!thread': {
      const thread = await message.createThreadWithMessage({ name: answers.threadName });
      return void (await thread.createMessage(answers.thread));
    }
    case '!webhook': {
      const webhook = await client.createChannelWebhook(channel.id, { name: 'Parrot' });
      const { webhookName: username, webhook: content } = answers;
      const sent = await client.executeWebhook(webhook.id, webhook.token ?? '', { username, content, wait: true });
      return void (await reply(spoke(sent.id)));
    }
    case '!menu':
      return void (await client.createMessage(channel.id, { content: answers.menu, components: menuRows }));
    default:
  }
}

async function answer(interaction: AnyInteraction): Promise<void> {
  if (interaction instanceof CommandInteraction) return obey(interaction);
  if (interaction instanceof AutocompleteInteraction) {
    const [option] = interaction.data.options;
    return interaction.result(choicesFor(option && 'value' in option ? String(option.value) : ''));
  }
  if (interaction instanceof ModalSubmitInteraction) {
    const [field] = interaction.data.components.flatMap(({ components }) => components);
    return interaction.createMessage(wrote(field?.value ?? ''));
  }
  if (!(interaction instanceof ComponentInteraction)) return;
  if (interaction.data.component_type === Constants.ComponentTypes.BUTTON) {
    return interaction.editParent({ content: answers.pressed });
  }
  await interaction.deferUpdate();
  const { values } = interaction.data as { values: string[] };
  await interaction.editOriginalMessage({ content: chose(values.join()) });
}

async function obey(interaction: CommandInteraction): Promise<void> {
  switch (interaction.data.name) {
    case 'slow':
      await interaction.defer();
      await interaction.editOriginalMessage(answers.slow);
      return void (await interaction.createFollowup(answers.followUp));
    case 'secret':
      return interaction.createMessage({ content: answers.secret, flags: Constants.MessageFlags.EPHEMERAL });
    case 'find': {
      const [option] = interaction.data.options ?? [];
      return interaction.createMessage(found(option && 'value' in option ? String(option.value) : ''));
    }
    case 'form':
      return interaction.createModal({
        custom_id: ids.form,
        title: form.title,
        components: [{ type: 1, components: [{ type: 4, style: 1, custom_id: ids.words, label: form.label }] }],
      });
    default:
  }
}
