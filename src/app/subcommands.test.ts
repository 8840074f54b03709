import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageFlags } from 'discord-api-types/v10';
import type { APIMessage } from 'discord-api-types/v10';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineCommand, defineFeature, defineSubcommand } from '../sdk/index.ts';
import type { CommandWithSubcommands, ContextOf, DeclaredCommand, SuggestCall } from '../sdk/index.ts';
import { everyPage } from '../testing/help.ts';
import { recorded } from '../testing/audit.ts';
import { sharedBot } from '../testing/shared-bot.ts';
import { loadTexts } from '../platform/texts/index.ts';
import { createCommandRegistry } from './commands.ts';

const settings = z.strictObject({ frame: z.string().default('gold') });

/** Pictures with a frame: a command with subcommands, a group, and an old name of one of them. */
const gallery = defineFeature({
  ...{ name: 'gallery', summary: 'Shows pictures.', intents: [], settings },
  setup: (context) => ({ commands: [imageCommand(context)] }),
});

const suggestStyles = ({ text }: SuggestCall) =>
  Promise.resolve(['oil', 'ink'].filter((style) => style.startsWith(text)).map((name) => ({ name, value: name })));

function imageCommand(context: ContextOf<typeof settings>): CommandWithSubcommands {
  return defineCommand({
    ...{ name: 'canvas', aliases: ['cnv'], access: 'everyone', ephemeral: false },
    subcommands: {
      edit: defineSubcommand({
        aliases: ['edit-canvas'],
        limit: { name: 'gallery-edit', cooldownMs: 60_000, onlyWith: 'times' },
        options: {
          style: { type: 'string', required: true, maxLength: 20, suggest: suggestStyles },
          times: { type: 'integer', min: 1, max: 5 },
          what: { type: 'string' },
        },
        run: async ({ options: { style, times = 1, what }, reply, source }) => {
          const shown = Array.from({ length: times }, () => style.toUpperCase()).join(' ');
          await reply({
            content: `${source}: ${what ?? 'it'} in ${shown}, framed in ${context.settings.instance.frame}`,
          });
        },
      }),
      frame: {
        access: 'moderator',
        subcommands: {
          add: defineSubcommand({
            ephemeral: true,
            options: { member: { type: 'user', required: true } },
            run: ({ options: { member }, reply }) => reply({ content: `A frame for <@${member}>` }),
          }),
          list: defineSubcommand({
            access: 'everyone',
            options: {},
            run: ({ reply }) => reply({ content: 'No frames' }),
          }),
        },
      },
    },
  });
}

const texts = {
  commands: {
    canvas: {
      description: 'Work on pictures',
      subcommands: {
        edit: {
          description: 'Change a picture',
          options: { style: 'In which style', times: 'How often', what: 'Which picture' },
        },
        frame: {
          description: 'Frames of pictures',
          subcommands: {
            add: { description: 'Give a member a frame', options: { member: 'To whom' } },
            list: { description: 'List the frames' },
          },
        },
      },
    },
  },
};

const folder = mkdtempSync(join(tmpdir(), 'familiar-subcommands-'));
mkdirSync(join(folder, 'gallery', 'locales'), { recursive: true });
writeFileSync(join(folder, 'gallery', 'locales', 'en.json'), JSON.stringify(texts));
afterAll(() => rmSync(folder, { recursive: true }));

const artists = '400000000000000009';
const bot = sharedBot({
  features: [{ definition: gallery, folder: join(folder, 'gallery') }],
  yaml: ({ bob }) => `
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null, commands: [help, "canvas frame"] }
    artist: { users: [${bob.user.id}], discordRoles: [${artists}], commands: [canvas] }
`,
});
const isPrivate = ({ flags }: APIMessage) => ((flags ?? 0) & MessageFlags.Ephemeral) !== 0;

describe('a command with subcommands', () => {
  it('is typed, completed and answered as a slash command, each subcommand with its own options', async () => {
    expect(await bot.bob.completes('canvas edit', { style: 'o' }, 'style')).toEqual([{ name: 'oil', value: 'oil' }]);
    await bot.bob.runs('canvas edit', { style: 'ink', times: 2 });
    await bot.bob.sees('slash: it in INK INK, framed in gold');
    await expect(bot.bob.runs('canvas edit', { style: 'ink', times: 9 })).rejects.toThrow(/less than or equal to 5/);
    await expect(bot.bob.runs('canvas')).rejects.toThrow(/sub-command/);
    await bot.bob.runs('canvas frame list');
    expect(isPrivate(await bot.bob.sees('No frames'))).toBe(false);
  });

  it('has the limits of the subcommand, under a cooldown of its own', async () => {
    await bot.bob.runs('canvas edit', { style: 'ink', times: 1 });
    await bot.bob.sees(/you can use this again/);
    await bot.bob.runs('canvas edit', { style: 'oil' });
    await bot.bob.sees('slash: it in OIL, framed in gold');
  });

  it('is a prefix command by its words, by an alias of the command, and by an old name of a subcommand', async () => {
    for (const words of ['!canvas edit', '!CNV Edit', '!edit-canvas']) {
      const room = await bot.newChannel();
      await bot.bob.says(room, `${words} oil 1 the old mill`);
      await bot.bob.sees(/you can use this again|prefix: the old mill in OIL/, { in: room });
      await bot.bob.says(room, `${words} ink`);
      await bot.bob.sees('prefix: it in INK, framed in gold', { in: room });
    }
  });

  it('lists, where a word is missing, those subcommands that the caller may use', async () => {
    const room = await bot.newChannel();
    await bot.bob.says(room, '!canvas paint');
    const { content } = await bot.bob.sees(/Which one\?/, { in: room });
    expect(content.split('\n').slice(1)).toEqual(['- `!canvas edit <style> [times] [what]`', '- `!canvas frame list`']);
    const other = await bot.newChannel();
    await bot.milo.says(other, '!canvas frame');
    expect((await bot.milo.sees(/Which one\?/, { in: other })).content).toContain('`!canvas frame add <member>`');
  });

  it('is allowed by the name of the command, of a group and of a subcommand', async () => {
    await bot.alice.runs('canvas edit', { style: 'ink' });
    expect(isPrivate(await bot.alice.sees(/Your roles don't allow this command here/))).toBe(true);
    await bot.alice.runs('canvas frame list');
    await bot.alice.sees('No frames');
    await bot.bob.runs('canvas frame add', { member: bot.alice.user.id });
    await bot.bob.sees(/Only moderators/);
    await bot.milo.runs('canvas frame add', { member: bot.alice.user.id });
    expect(isPrivate(await bot.milo.sees(`A frame for <@${bot.alice.user.id}>`))).toBe(true);
  });

  it('records who was refused which subcommand, and whom it concerned', async () => {
    const wanted = expect.objectContaining({
      actorId: bot.bob.user.id,
      targetId: bot.alice.user.id,
      details: expect.objectContaining({ kind: 'command', feature: 'gallery', name: 'canvas frame add' }) as object,
    }) as object;
    await expect.poll(() => recorded(bot, {}), { timeout: 10_000 }).toContainEqual(wanted);
  });

  it('has a line for each subcommand in the help, and a page for each', async () => {
    await bot.bob.runs('help');
    const all = await everyPage(bot.bob, await bot.bob.sees((message) => message.embeds.length > 0));
    expect(all).toContain('`/canvas edit` · Change a picture\n`/canvas frame list` · List the frames');
    expect(all).not.toContain('canvas frame add');
    await bot.bob.runs('help', { command: 'canvas edit' });
    const page = await bot.bob.sees((message) => message.embeds[0]?.title === '/canvas edit');
    expect(page.embeds[0]?.fields?.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['style *', 'times', 'what']),
    );
    await bot.bob.runs('help', { command: '/canvas' });
    await bot.bob.sees((message) => message.embeds[0]?.description?.includes('`/canvas frame list`') === true);
  });

  it('is offered to those who may use any of its subcommands', () => {
    const [image] = [...bot.emulator.core.world.commands.values()].filter(({ name }) => name === 'canvas');
    expect(image).toMatchObject({ default_member_permissions: null, contexts: [0, 1] });
  });
});

describe('a command that Discord would not take', () => {
  const catalogue = loadTexts([{ name: 'gallery', folder: join(folder, 'gallery', 'locales') }], 'en').get('gallery');
  const quiet = { access: 'everyone', ephemeral: true } as const;
  const nothing = defineSubcommand({ options: {}, run: () => Promise.resolve() });
  const long = 'x'.repeat(100);
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, nothing]));
  const manyOptions = Object.fromEntries(
    Array.from({ length: 25 }, (_, index) => [
      `o${index}`,
      { type: 'string' as const, description: long, choices: Array.from({ length: 3 }, (_one, at) => long.slice(at)) },
    ]),
  );

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['26 subcommands', { subcommands: many(26) }, /"image" of the feature "gallery" has 26 subcommands .* at most 25/],
    ['26 in a group', { subcommands: { frame: { subcommands: many(26) } } }, /26 subcommands in "image frame"/],
    ['an empty group', { subcommands: { frame: { subcommands: {} } } }, /no subcommand in the group "image frame"/],
    ['a name in capitals', { subcommands: { Edit: nothing } }, /has the name "Edit" \(image Edit\)/],
    ['a name of 33 letters', { subcommands: { [long.slice(67)]: nothing } }, /Discord takes 1 to 32/],
    [
      'a needed option after another',
      { options: { a: { type: 'string', description: 'a' }, b: { type: 'string', description: 'b', required: true } } },
      /the required option "b" after optional ones/,
    ],
    ['too many letters', { options: manyOptions }, /has \d{5} characters in its names.*at most 8000/],
  ])('stops the start: %s', (_what, change, message) => {
    const command = { name: 'image', ...quiet, run: () => Promise.resolve(), ...change } as unknown as DeclaredCommand;
    if (!catalogue) throw new Error('The texts of the fixture are missing.');
    const lenient = { ...catalogue, has: () => true };
    expect(() => createCommandRegistry([{ feature: 'gallery', command, texts: lenient }])).toThrow(message);
  });

  it('stops the start: a subcommand without its texts', () => {
    if (!catalogue) throw new Error('The texts of the fixture are missing.');
    const command = defineCommand({ name: 'canvas', ...quiet, subcommands: { paint: nothing } });
    expect(() => createCommandRegistry([{ feature: 'gallery', command, texts: catalogue }])).toThrow(
      /lacks the text "commands\.canvas\.subcommands\.paint\.description"/,
    );
  });
});
