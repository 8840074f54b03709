import https from 'node:https';
import {
  ApiHandler,
  AttachmentBuilder,
  Client,
  Command,
  ComponentCommand,
  createEvent,
  createStringOption,
  Declare,
  MessageFlags,
  ModalCommand,
  Options,
  type ClientEvent,
  type CommandContext,
  type ComponentContext,
  type Message,
  type ModalContext,
} from 'seyfert';
import {
  answers,
  choicesFor,
  chose,
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

export const seyfert: ForeignLibrary = { name: 'seyfert', start };

async function start({ api, token, guildId }: ForeignServer): Promise<ForeignBot> {
  const sessions = new SessionCounts();
  const failures: unknown[] = [];
  const onRunError = (_context: unknown, error: unknown): void => void failures.push(error);
  const defaults = { defaults: { onRunError } };
  const client = new Client({
    logger: { active: false },
    commands: defaults,
    components: defaults,
    modals: defaults,
    getRC: () => ({
      token,
      locations: { base: '.' },
      intents: ['Guilds', 'GuildMessages', 'GuildMessageReactions', 'DirectMessages', 'MessageContent'],
    }),
  });
  const domain = new URL(api).origin;
  // Its gateway connection goes through the global agent and takes neither a port nor a plain connection.
  const usualAgent = https.globalAgent;
  const agent = new PlainAgent(api);
  https.globalAgent = agent;
  client.setServices({ rest: new ApiHandler({ token, domain, baseUrl: 'api/v10' }) });
  const run = (work: Promise<unknown>): void => void work.catch((error: unknown) => failures.push(error));
  const botReady = new Promise<void>((resolve) => listen(client, sessions, run, resolve));
  client.commands.set([Slow, Secret, Find, Form]);
  client.components.set([Again, Colour, Words]);
  await client.start();
  await botReady;
  for (const shard of client.gateway.values()) {
    shard.logger.active = false;
    // After a cut connection it would wait for ten seconds.
    shard.options.reconnectTimeout = 100;
    // Two connections would be five seconds apart.
    shard.connectTimeout.intervalTime = 100;
    shard.connectTimeout.shift();
  }
  await client.uploadCommands();
  return {
    sessions,
    failures,
    guild: () => ({
      name: client.cache.guilds?.get(guildId)?.name ?? '',
      channels: (client.cache.channels?.values(guildId) ?? []).map((channel) =>
        'name' in channel ? String(channel.name) : '',
      ),
      roles: (client.cache.roles?.values(guildId) ?? []).map(({ name }) => name),
    }),
    close: () => {
      client.gateway.disconnectAll();
      https.globalAgent = usualAgent;
      agent.destroy();
    },
  };
}

function listen(
  client: Client,
  sessions: SessionCounts,
  run: (work: Promise<unknown>) => void,
  onReady: () => void,
): void {
  const events: object[] = [
    createEvent({ data: { name: 'botReady' }, run: () => onReady() }),
    createEvent({ data: { name: 'ready' }, run: () => sessions.begin() }),
    createEvent({ data: { name: 'resumed' }, run: () => sessions.goOn() }),
    createEvent({ data: { name: 'messageCreate' }, run: (message) => run(hear(message)) }),
    createEvent({
      data: { name: 'messageReactionAdd' },
      run: ({ userId, channelId, emoji }) => {
        if (userId !== client.botId) run(client.messages.write(channelId, { content: sawReaction(emoji.name ?? '') }));
      },
    }),
  ];
  // The declared type of an event asks for `once`, which `createEvent` leaves out.
  client.events.set(events as ClientEvent[]);
}

async function hear(message: Message): Promise<void> {
  if (message.author.bot) return;
  const { client, channelId, id } = message;
  const [attachment] = message.attachments;
  if (attachment) {
    return void (await message.reply({ content: (await download(attachment.url)).toUpperCase() }));
  }
  switch (message.content) {
    case '!reply':
      return void (await message.reply({ content: answers.reply }));
    case '!file': {
      const { name, text } = answers.file;
      const file = new AttachmentBuilder().setName(name).setFile('buffer', Buffer.from(text));
      return void (await client.messages.write(channelId, { files: [file] }));
    }
    case '!dm':
      return void (await message.author.write({ content: answers.direct }));
    case '!react':
      return message.react(answers.reaction);
    case '!thread': {
      const thread = await client.messages.thread(channelId, id, { name: answers.threadName });
      return void (await client.messages.write(thread.id, { content: answers.thread }));
    }
    case '!webhook': {
      const webhook = await client.webhooks.create(channelId, { name: 'Parrot' });
      const body = { username: answers.webhookName, content: answers.webhook };
      const sent = await client.webhooks.writeMessage(webhook.id, webhook.token ?? '', { body, query: { wait: true } });
      return void (await message.reply({ content: spoke(sent.id) }));
    }
    case '!menu':
      return void (await client.messages.write(channelId, { content: answers.menu, components: menuRows }));
    default:
  }
}

// The library's decorators are called as functions: Node strips types only and runs no decorators.

const Slow = Declare({ name: 'slow', description: 'Answer after a while' })(
  class extends Command {
    override async run(context: CommandContext): Promise<void> {
      await context.deferReply();
      await context.editResponse({ content: answers.slow });
      await context.followup({ content: answers.followUp });
    }
  },
);

const Secret = Declare({ name: 'secret', description: 'Answer you alone' })(
  class extends Command {
    override async run(context: CommandContext): Promise<void> {
      await context.write({ content: answers.secret, flags: MessageFlags.Ephemeral });
    }
  },
);

const findOptions = {
  what: createStringOption({
    description: 'Its name',
    required: true,
    autocomplete: (interaction) => interaction.respond(choicesFor(interaction.getInput())),
  }),
};

// Its types do not know `exactOptionalPropertyTypes`.
const Find = Options(findOptions as never)(
  Declare({ name: 'find', description: 'Find a model' })(
    class extends Command {
      override async run(context: CommandContext): Promise<void> {
        await context.write({ content: found((context.options as { what: string }).what) });
      }
    },
  ),
);

const Form = Declare({ name: 'form', description: 'Show a form' })(
  class extends Command {
    override async run(context: CommandContext): Promise<void> {
      const component = { type: 4 as const, style: 1 as const, custom_id: ids.words };
      const components = [{ type: 18 as const, label: form.label, component }];
      await context.interaction.modal({ title: form.title, custom_id: ids.form, components });
    }
  },
);

class Again extends ComponentCommand {
  override componentType = 'Button' as const;
  override customId = ids.button;

  override async run(context: ComponentContext<'Button'>): Promise<void> {
    await context.update({ content: answers.pressed });
  }
}

class Colour extends ComponentCommand {
  override componentType = 'StringSelect' as const;
  override customId = ids.menu;

  override async run(context: ComponentContext<'StringSelect'>): Promise<void> {
    await context.deferUpdate();
    await context.interaction.editResponse({ content: chose(context.interaction.values.join()) });
  }
}

class Words extends ModalCommand {
  override customId = ids.form;

  override async run(context: ModalContext): Promise<void> {
    await context.write({ content: wrote(String(context.interaction.getInputValue(ids.words, true))) });
  }
}
