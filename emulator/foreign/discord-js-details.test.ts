import { once } from 'node:events';
import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  Events,
  GatewayIntentBits,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  Partials,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
  type ClientOptions,
  type Interaction,
} from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmulator, type Emulator } from '../index.ts';
import { callControl } from '../testing/control.ts';
import { connectPerson, type Person } from '../testing/person.ts';

/** discord.js knows nothing of this emulator: what works for it works for any bot. */

const { Guilds, GuildMembers, GuildMessages, GuildMessageReactions, MessageContent } = GatewayIntentBits;

let emulator: Emulator;
let alice: Person;
let client: Client<true>;
const closing: (() => unknown)[] = [];

interface ControlState {
  guilds: { id: string; channels: { id: string; name: string }[] }[];
  application: { id: string; botToken: string };
}

const control = <T>(name: string, body?: unknown): Promise<T> => callControl<T>(emulator.origin, name, body);

function createClient(options: Partial<ClientOptions> = {}): Client {
  const created = new Client({
    intents: [Guilds, GuildMembers, GuildMessages, GuildMessageReactions, MessageContent],
    partials: [Partials.Channel],
    ...options,
    rest: { api: `${emulator.origin}/api`, cdn: `${emulator.origin}/cdn`, ...options.rest },
  });
  closing.push(() => created.destroy());
  return created;
}

async function login(created: Client, token?: string): Promise<Client<true>> {
  const ready = once(created, Events.ClientReady);
  await created.login(token ?? (await control<ControlState>('state')).application.botToken);
  await ready;
  return created as Client<true>;
}

/** Answers every interaction with `handle`; what it throws fails the test when the client is destroyed. */
function onInteraction(handle: (interaction: Interaction) => Promise<unknown>): void {
  const failures: unknown[] = [];
  client.on(Events.InteractionCreate, (interaction) => {
    handle(interaction).catch((error: unknown) => failures.push(error));
  });
  closing.push(() => expect(failures).toEqual([]));
}

/** The contents of the next messages that a client is told of. */
function takeMessages(listener: Client, count: number): Promise<string[]> {
  const contents: string[] = [];
  return new Promise((resolve) => {
    listener.on(Events.MessageCreate, ({ content }) => {
      contents.push(content);
      if (contents.length === count) resolve(contents);
    });
  });
}

beforeEach(async () => {
  emulator = await startEmulator({ port: 0, dataDir: null });
  closing.push(() => emulator.close());
  alice = await connectPerson(emulator.origin, 'alice');
  closing.push(() => alice.close());
  client = await login(createClient());
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

describe('discord.js, beyond what every library is tested with', () => {
  it('receives a message with its author and answers with a reply', async () => {
    client.on(Events.MessageCreate, (message) => {
      if (!message.author.bot) void message.reply(`You are ${message.member?.displayName ?? 'unknown'}.`);
    });
    const question = await alice.says('#general', 'Who am I?');
    const answer = await alice.sees(/You are/);
    expect(answer.content).toBe('You are Alice.');
    expect(answer.message_reference?.message_id).toBe(question.id);
  });

  it('gets blank content without the intent, except where it is mentioned', async () => {
    const blind = await login(createClient({ intents: [Guilds, GuildMessages] }));
    const heard = takeMessages(blind, 2);
    await alice.says('#general', 'not for bots');
    const mention = `<@${blind.user.id}> for you`;
    await alice.says('#general', mention);
    expect(await heard).toEqual(['', mention]);
  });

  it('registers a command, is called with its options, defers, edits, follows up', async () => {
    const guild = client.guilds.cache.firstKey();
    await client.application.commands.create(
      new SlashCommandBuilder()
        .setName('draw')
        .setDescription('Draws something')
        .addStringOption((option) => option.setName('what').setDescription('The subject').setRequired(true))
        .addIntegerOption((option) => option.setName('count').setDescription('How many').setMinValue(1).setMaxValue(4))
        .addUserOption((option) => option.setName('whose').setDescription('For whom')),
    );
    onInteraction(async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      await interaction.deferReply();
      const { options } = interaction;
      const whose = options.getUser('whose', true).username;
      await interaction.editReply(`${options.getString('what', true)} ${String(options.getInteger('count'))} ${whose}`);
      await interaction.followUp({ content: 'Anything else?', flags: MessageFlags.Ephemeral });
    });
    const { application_commands: commands } = await alice.request<{ application_commands: { name: string }[] }>(
      'GET',
      `/guilds/${String(guild)}/application-command-index`,
    );
    expect(commands.map(({ name }) => name)).toEqual(['draw']);

    await alice.runs('draw', { what: 'a cat', count: 2, whose: alice.user.id });
    const answer = await alice.sees('a cat 2 alice');
    expect(answer.type).toBe(20);
    expect(answer.interaction_metadata?.user.id).toBe(alice.user.id);
    const aside = await alice.sees('Anything else?');
    expect(aside.flags).toBe(MessageFlags.Ephemeral);
    expect((await alice.messages('#general')).map(({ content }) => content)).toEqual(['a cat 2 alice']);
  });

  it('refuses options that the command does not allow', async () => {
    await client.application.commands.create(
      new SlashCommandBuilder()
        .setName('roll')
        .setDescription('Rolls dice')
        .addIntegerOption((option) => option.setName('sides').setDescription('Sides').setRequired(true).setMinValue(2)),
    );
    await expect(alice.runs('roll')).rejects.toThrow(/sides is required/);
    await expect(alice.runs('roll', { sides: 1 })).rejects.toThrow(/greater than or equal to 2/);
    await expect(alice.runs('roll', { sides: 'six' })).rejects.toThrow(/Must be a number/);
  });

  it('answers only its user when it answers ephemerally, and may delete that answer', async () => {
    await client.application.commands.create({ name: 'secret', description: 'Tells a secret' });
    const bob = await connectPerson(emulator.origin, 'bob');
    closing.push(() => bob.close());
    onInteraction(async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      await interaction.reply({ content: 'Only for you', flags: MessageFlags.Ephemeral });
      await interaction.followUp('For everybody');
      await interaction.deleteReply();
    });
    await alice.runs('secret');
    const secret = await alice.sees('Only for you');
    await bob.sees('For everybody');
    await alice.hears<{ id: string }>('MESSAGE_DELETE', ({ id }) => id === secret.id);
    expect(bob.view.describe()).not.toContain('Only for you');
  });

  it('uploads a file and reads one that a command was given', async () => {
    await client.application.commands.create(
      new SlashCommandBuilder()
        .setName('copy')
        .setDescription('Copies a file')
        .addAttachmentOption((option) => option.setName('file').setDescription('The file').setRequired(true)),
    );
    onInteraction(async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      const given = interaction.options.getAttachment('file', true);
      const text = await (await fetch(given.url)).text();
      await interaction.reply({
        files: [{ attachment: Buffer.from(text.toUpperCase()), name: `copy-of-${given.name}` }],
      });
    });
    await alice.runs('copy', { file: { name: 'note.txt', data: 'quiet words', type: 'text/plain' } });
    const { attachments } = await alice.sees((message) => message.attachments.length > 0);
    expect(attachments[0]?.filename).toBe('copy-of-note.txt');
    expect(await (await fetch(attachments[0]?.url ?? '')).text()).toBe('QUIET WORDS');
  });

  it('shows a form and gets what was filled in', async () => {
    await client.application.commands.create({ name: 'feedback', description: 'Asks for feedback' });
    onInteraction(async (interaction) => {
      if (interaction.isChatInputCommand()) {
        const input = new TextInputBuilder().setCustomId('text').setStyle(TextInputStyle.Paragraph).setMinLength(3);
        const label = new LabelBuilder().setLabel('Your words').setTextInputComponent(input);
        await interaction.showModal(
          new ModalBuilder().setCustomId('form').setTitle('Feedback').addLabelComponents(label),
        );
      } else if (interaction.isModalSubmit()) {
        await interaction.reply(`Thanks for: ${interaction.fields.getTextInputValue('text')}`);
      }
    });
    const { modal } = await alice.runs('feedback');
    if (!modal) throw new Error('No form was shown.');
    expect(modal.title).toBe('Feedback');
    await expect(alice.submits(modal, { text: 'x' })).rejects.toThrow(/between 3 and/);
    await alice.submits(modal, { text: 'very nice' });
    await alice.sees('Thanks for: very nice');
  });

  it('is told of pressed buttons and chosen values, and updates their message', async () => {
    const button = new ButtonBuilder().setCustomId('again').setLabel('Again').setStyle(ButtonStyle.Primary);
    const off = new ButtonBuilder().setCustomId('off').setLabel('Off').setStyle(ButtonStyle.Danger).setDisabled(true);
    const select = new StringSelectMenuBuilder()
      .setCustomId('colour')
      .addOptions({ label: 'Red', value: 'red' }, { label: 'Blue', value: 'blue' });
    client.on(Events.MessageCreate, (message) => {
      if (message.content !== 'menu') return;
      void message.reply({
        content: 'Choose',
        components: [
          new ActionRowBuilder<ButtonBuilder>().addComponents(button, off),
          new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(select),
        ],
      });
    });
    onInteraction(async (interaction) => {
      if (interaction.isButton()) await interaction.update('Pressed');
      if (interaction.isStringSelectMenu()) {
        await interaction.deferUpdate();
        await interaction.editReply(`Chose ${interaction.values.join()}`);
      }
    });
    await alice.says('#general', 'menu');
    const menu = await alice.sees('Choose');
    await alice.presses(menu, 'again');
    expect((await alice.sees('Pressed')).id).toBe(menu.id);
    await alice.selects(menu, 'colour', ['blue']);
    expect((await alice.sees('Chose blue')).id).toBe(menu.id);
    await expect(alice.presses(menu, 'off')).rejects.toThrow(/disabled/);
    await expect(alice.presses(menu, 'invented')).rejects.toThrow(/does not exist/);
    await expect(alice.selects(menu, 'colour', ['green'])).rejects.toThrow(/not selectable/);
  });

  it('hears reactions and new threads, and finds members by name', async () => {
    const message = await alice.says('#general', 'react to this');
    const reacted = once(client, Events.MessageReactionAdd, { signal: AbortSignal.timeout(5_000) });
    await alice.reacts(message, '👍');
    const [reaction] = (await reacted) as [{ emoji: { name: string } }];
    expect(reaction.emoji.name).toBe('👍');

    const created = once(client, Events.ThreadCreate, { signal: AbortSignal.timeout(5_000) });
    const { id } = await alice.opensThread(message, 'Off topic');
    const [thread] = (await created) as [{ id: string; name: string }];
    expect(thread).toMatchObject({ id, name: 'Off topic' });

    const found = await client.guilds.cache.first()?.members.fetch({ query: 'ali', limit: 5 });
    expect(found?.map(({ user }) => user.username)).toEqual(['alice']);
    const all = await client.guilds.cache.first()?.members.fetch();
    expect(all?.map(({ user }) => user.username)).toEqual(expect.arrayContaining(['olivia', 'milo', 'alice', 'bob']));
  });

  it('is refused with 4014 when it asks for an intent that is switched off', async () => {
    const { botToken } = await control<{ botToken: string }>('applications', { name: 'Blind', intents: {} });
    const refused = createClient({ intents: [Guilds, MessageContent] });
    await expect(refused.login(botToken)).rejects.toThrow(/disallowed intents/i);
  });

  it('is told that nobody answered when the bot is gone', async () => {
    await client.application.commands.create({ name: 'ping', description: 'Pings' });
    await client.destroy();
    await expect(alice.runs('ping')).rejects.toThrow('did not respond');
  });
});
