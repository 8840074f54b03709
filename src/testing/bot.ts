import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../../emulator/index.ts';
import type { Emulator } from '../../emulator/index.ts';
import { connectPerson } from '../../emulator/testing/person.ts';
import type { Person } from '../../emulator/testing/person.ts';
import { startApp } from '../app/app.ts';
import type { App } from '../app/app.ts';
import { featureMigrations, featuresFolder, findFeatures } from '../app/features.ts';
import type { FoundFeature } from '../app/features.ts';
import { platformMigrations } from '../app/platforms.ts';
import { readRoles } from '../app/roles.ts';
import type { Roles } from '../app/roles.ts';
import { serviceMigrations } from '../app/services.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { systemIds } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { silentLogger } from '../kernel/logger.ts';
import { loadConfig } from '../platform/config/index.ts';
import { TokenCounter } from '../platform/models/index.ts';
import type { MigrationSource } from '../platform/postgres/index.ts';
import { testDatabase } from './postgres.ts';
import type { TestDatabase } from './postgres.ts';
import type { ImageWork } from '../platform/media/index.ts';
import { sharedWork } from '../platform/media/testing/work.ts';
import { startFakeProviders } from './providers.ts';
import type { FakeProviders } from './providers.ts';

export interface TestBotOptions {
  /** Added to the settings file at its top level. */
  yaml?: string | ((people: People, emulator: Emulator, providers: FakeProviders) => string | Promise<string>);
  /** What test-model can do besides talking, such as `{ tools: true }`, in words of the settings. */
  testModel?: Readonly<Record<string, unknown>>;
  /** Further models of the fake provider: names of those that talk, or their settings. */
  otherModels?: readonly (string | FakeModel)[];
  /** False where a test writes more in a channel than Discord's rate limits allow, and is about something else. */
  paced?: boolean;
  /** Its database; by default a new one on the run's server. */
  database?: (options: { migrations: readonly MigrationSource[] }) => Promise<TestDatabase>;
  clock?: Clock;
  roles?: Roles;
  /** In addition to the bot's own. */
  features?: readonly FoundFeature[];
  /** Addresses of this machine that links may lead to. */
  allowAddresses?: readonly string[];
  logger?: Logger;
  /** In place of the one that all tests share. */
  imageWork?: ImageWork;
  /** False starts everything except the bot; call `start`. */
  start?: boolean;
}

/** A model of the fake provider, as the settings file describes it. */
export type FakeModel = Readonly<Record<string, unknown>> & { readonly name: string };

const talker = { contextTokens: 16000, maxOutputTokens: 4000 };
export const painter: FakeModel = { name: 'painter', abilities: ['draw'] };

/** Members of the seeded server: its owner, a moderator and two members. */
export type People = Record<'olivia' | 'milo' | 'alice' | 'bob', Person>;

/** The whole bot with the emulator, its own database and scripted providers. */
export interface TestBot extends Readonly<People> {
  readonly app: App;
  readonly emulator: Emulator;
  readonly providers: FakeProviders;
  readonly database: TestDatabase;
  readonly dataDir: string;
  /** Creates a channel for a test, with its own rate limit, and returns its name. */
  newChannel(): Promise<string>;
  start(): Promise<void>;
  /** Starts the bot once more on the same database, as another process would; the caller stops it. */
  another(roles: Roles): Promise<App>;
  /** Stops only the bot. */
  stop(): Promise<void>;
  /** Resolves when the bot has nothing left to do. */
  idle(): Promise<void>;
  /** Stops everything. Fails when a prepared answer was never used. */
  close(): Promise<void>;
}

/** Default sections of the settings file; a test's own section replaces one. */
const defaultSections: Readonly<Record<string, (providers: FakeProviders, models: readonly FakeModel[]) => string>> = {
  models: () => `
models:
  default: fake/test-model
  findOllama: false
`,
  /** The tests' model: an OpenAI-compatible server of their own. */
  providers: ({ openaiBaseUrl }, models) => `
providers:
  fake:
    type: openai-compatible
    baseUrl: ${openaiBaseUrl}
    apiKeys: [test-key]
    models: ${JSON.stringify(models)}
`,
  /** Tests may ask more in a minute than people; tests of limits set their own. */
  access: () => `
access:
  roles:
    member: { requestsPerMinute: null, requestsPerHour: null, tokensPerWeek: null }
`,
};

/** A test's own settings, plus the defaults of the sections that it leaves out. */
function settingsFile(own: string, providers: FakeProviders, { testModel, otherModels = [] }: TestBotOptions): string {
  const models = [
    { name: 'test-model', ...talker, ...testModel },
    ...otherModels.map((model) => (typeof model === 'string' ? { name: model, ...talker } : model)),
  ];
  const defaults = Object.entries(defaultSections).filter(([name]) => !new RegExp(`^${name}:`, 'm').test(own));
  return [...defaults.map(([, section]) => section(providers, models)), own].join('\n');
}

/** For all bots of the test process: its vocabularies take 0.3 s of processor time to load. Ends with the process. */
const counter = new TokenCounter();

export async function startTestBot(options: TestBotOptions = {}): Promise<TestBot> {
  const dataDir = await mkdtemp(join(tmpdir(), 'familiar-bot-'));
  const emulator = await startEmulator({ port: 0, dataDir: null });
  emulator.core.limits.enforce = options.paced ?? true;
  const providers = await startFakeProviders();
  const found = [...(await findFeatures(featuresFolder)), ...(options.features ?? [])];
  const database = await (options.database ?? testDatabase)({
    migrations: [...platformMigrations, ...serviceMigrations, ...featureMigrations(found)],
  });
  const people = await connectPeople(emulator);
  const yaml =
    typeof options.yaml === 'function' ? await options.yaml(people, emulator, providers) : (options.yaml ?? '');
  await writeFile(join(dataDir, 'familiar.yaml'), settingsFile(yaml, providers, options));
  const config = loadConfig({ env: environment(emulator, database, dataDir), folder: dataDir });
  let app: App | undefined;
  const startWith = (roles: Roles) =>
    startApp({
      config,
      roles,
      clock: options.clock ?? systemClock,
      ids: systemIds,
      random: { next: () => 0.5 },
      logger: options.logger ?? silentLogger,
      bot: { token: config.discord.token ?? '', apiBase: config.discord.apiBase },
      playground: false,
      stopGraceMs: 500,
      counter,
      databaseConnections: 4,
      imageWork: options.imageWork ?? sharedWork(),
      ...(options.features && { moreFeatures: options.features }),
      ...(options.allowAddresses && { allowAddresses: options.allowAddresses }),
      ...(options.paced === false && { refusalWindowMs: 0 }),
    });

  const bot: TestBot = {
    ...people,
    emulator,
    providers,
    database,
    dataDir,
    get app() {
      if (!app) throw new Error('The bot is not running.');
      return app;
    },
    newChannel: () => newChannel(emulator, Object.values(people)),
    start: async () => {
      app = await startWith(options.roles ?? readRoles([], undefined));
    },
    another: startWith,
    stop: async () => {
      await app?.stop();
      app = undefined;
    },
    idle: async () => bot.app.idle(),
    close: async () => {
      await bot.stop();
      for (const person of Object.values(people)) await person.close();
      const unused = providers.unused();
      await providers.close();
      await emulator.close();
      await database.close();
      await rm(dataDir, { recursive: true, force: true });
      if (unused.length > 0) throw new Error(`Prepared answers that nobody asked for: ${JSON.stringify(unused)}`);
    },
  };
  if (options.start !== false) await bot.start();
  return bot;
}

function environment(emulator: Emulator, database: TestDatabase, dataDir: string): NodeJS.ProcessEnv {
  const token = [...emulator.core.world.users.values()].find((user) => user.bot)?.token;
  return {
    DISCORD_TOKEN: token,
    DISCORD_API_BASE: `${emulator.origin}/api`,
    DATABASE_URL: database.url,
    FAMILIAR_DATA_DIR: dataDir,
    PORT: '0',
  };
}

async function connectPeople(emulator: Emulator): Promise<People> {
  const names = ['olivia', 'milo', 'alice', 'bob'] as const;
  const people = await Promise.all(names.map((name) => connectPerson(emulator.origin, name)));
  const [olivia, milo, alice, bob] = people as [Person, Person, Person, Person];
  return { olivia, milo, alice, bob };
}

let channelsMade = 0;

async function newChannel(emulator: Emulator, people: readonly Person[]): Promise<string> {
  channelsMade += 1;
  const name = `room-${channelsMade}`;
  const [guild] = emulator.core.world.guilds.values();
  const response = await fetch(`${emulator.origin}/_control/channels`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ guildId: guild?.id, name }),
  });
  const { id } = (await response.json()) as { id: string };
  for (const person of people) await person.until(`#${name}`, () => person.view.channels.get(id) ?? null);
  return name;
}
