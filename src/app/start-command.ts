import { join } from 'node:path';
import type { ReachCheckpoint } from '../kernel/checkpoints.ts';
import { systemClock } from '../kernel/clock.ts';
import { StartError } from '../kernel/errors.ts';
import { systemIds } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import { systemRandom } from '../kernel/random.ts';
import { apiKeyOf, furtherFeatureFolders, loadConfig, readEnvironment, secretsOf } from '../platform/config/index.ts';
import type { Config } from '../platform/config/index.ts';
import { lockDataFolder } from '../platform/postgres/index.ts';
import { createLogger } from '../platform/telemetry/index.ts';
import { startApp } from './app.ts';
import type { App } from './app.ts';
import { anySpeaks } from './features.ts';
import { createClosers } from './closers.ts';
import type { Closers } from './closers.ts';
import { readCommandLine } from './command-line.ts';
import { featuresFolder, findFeatures, findFurtherFeatures } from './features.ts';
import type { FoundFeature } from './features.ts';
import { abortable } from '../kernel/abortable.ts';
import { ensurePage } from './page.ts';
import { settingSections } from './setting-sections.ts';
import { onStopSignal } from './stop-signals.ts';
import { startPlayground } from './playground.ts';
import type { Playground } from './playground.ts';
import { readRoles, rolesName } from './roles.ts';
import type { Roles } from './roles.ts';

const help = `Usage: familiar start [gateway] [worker] [api] [--queues <names>]

Runs the bot. Without names, one process does everything; with names, it plays these roles, and others play the rest on
the same database (DATABASE_URL). Without DISCORD_TOKEN, it opens a playground in the browser.

  gateway            listens to Discord
  worker             answers
  api                serves metrics, and later pages and an API
  --queues <names>   the queues that this worker takes jobs of: text, images, or both with a comma (both unless given)
  -h, --help         show this

Examples: npm start
          npm run familiar start worker -- --queues text
`;

/** The checkout. */
export const root = join(import.meta.dirname, '..', '..');

/** Stopping takes at most this long, whatever hangs. */
const stopWithinMs = 10_000;

export async function runStart(args: readonly string[]): Promise<void> {
  const given = readCommandLine('start', args, { queues: { type: 'string' } }, { words: true });
  if (given === 'help') {
    process.stdout.write(help);
    return;
  }
  const roles = readRoles(given.positionals, given.values.queues);
  const env = readEnvironment();
  const moreFeatures = await findFurtherFeatures(furtherFeatureFolders(env, process.cwd()));
  const sections = settingSections([...(await findFeatures(featuresFolder)), ...moreFeatures]);
  const config = loadConfig({ env, folder: process.cwd(), sections });
  const logger = createLogger({
    level: config.logLevel,
    pretty: process.stdout.isTTY,
    secrets: secretsOf(config),
  });
  const closers = createClosers();
  const stopping = new AbortController();
  const { signal } = stopping;
  const started = start({ config, roles, logger, closers, signal, moreFeatures });
  stopOnSignal(logger, async () => {
    stopping.abort();
    // What a start has begun to open can only be closed once it is open.
    await started.catch(() => {});
    await closers.closeAll();
  });
  try {
    await started;
  } catch (error) {
    if (signal.aborted) return;
    await closers.closeAll();
    throw error;
  }
}

interface Start {
  config: Config;
  roles: Roles;
  logger: Logger;
  /** What must be closed in the end, also when the start fails. */
  closers: Closers;
  /** Aborted when the process is asked to stop, also before it has started. */
  signal: AbortSignal;
  /** Beside the bot's own. */
  moreFeatures: readonly FoundFeature[];
}

async function start({ config, roles, logger, closers, signal, moreFeatures }: Start): Promise<void> {
  const lock = await lockDataFolder(config.dataDir, lockSlot(config, roles));
  closers.add(() => lock.release());
  const playground = await openPlayground({ config, roles, logger, closers, signal });
  const key = `${systemIds.uuid()}-${systemIds.uuid()}`;
  const app = await startApp({
    config: playground ? forPlayground(config, playground.administrators, key) : config,
    pages: { folder: join(root, 'web', 'dist'), prepare: () => ensurePage({ root, logger, signal }) },
    roles,
    clock: systemClock,
    ids: systemIds,
    random: systemRandom,
    logger,
    bot: playground?.bot ?? { token: config.discord.token ?? '', apiBase: config.discord.apiBase },
    playground: playground !== null,
    signal,
    moreFeatures,
    ...(config.crashAt && { checkpoint: crashAt(config.crashAt, logger) }),
  });
  closers.add(() => app.stop());
  const dashboard = `${addressOf(app, config)}/dashboard`;
  const signedIn = `${dashboard}#key=${key}`;
  playground?.offerDashboard(signedIn);
  if (signal.aborted) return;
  process.stdout.write(greeting(app, config, playground, playground ? signedIn : dashboard));
  // In the background: a provider that is silent delays nothing.
  if (roles.queues.length > 0)
    app.checkProviders().catch((error: unknown) => logger.warn({ error }, 'Checking the providers failed.'));
}

/** Images a day, for people who try it: the built-in model draws for nothing. */
const playgroundImages = 200;

/** Who runs the playground owns the bot, and opens its dashboard from there with a key of this process alone. */
function forPlayground(config: Config, owners: readonly string[], key: string): Config {
  const administrators = [...new Set([...config.instance.administrators, ...owners])];
  const apiKeys = [...config.apiKeys, apiKeyOf('playground', key, ['*'])];
  return { ...config, instance: { ...config.instance, administrators }, apiKeys, access: withImages(config.access) };
}

/** Unless the file says how many images some role has. */
function withImages(access: Config['access']): Config['access'] {
  const { default: everyones, roles } = access;
  if (Object.values(roles).some(({ imagesPerDay }) => imagesPerDay !== undefined)) return access;
  return { ...access, roles: { ...roles, [everyones]: { ...roles[everyones], imagesPerDay: playgroundImages } } };
}

/** Where a browser on this machine reaches the bot's own pages. */
function addressOf(app: App, { http }: Config): string {
  const host = ['0.0.0.0', '::'].includes(http.host) ? '127.0.0.1' : http.host;
  return `http://${host.includes(':') ? `[${host}]` : host}:${app.port}`;
}

/**
 * An embedded database belongs to one process. With a database of their own, processes of different roles may share the
 * folder, which then holds the key and the files.
 */
function lockSlot(config: Config, roles: Roles): string {
  return config.databaseUrl === undefined ? 'familiar' : rolesName(roles);
}

async function openPlayground({
  config,
  roles,
  logger,
  closers,
  signal,
}: Omit<Start, 'moreFeatures'>): Promise<Playground | null> {
  if (!config.playground.enabled) return null;
  if (!roles.gateway || !roles.api || roles.queues.length === 0) {
    throw new StartError('DISCORD_TOKEN is missing: the playground, which needs none, runs all roles in one process.');
  }
  const page = await abortable(ensurePage({ root, logger, signal }), signal);
  const playground = await startPlayground(config, page);
  closers.add(() => playground.close());
  return playground;
}

/** Ends the process as a power cut would: nothing is closed, nothing is said. */
function crashAt({ checkpoint, time }: NonNullable<Config['crashAt']>, logger: Logger): ReachCheckpoint {
  logger.warn({ checkpoint, time }, 'FAMILIAR_CRASH_AT is set: this process is going to kill itself, for a test.');
  let left = time;
  return (reached) => {
    if (reached !== checkpoint) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}

/** Stops in order when asked to, and at once when that takes too long or a person asks again. */
function stopOnSignal(logger: Logger, stop: () => Promise<void>): void {
  const giveUp = () => {
    logger.error({}, 'Stopping was cut short; what was running is taken up again at the next start.');
    process.exit(1);
  };
  const onStop = (signal: string) => {
    logger.info({ signal }, 'Stopping.');
    systemClock.after(stopWithinMs, giveUp);
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ error }, 'Stopping failed.');
        process.exit(1);
      },
    );
  };
  onStopSignal({ clock: systemClock, onStop, onRepeat: giveUp });
}

function greeting(app: App, config: Config, playground: Playground | null, dashboard: string): string {
  const model = app.models.default;
  const invite = app.discord.inviteUrl({ speaks: anySpeaks(app.features) });
  const lines = [
    '',
    `  ${app.discord.self.username} is ready.`,
    '',
    ...(playground ? [`  Playground   ${playground.origin}`] : [`  Invite me    ${invite}`]),
    `  Dashboard    ${dashboard}${playground || config.apiKeys.length > 0 ? '' : ' (asks for FAMILIAR_API_KEY, see .env.example)'}`,
    `  Health       http://${config.http.host}:${app.port}/health`,
    `  Model        ${model.id}${model.demo ? ' (built in; put a key into .env for a real one, see .env.example)' : ''}`,
    '',
    '',
  ];
  return lines.join('\n');
}
