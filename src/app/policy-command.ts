import { PermissionFlagsBits } from 'discord-api-types/v10';
import { systemClock } from '../kernel/clock.ts';
import { StartError, errorMessage } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import { systemRandom } from '../kernel/random.ts';
import { isSnowflake } from '../kernel/snowflake.ts';
import { loadConfig, nearest, readEnvironment } from '../platform/config/index.ts';
import type { Config } from '../platform/config/index.ts';
import { createModels } from '../platform/models/index.ts';
import { attachPostgres } from '../platform/postgres/index.ts';
import { createAccess } from '../services/access/index.ts';
import type { AccessPlace, Caller } from '../services/access/index.ts';
import { openBudgets } from '../services/budgets/index.ts';
import { createPrices } from '../services/prices/index.ts';
import { openSettings } from '../services/settings/index.ts';
import type { SettingsService } from '../services/settings/index.ts';
import { featuresFolder, findFeatures } from './features.ts';
import type { FoundFeature } from './features.ts';
import { readCommandLine } from './command-line.ts';
import { explain } from './policy-report.ts';
import { renderReport } from './policy-table.ts';
import { commandNamesOf, settingSections } from './setting-sections.ts';

const help = `Usage: familiar policy explain --user <id> [--guild <id>] [--channel <id>]
                               [--role <id> …] [--permission <name> …] [--json]

What a person may do, at what cost, and which rule says so. Ids are Discord's (Developer Mode, then Copy ID).

  --guild, --channel   where they ask; a thread counts as its channel. Without any of these: in a direct message
  --role               a Discord role that they have there; may be repeated
  --permission         a Discord permission that they have there, such as ManageGuild; may be repeated
  --user               whose rights to explain
  --json               for programs
  -h, --help           show this

Example: npm run familiar policy explain -- --user 123456789012345678 --permission ManageGuild
`;

const options = {
  user: { type: 'string' },
  guild: { type: 'string' },
  channel: { type: 'string' },
  role: { type: 'string', multiple: true },
  permission: { type: 'string', multiple: true },
  json: { type: 'boolean' },
} as const;

/** What was asked on the command line. */
interface Question {
  caller: Caller;
  place: AccessPlace;
  json: boolean;
}

/**
 * `familiar policy explain …`: prints what applies to a person. Needs no Discord; what was set by command is read from the
 * database when that can be reached. Throws a StartError for wrong arguments and wrong settings.
 */
export async function runPolicy(args: readonly string[]): Promise<void> {
  const given = readCommandLine('policy', args, options, { words: true });
  if (given === 'help') {
    process.stdout.write(help);
    return;
  }
  const { values, positionals } = given;
  if (positionals.join(' ') !== 'explain') throw new StartError(`familiar policy does one thing: explain.\n\n${help}`);
  if (values.user === undefined) throw new StartError(`--user is missing.\n\n${help}`);
  const found = await findFeatures(featuresFolder);
  const config = loadConfig({ env: readEnvironment(), folder: process.cwd(), sections: settingSections(found) });
  const question = readQuestion({ ...values, user: values.user }, config);
  const report = await answer(config, found, question);
  process.stdout.write(question.json ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report));
}

interface Values {
  user: string;
  guild?: string;
  channel?: string;
  role?: string[];
  permission?: string[];
  json?: boolean;
}

function readQuestion({ user, guild, channel, role = [], permission = [], json = false }: Values, config: Config) {
  checkIds('--user', [user], config);
  checkIds('--guild', [guild], config);
  checkIds('--channel', [channel], config);
  checkIds('--role', role, config);
  const direct = guild === undefined && channel === undefined && role.length === 0 && permission.length === 0;
  const question: Question = {
    caller: {
      userId: user,
      displayName: user,
      roleIds: role,
      permissions: direct ? null : permission.reduce((bits, name) => bits | readPermission(name), 0n),
      instanceAdministrator: config.instance.administrators.includes(user),
    },
    // Some server without settings of its own has no id.
    place: { guildId: direct ? null : (guild ?? ''), channelId: channel ?? '' },
    json,
  };
  return question;
}

function checkIds(option: string, values: readonly (string | undefined)[], config: Config): void {
  const wrong = values.find((value) => value !== undefined && !isSnowflake(value));
  if (wrong === undefined) return;
  const role = option === '--role' ? config.access.roles[wrong] : undefined;
  const hint = role ? ` The role ${wrong} of the settings goes with: ${role.discordRoles?.join(', ') ?? 'none'}.` : '';
  throw new StartError(`${option} takes an id of Discord (17 to 20 digits), not "${wrong}".${hint}`);
}

function readPermission(name: string): bigint {
  const bits: Readonly<Record<string, bigint>> = PermissionFlagsBits;
  const found = Object.hasOwn(bits, name) ? bits[name] : undefined;
  if (found !== undefined) return found;
  const meant = nearest(name, Object.keys(bits));
  throw new StartError(
    `There is no permission "${name}". ${meant === undefined ? `Permissions: ${Object.keys(bits).join(', ')}` : `Did you mean ${meant}?`}`,
  );
}

async function answer(config: Config, found: readonly FoundFeature[], { caller, place }: Question) {
  const features = found.map(({ definition }) => definition.name);
  const commands = found.flatMap((feature) =>
    commandNamesOf(feature).map((name) => ({ feature: feature.definition.name, name })),
  );
  const { providers, prices } = config;
  const models = await createModels({
    providers,
    prices: prices.models,
    models: config.models,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  });
  const stored = await openOverrides(config);
  try {
    const access = createAccess({
      config: config.access,
      administrators: config.instance.administrators,
      settings: stored.settings,
      parentOfThread: () => undefined,
    });
    const budgets = openBudgets({ config: config.budgets, settings: stored.settings, clock: systemClock });
    return await explain({
      ...{ caller, place, features, commands, access, budgets, config: config.access },
      personal: stored.note === undefined,
      models: models.list(),
      prices: createPrices({ config: prices, settings: stored.settings }),
      notes: stored.note === undefined ? [] : [stored.note],
    });
  } finally {
    await models.close();
    await stored.close();
  }
}

interface Overrides {
  settings: SettingsService;
  /** Why there are none, when they could not be read. */
  note?: string;
  close(): Promise<void>;
}

/** What was set by command, or nothing with the reason. */
async function openOverrides({ databaseUrl, dataDir }: Config): Promise<Overrides> {
  const without = (reason: string): Overrides => ({
    settings: noOverrides,
    note: `What was set by command is left out: ${reason}`,
    close: () => Promise.resolve(),
  });
  try {
    const postgres = await attachPostgres({ url: databaseUrl, dataDir, logger: silentLogger });
    if (!postgres) return without('there is no database yet.');
    try {
      const settings = await openSettings(postgres);
      return { settings, close: () => settings.close().finally(() => postgres.close()) };
    } catch (error) {
      await postgres.close();
      throw error;
    }
  } catch (error) {
    return without(errorMessage(error));
  }
}

const unwritable = () => Promise.reject(new Error('There is no database.'));

const noOverrides: SettingsService = {
  peek: () => undefined,
  all: () => new Map(),
  forUser: () => Promise.resolve({}),
  set: unwritable,
  replace: unwritable,
  onChange: () => () => undefined,
  exportUser: () => Promise.resolve([]),
  forgetUser: () => Promise.resolve(0),
  close: () => Promise.resolve(),
};
