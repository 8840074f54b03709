import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineCommand, defineFeature } from '../../sdk/index.ts';
import type { Person } from '../../../emulator/testing/person.ts';
import { recorded } from '../../testing/audit.ts';
import { button, buttons } from '../../testing/components.ts';
import { sharedBot } from '../../testing/shared-bot.ts';

const many = Object.fromEntries(
  Array.from({ length: 30 }, (_, index) => [`knob${index}`, z.boolean().default(false).meta({ changedBy: 'server' })]),
);

/** A setting of each kind, and a command that says what applies. */
const knobs = defineFeature({
  name: 'knobs',
  summary: 'Is tested.',
  intents: [],
  settings: z.strictObject({
    loud: z.boolean().default(false).meta({ changedBy: 'server' }),
    speed: z.int().min(1).max(40).default(5).meta({ changedBy: 'server' }),
    rest: z
      .int()
      .min(1)
      .max(72)
      .nullable()
      .default(null)
      .meta({ kind: 'duration', unit: 'hours', changedBy: 'server', tightenOnly: true }),
    mood: z.enum(['calm', 'wild']).default('calm').meta({ changedBy: 'server' }),
    words: z.array(z.string()).max(3).default([]).meta({ changedBy: 'server' }),
    room: z.string().nullable().default(null).meta({ kind: 'channel', changedBy: 'server' }),
    crew: z
      .array(z.string().meta({ kind: 'role' }))
      .default([])
      .meta({ changedBy: 'server' }),
    voice: z.string().default('').meta({ kind: 'model', changedBy: 'server' }),
    price: z.number().min(0).max(10).default(1).meta({ kind: 'dollars', changedBy: 'owner' }),
    engine: z.string().default('steam'),
    ...many,
  }),
  setup: ({ settings }) => ({
    commands: [
      defineCommand({
        name: 'knobs',
        options: {},
        access: 'everyone',
        ephemeral: true,
        run: async ({ guildId, reply }) => {
          const { loud, speed, rest, mood, words, room, crew, voice, price } = settings.peek({ guildId });
          await reply({ content: JSON.stringify({ loud, speed, rest, mood, words, room, crew, voice, price }) });
        },
      }),
    ],
  }),
});

const folder = await mkdtemp(join(tmpdir(), 'familiar-knobs-'));
await mkdir(join(folder, 'locales'));
const texts = {
  config: { speed: { name: 'Speed', about: 'How fast it turns.' } },
  commands: { knobs: { description: 'Show the knobs' } },
};
await writeFile(join(folder, 'locales', 'en.json'), JSON.stringify(texts));
afterAll(() => rm(folder, { recursive: true }));

/** Milo runs the bot and moderates; Olivia owns the server. */
const bot = sharedBot({
  paced: false,
  otherModels: ['other-model'],
  features: [{ definition: knobs, folder }],
  yaml: ({ milo }) => `
instance: { administrators: ['${milo.user.id}'] }
features: { knobs: { mood: wild, rest: 48 } }`,
});

const textOf = ({ content, embeds }: APIMessage): string =>
  [
    content,
    ...embeds.flatMap(({ title, description, fields = [] }) => [
      ...[title, description],
      ...fields.map(({ name, value }) => `${name}: ${value.replace('\n-#', ',')}`),
    ]),
  ].join('\n');

/** A person with the panel open; each step waits for what it shows. */
class Panel {
  message: APIMessage;
  private readonly person: Person;
  constructor(person: Person, message: APIMessage) {
    this.person = person;
    this.message = message;
  }
  static async open(person: Person, room: string, feature?: string): Promise<Panel> {
    await person.runs('config', feature === undefined ? {} : { feature }, { in: room });
    return new Panel(person, await person.sees(({ embeds }) => embeds.length > 0, { in: room }));
  }
  get text(): string {
    return textOf(this.message);
  }
  get labels(): (string | undefined)[] {
    return buttons(this.message).flatMap(({ label }) => label ?? []);
  }
  async #seen(): Promise<void> {
    this.message = await this.person.sees(({ id }) => id === this.message.id);
  }
  async picks(value: string, type = 3): Promise<void> {
    await this.selects([value], type);
  }
  async selects(values: string[], type = 3): Promise<void> {
    await this.person.selects(this.message, buttons(this.message)[0]?.customId ?? '', values, type);
    await this.#seen();
  }
  async presses(label: string): Promise<void> {
    await this.person.presses(this.message, button(this.message, label));
    await this.#seen();
  }
  /** Opens the form, and returns the text that stands in it. */
  async writes(label: string, text: string): Promise<string> {
    const { modal } = await this.person.presses(this.message, button(this.message, label));
    if (!modal) throw new Error('no form came');
    const input = JSON.stringify(modal.components);
    await this.person.submits(modal, { value: text });
    await this.#seen();
    return input;
  }
}

const knobsAt = async (room: string): Promise<unknown> => {
  await bot.alice.runs('knobs', {}, { in: room });
  return JSON.parse((await bot.alice.sees(/^\{"loud/, { in: room })).content);
};

describe('/config', () => {
  it('opens a feature and a setting, applies changes at once and resets them', async () => {
    const room = await bot.newChannel();
    const panel = await Panel.open(bot.olivia, room);
    expect(panel.text).toContain('**Chat** · Answers questions with any model');
    await panel.picks('knobs');
    expect(panel.text).toMatch(/\*\*Speed\*\* · 5 · default\n\*\*rest\*\* · 48 hours · settings file\n/);
    expect(panel.text).toMatch(/\*\*engine\*\* · steam · default · 🔒 file/);
    await panel.picks('speed');
    expect(panel.text).toContain(
      'How fast it turns.\n-# `knobs.speed`\nNow: 5, default\nAllowed: a whole number from 1 to 40',
    );
    expect(panel.labels).toEqual(['Change…', 'Back', 'All features']);
    await panel.writes('Change…', '12');
    expect(panel.text).toContain('✅ Saved.');
    expect(panel.text).toContain("Now: 12, this server\nWithout this server's value: 5, default");
    expect(await knobsAt(room)).toMatchObject({ speed: 12 });
    await panel.presses('Back');
    expect(panel.text).toContain('**Speed** · 12 · this server');
    await panel.picks('speed');
    await panel.presses('Reset');
    expect(panel.text).toContain('✅ Reset. The default applies from now on.');
    expect(await knobsAt(room)).toMatchObject({ speed: 5 });
    await panel.presses('All features');
    expect(panel.text).not.toContain('changed here');
  });

  it('shows a refused value again with what is allowed', async () => {
    const room = await bot.newChannel();
    const panel = await Panel.open(bot.olivia, room, 'knobs');
    await panel.picks('words');
    const written = 'one\ntwo\n**three**\nfour';
    await panel.writes('Change…', written);
    expect(panel.text).toContain(
      '⚠️ Those are 4 entries, and up to 3 are allowed.\n**Allowed:** up to 3, one per line: any text',
    );
    expect(panel.text).toContain(`What you wrote\n${written}`);
    expect(await knobsAt(room)).toMatchObject({ words: [] });
    expect(await panel.writes('Edit again…', 'one\ntwo')).toContain(JSON.stringify(written).slice(1, -1));
    expect(panel.text).toContain('Now: one, two, this server');
    expect(panel.text).not.toContain('What you wrote');
    expect(await knobsAt(room)).toMatchObject({ words: ['one', 'two'] });
  });

  it('has switches, menus of choices, channels, roles and models, and none', async () => {
    const room = await bot.newChannel();
    const guildId = bot.olivia.channel(room).guildId ?? '';
    const role = await bot.olivia.request<{ id: string }>('POST', `/guilds/${guildId}/roles`, { name: 'crew' });
    await bot.idle();
    const panel = await Panel.open(bot.olivia, room, 'knobs');
    const open = async (key: string) => {
      await panel.presses('Back').catch(() => undefined);
      await panel.picks(key);
    };
    await panel.picks('loud');
    await panel.presses('Turn on');
    expect(panel.labels).toEqual(['Turn off', 'Reset', 'Back', 'All features']);
    await open('mood');
    await panel.picks('calm');
    await open('room');
    await panel.picks(bot.olivia.channel(room).id, 8);
    expect(panel.text).toContain(`Now: <#${bot.olivia.channel(room).id}>, this server`);
    await open('crew');
    await panel.selects([role.id], 6);
    await open('voice');
    await panel.picks('fake/other-model');
    await open('rest');
    await panel.writes('Change…', '3d');
    expect(panel.text).toContain('to 48 hours (the bot');
    await panel.writes('Edit again…', '1d');
    expect(await knobsAt(room)).toMatchObject({
      ...{ loud: true, mood: 'calm', rest: 24, room: bot.olivia.channel(room).id },
      ...{ crew: [role.id], voice: 'fake/other-model' },
    });
    await open('room');
    await panel.presses('Set to none');
    expect(await knobsAt(room)).toMatchObject({ room: null });
  });

  it('shows what is in the file or the owner’s alone, and lets the owner change theirs', async () => {
    const room = await bot.newChannel();
    const panel = await Panel.open(bot.olivia, room, 'knobs');
    await panel.picks('price');
    expect(panel.text).toContain("Only the bot's owner can change this.");
    expect(panel.labels).toEqual(['Back', 'All features']);
    await panel.presses('Back');
    await panel.picks('engine');
    expect(panel.text).toContain('in `familiar.yaml` only, as `features.knobs.engine`');
    // Discord offers the command to those who manage the server; the owner of the bot writes it.
    await bot.milo.says(room, '!config knobs');
    const owners = new Panel(bot.milo, await bot.milo.sees(({ embeds }) => embeds.length > 0, { in: room }));
    await owners.picks('price');
    await owners.writes('Change…', '$2.50');
    expect(owners.text).toContain('Now: $2.50, this server');
    // The panel of the owner is in the channel: who presses it has their own rights.
    await bot.olivia.presses(owners.message, button(owners.message, 'Reset'));
    await bot.olivia.sees(/^🔒 Only the bot's owner can change this/, { in: room });
    expect(await knobsAt(room)).toMatchObject({ price: 2.5 });
  });

  it('pages through more settings than a menu holds', async () => {
    const room = await bot.newChannel();
    const panel = await Panel.open(bot.olivia, room, 'knobs');
    expect(panel.text).not.toContain('knob29');
    await panel.picks('~page/1');
    expect(panel.text).toContain('knob29');
    await panel.picks('knob29');
    await panel.presses('Turn on');
    expect(panel.text).toContain('Now: on, this server');
  });

  it('is for people who can manage the server', async () => {
    const room = await bot.newChannel();
    await bot.alice.says(room, '!config');
    expect((await bot.alice.sees(/Only people/, { in: room })).content).toContain('who can manage this server');
    await bot.olivia.runs('config', { feature: 'nothing' }, { in: room });
    expect((await bot.olivia.sees(/There is no feature/, { in: room })).content).toContain(
      'activity, basics, chat, images, privacy',
    );
  });

  it('is recorded with what was before and after', async () => {
    const room = await bot.newChannel();
    const panel = await Panel.open(bot.olivia, room, 'chat');
    await panel.picks('creativity');
    await panel.picks('low');
    await panel.picks('low');
    expect(panel.text).toContain("That's the value already.");
    await panel.presses('Reset');
    const entries = await recorded(bot, { action: 'set-setting' });
    expect(entries.filter(({ channelId }) => channelId === bot.olivia.channel(room).id)).toMatchObject([
      { actorId: bot.olivia.user.id, details: { setting: 'chat.creativity', before: 'off', after: 'low' } },
      {
        actorId: bot.olivia.user.id,
        details: { setting: 'chat.creativity', before: 'low', after: 'off', reset: true },
      },
    ]);
  });
});
