import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ComponentType, GatewayIntentBits, MessageFlags, TextInputStyle } from 'discord-api-types/v10';
import type { APIMessage, APIModalInteractionResponseCallbackComponent } from 'discord-api-types/v10';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmulator } from '../../emulator/index.ts';
import type { Emulator } from '../../emulator/index.ts';
import { connectPerson } from '../../emulator/testing/person.ts';
import type { Person } from '../../emulator/testing/person.ts';
import { UserError } from '../kernel/errors.ts';
import { systemClock } from '../kernel/clock.ts';
import { systemIds } from '../kernel/ids.ts';
import { silentLogger } from '../kernel/logger.ts';
import { systemRandom } from '../kernel/random.ts';
import { createDiscord, discordMigrations } from '../platform/discord/index.ts';
import type { Discord } from '../platform/discord/index.ts';
import { loadTexts } from '../platform/texts/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import { accessSchema } from '../platform/config/index.ts';
import { createAccess } from '../services/access/index.ts';
import { createLimits, limitsMigrations } from '../services/limits/index.ts';
import { defineMessageCommand } from '../sdk/index.ts';
import type { MessageCommand } from '../sdk/index.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { testDatabase } from '../testing/postgres.ts';
import type { TestDatabase } from '../testing/postgres.ts';
import { createChannelWork } from './channel-work.ts';
import { createCommandRunner } from './command-runner.ts';
import { commandBodies } from './command-bodies.ts';
import { createCommandRegistry } from './commands.ts';
import { createDispatch } from './dispatch.ts';
import { createFailureTexts } from './failures.ts';
import { createPublicRefusals } from './public-refusals.ts';
import { createUseLimits } from './use-limits.ts';

const folder = mkdtempSync(join(tmpdir(), 'familiar-message-commands-'));
afterAll(() => rmSync(folder, { recursive: true }));

const titles = {
  quote: 'Quote this',
  question: 'Ask about this',
  slow: 'Think about this',
  broken: 'Break this',
  wrong: 'Misuse this',
  maintain: 'Maintain this',
  moderate: 'Moderate this',
  local: 'Only here',
  rare: 'Now and then',
};

function textsWith(messageCommands: Record<string, { title?: string }>): Texts {
  const errors = { wrong: 'Not with a message like this.' };
  writeFileSync(join(folder, 'en.json'), JSON.stringify({ errors, 'message-commands': messageCommands }));
  const texts = loadTexts([{ name: 'fixture', folder }], 'en').get('fixture');
  if (!texts) throw new Error('The texts of the fixture are missing.');
  return texts;
}

describe('a message command', () => {
  const clock = createManualClock(Date.now());
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const commands: MessageCommand[] = [
    defineMessageCommand({
      name: 'quote',
      access: 'everyone',
      ephemeral: true,
      run: ({ target, caller, reply }) => reply({ content: `${caller.displayName} asked: ${target.content}` }),
    }),
    defineMessageCommand({
      name: 'question',
      access: 'everyone',
      ephemeral: true,
      run: ({ modal }) => modal({ custom_id: 'fixture/question/1@1', title: 'What about it?', components: [input] }),
    }),
    defineMessageCommand({
      name: 'slow',
      access: 'everyone',
      ephemeral: false,
      run: async ({ target, reply }) => {
        await released;
        await reply({ content: `At last: ${target.content}` });
      },
    }),
    defineMessageCommand({
      name: 'broken',
      access: 'everyone',
      ephemeral: false,
      run: () => Promise.reject(new Error('oh no')),
    }),
    defineMessageCommand({
      name: 'wrong',
      access: 'everyone',
      ephemeral: false,
      run: () => Promise.reject(new UserError('errors.wrong', 'wrong')),
    }),
    quiet('maintain', { access: 'instance-administrator' }),
    quiet('moderate', { access: 'moderator' }),
    quiet('local', { access: 'everyone', places: ['guild'] }),
    quiet('rare', { access: 'everyone', limit: { name: 'rare', cooldownMs: 10_000 } }),
  ];
  let emulator: Emulator;
  let database: TestDatabase;
  let discord: Discord;
  let alice: Person;
  let bob: Person;
  let milo: Person;
  const refusals: string[] = [];

  beforeAll(async () => {
    emulator = await startEmulator({ port: 0, dataDir: null });
    database = await testDatabase({ migrations: [discordMigrations, limitsMigrations] });
    const connect = (name: string) => connectPerson(emulator.origin, name);
    [alice, bob, milo] = await Promise.all([connect('alice'), connect('bob'), connect('milo')]);
    discord = await createDiscord({
      token: [...emulator.core.world.users.values()].find((user) => user.bot)?.token ?? '',
      apiBase: `${emulator.origin}/api`,
      postgres: database.postgres,
      clock: systemClock,
      random: systemRandom,
      logger: silentLogger,
    });
    const texts = textsWith(Object.fromEntries(Object.entries(titles).map(([name, title]) => [name, { title }])));
    const registry = createCommandRegistry(
      [],
      commands.map((command) => ({ feature: 'fixture', command, texts })),
    );
    const appTexts = loadTexts([{ name: 'app', folder: join(import.meta.dirname, 'locales') }], 'en').get('app');
    const failures = createFailureTexts(appTexts ?? texts, systemIds, silentLogger);
    const { postgres } = database;
    const limits = createLimits({ postgres, clock });
    const access = createAccess({
      config: accessSchema.parse({}),
      administrators: [milo.user.id],
      settings: {
        ...{ peek: () => undefined, onChange: () => () => undefined },
        ...{ set: () => Promise.resolve(), forUser: () => Promise.resolve({}) },
      },
      parentOfThread: () => undefined,
    });
    const audit = { refused: (entry: { reason: string }) => void refusals.push(entry.reason) };
    const useLimits = createUseLimits({ limits, db: postgres.db, clock });
    const publicRefusals = createPublicRefusals({ discord, clock, logger: silentLogger });
    const channelWork = createChannelWork(clock, silentLogger);
    const asked = { registry, discord, failures, clock, access, audit, prefix: '!' };
    const runner = { ...asked, useLimits, publicRefusals, channelWork };
    const dispatch = createDispatch({
      features: [],
      commands: createCommandRunner(runner),
      press: () => Promise.resolve(),
      refusals: publicRefusals,
      logger: silentLogger,
    });
    await discord.registerCommands(commandBodies(registry, discord));
    await discord.gateway.start({
      intents: GatewayIntentBits.Guilds,
      onIntentsRefused: () => {},
      onDispatch: (event) => dispatch.event(event),
      onGuildJoined: () => Promise.resolve(),
    });
  });
  afterAll(async () => {
    for (const person of [alice, bob, milo]) await person.close();
    await discord.close();
    await emulator.close();
    await database.close();
  });

  it('gets the message it was chosen on, and answers whoever chose it alone', async () => {
    const message = await bob.says('#general', 'a thought of Bob');
    await alice.picks(titles.quote, message);
    const answer = await alice.sees('Alice asked: a thought of Bob');
    expect(isEphemeral(answer)).toBe(true);
    await alice.says('#general', 'said after the answer');
    await bob.sees('said after the answer');
    expect([...bob.view.dispatches].map(({ d }) => JSON.stringify(d)).join()).not.toContain('Alice asked');
  });

  it('works in a direct message', async () => {
    const channel = await alice.opensDirectMessages(discord.self.userId);
    const message = await alice.says(channel.id, 'a secret');
    await alice.picks(titles.quote, message);
    await alice.sees('Alice asked: a secret', { in: channel.id });
    await expect(alice.picks(titles.local, message)).rejects.toThrow(/offered no command "Only here"/);
  });

  it('may ask with a form', async () => {
    const message = await alice.says('#general', 'something to ask about');
    const { modal } = await alice.picks(titles.question, message);
    expect(modal).toMatchObject({ title: 'What about it?', custom_id: 'fixture/question/1@1' });
  });

  it('tells everyone to wait when it takes long, and fills that in', async () => {
    const message = await alice.says('#general', 'something deep');
    const outcome = alice.picks(titles.slow, message);
    await expect.poll(() => clock.pending).toBe(1);
    await clock.advance(1500);
    await outcome;
    const waiting = await bob.sees(({ flags }) => ((flags ?? 0) & MessageFlags.Loading) !== 0);
    release();
    expect(await bob.sees('At last: something deep')).toMatchObject({ id: waiting.id, flags: 0 });
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['fails', titles.broken, /Something went wrong on my side.*`[0-9a-f]{8}`/],
    ['does not fit', titles.wrong, /Not with a message like this\./],
    ['is not for them', titles.maintain, /Only the bot's owner can use this\./],
  ])('tells the caller alone when it %s', async (_what, title, text) => {
    const message = await alice.says('#general', 'something else');
    await alice.picks(title, message);
    expect(isEphemeral(await alice.sees(text))).toBe(true);
  });

  it('is offered to those alone who may use it', async () => {
    const message = await bob.says('#general', 'something to moderate');
    await expect(bob.picks(titles.moderate, message)).rejects.toThrow(/offered no command "Moderate this"/);
    await milo.picks(titles.moderate, message);
    await milo.sees('moderate ran');
  });

  it('can be used again by the same person after its cooldown, which instance administrators have not', async () => {
    const message = await bob.says('#general', 'something to use now and then');
    const againAt = Math.ceil((clock.now() + 10_000) / 1000);
    await alice.picks(titles.rare, message);
    await alice.sees('rare ran');
    await alice.picks(titles.rare, message);
    expect(isEphemeral(await alice.sees(`Slow down a little: you can use this again at <t:${againAt}:T>.`))).toBe(true);
    expect(refusals.at(-1)).toBe('errors.cooldown');
    await bob.picks(titles.rare, message);
    await bob.sees('rare ran');
    for (let time = 1; time <= 2; time += 1) {
      await milo.picks(titles.rare, message);
      await milo.sees('rare ran');
    }
    await clock.advance(10_000);
    await alice.picks(titles.rare, message);
    await alice.sees('rare ran');
  });
});

describe('the registry of message commands', () => {
  const registered = (texts: Texts, ...names: string[]) =>
    names.map((name) => ({ feature: 'fixture', command: quiet(name, { access: 'everyone' }), texts }));

  it('finds a command by its title, capitals counting', () => {
    const registry = createCommandRegistry([], registered(textsWith({ why: { title: 'Why this?' } }), 'why'));
    expect(registry.findOnMessages('Why this?')?.command.name).toBe('why');
    expect(registry.findOnMessages('why this?')).toBeUndefined();
  });

  it.each([
    ['no title', {}, ['why'], /lacks the text "message-commands\.why\.title"/],
    ['an empty title', { why: { title: '' } }, ['why'], /must be 1 to 32 characters/],
    ['a title of 33 characters', { why: { title: 'x'.repeat(33) } }, ['why'], /must be 1 to 32 characters/],
    ['space around its title', { why: { title: 'Why ' } }, ['why'], /without spaces around/],
    [
      'the title of another',
      { why: { title: 'Why' }, how: { title: 'Why' } },
      ['why', 'how'],
      /both have a message command titled "Why"/,
    ],
    ['fifteen others', {}, Array.from({ length: 16 }, (_, index) => `c${index}`), /Discord takes at most 15/],
  ])('stops the start at a command with %s', (_what, texts, names, message) => {
    expect(() => createCommandRegistry([], registered(textsWith(texts), ...names))).toThrow(message);
  });
});

const input: APIModalInteractionResponseCallbackComponent = {
  type: ComponentType.ActionRow,
  components: [{ type: ComponentType.TextInput, custom_id: 'text', label: 'Question', style: TextInputStyle.Short }],
};

function quiet(name: string, rules: Pick<MessageCommand, 'access' | 'places' | 'limit'>): MessageCommand {
  return defineMessageCommand({
    ...rules,
    name,
    ephemeral: true,
    run: ({ reply }) => reply({ content: `${name} ran` }),
  });
}

function isEphemeral({ flags }: APIMessage): boolean {
  return ((flags ?? 0) & MessageFlags.Ephemeral) !== 0;
}
