import { join } from 'node:path';
import { systemClock } from '../kernel/clock.ts';
import { StartError } from '../kernel/errors.ts';
import type { Discord } from '../platform/discord/index.ts';
import { startHttp } from '../platform/http/index.ts';
import type { Pages } from '../platform/http/index.ts';
import type { Models } from '../platform/models/index.ts';
import { createMetrics } from '../platform/telemetry/index.ts';
import { loadTexts } from '../platform/texts/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import { checkAccessNames } from '../services/access/index.ts';
import type { AccessService, KnownNames } from '../services/access/index.ts';
import type { Limits } from '../services/limits/index.ts';
import { appCatalogue } from './app-texts.ts';
import { createClosers } from './closers.ts';
import type { Closers } from './closers.ts';
import { commandBodies } from './command-bodies.ts';
import { createCommandRegistry } from './commands.ts';
import type { CommandRegistry } from './commands.ts';
import { createChannelWork } from './channel-work.ts';
import { createCommandRunner } from './command-runner.ts';
import { checkComponentRights, createComponentRunner } from './component-runner.ts';
import { createDispatch } from './dispatch.ts';
import type { Dispatch } from './dispatch.ts';
import { checkEventIntents } from './event-intents.ts';
import { checkExtensionNames } from './extensions.ts';
import { createFailureTexts } from './failures.ts';
import { createFeatureContext, textsOf } from './feature-context.ts';
import { checkSubscriptions } from './feature-events.ts';
import { createFeatureApi } from './feature-routes.ts';
import { featureIntents, featureMigrations, featuresFolder, findFeatures, setUpFeatures } from './features.ts';
import type { FoundFeature, LoadedFeature } from './features.ts';
import { abortable } from '../kernel/abortable.ts';
import { createHealth } from './health.ts';
import { countJobs, metricsRoute } from './metrics.ts';
import { reportRefusedIntents } from './intents.ts';
import { openPlatforms } from './platforms.ts';
import type { PlatformOptions, Platforms } from './platforms.ts';
import type { ProviderNews } from './provider-news.ts';
import { reachText } from './reach.ts';
import { createPublicRefusals } from './public-refusals.ts';
import type { AccessGate } from './refusals.ts';
import { createRouteGuard } from './routes.ts';
import type { GuardedRoute } from './routes.ts';
import { openServices, serviceMigrations } from './services.ts';
import { ownSchedules } from './schedules.ts';
import { createUseLimits } from './use-limits.ts';
import { planWorker } from './worker.ts';

/** Running jobs get so long to finish when the process is asked to stop; stopping takes at most 10 s in all. */
const defaultStopGraceMs = 7000;

/** What people are being told when the process is asked to stop gets so long to reach them. */
const lastAnswersMs = 1000;
/** How long the start waits for Discord to have the commands. */
const registrationMs = 5000;

interface AppOptions extends PlatformOptions {
  /** True in the playground. */
  playground: boolean;
  /** Where the dashboard's pages are. */
  pages?: Pages;
  /** For tests of what features can do. */
  moreFeatures?: readonly FoundFeature[];
  /** For tests that are about something else: 0 puts every public refusal into words. */
  refusalWindowMs?: number;
  /** For tests that stop the bot while a provider holds an answer back, which no grace would end. */
  stopGraceMs?: number;
}

export interface App {
  /** Where every role answers `/health`, and the role api all else. */
  readonly port: number;
  readonly discord: Discord;
  readonly models: Models;
  readonly features: readonly LoadedFeature[];
  readonly routes: readonly GuardedRoute[];
  readonly access: AccessService;
  /** Tells the bot's owner which providers in use do not work; resolves within some 5 s. For after the start. */
  checkProviders(): Promise<void>;
  /** Resolves when every received event is handled and no job is running or due. For tests. */
  idle(): Promise<void>;
  /** Finishes or hands back what is running, within 10 s. */
  stop(): Promise<void>;
}

/** Puts the bot together and starts its roles. What was opened is closed again when a later step fails. */
export async function startApp(options: AppOptions): Promise<App> {
  const closers = createClosers();
  try {
    return await assemble(options, closers);
  } catch (error) {
    await closers.closeAll().catch((failure: unknown) => {
      options.logger.warn({ error: failure }, 'Closing after a failed start failed too.');
    });
    throw error;
  }
}

async function assemble(options: AppOptions, closers: Closers): Promise<App> {
  const { config, roles, signal } = options;
  signal?.throwIfAborted();
  const health = createHealth();
  const metrics = createMetrics();
  const routes = [health.route, ...(roles.api ? [metricsRoute(metrics)] : [])];
  const guard = createRouteGuard();
  const http = await startHttp({
    ...{ ...config.http, api: roles.api, routes: routes.map((route) => guard.guard(route)) },
    pages: roles.api ? options.pages : undefined,
  });
  closers.add(() => http.close());
  const found = [...(await findFeatures(featuresFolder)), ...(options.moreFeatures ?? [])];
  checkFeatureNames(Object.keys(config.features), found);
  const platforms = await openPlatforms(options, [...serviceMigrations, ...featureMigrations(found)], closers);
  const { discord, models, postgres, queue } = platforms;
  countJobs(metrics, queue);
  const setUpAll = await setUp(options, platforms, found, closers);
  const { features, commands, dispatch, accessGate, providerNews } = setUpAll;
  guard.opens(accessGate);
  const api = await createFeatureApi({ ...options, ...platforms, ...setUpAll });
  if (roles.api) http.serveApi(api);
  closers.add(() => stopFeatures(features));

  const worker = planWorker({ ...options, ...platforms, features, schedules: ownSchedules(platforms) });
  if (roles.queues.length > 0) await worker.start();
  closers.add(() => queue.stop(options.stopGraceMs ?? defaultStopGraceMs));
  if (roles.gateway) {
    closers.add(() => noLongerThan(lastAnswersMs, dispatch.idle()));
    closers.add(() => discord.gateway.stop());
    // The bot serves without them too: a registration that is slow or fails goes on by itself.
    const registered = noLongerThan(registrationMs, discord.registerCommands(commandBodies(commands, discord)));
    const statusText = options.playground ? reachText(config.providers, models.default) : undefined;
    await abortable(startGateway(options, discord, found, dispatch, statusText), signal);
    await abortable(registered, signal);
  }
  health.becomes(async () => {
    if (roles.gateway && !discord.gateway.connected) throw new Error('not connected to Discord');
    return postgres.trouble();
  });
  return {
    port: http.port,
    discord,
    models,
    features,
    routes,
    access: accessGate.access,
    checkProviders: () => providerNews.check(),
    idle: () => idle(platforms, dispatch),
    stop: () => closers.closeAll(),
  };
}

async function noLongerThan(delayMs: number, work: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = systemClock.after(delayMs, resolve);
  await Promise.race([work, late]);
  timer.cancel();
}

/** Throws a StartError for settings of a feature that does not exist. */
function checkFeatureNames(configured: readonly string[], found: readonly FoundFeature[]): void {
  const names = found.map(({ definition }) => definition.name);
  const unknown = configured.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new StartError(`features.${unknown}: there is no such feature. Features: ${names.join(', ')}.`);
  }
}

interface SetUp {
  features: readonly LoadedFeature[];
  commands: CommandRegistry;
  dispatch: Dispatch;
  accessGate: AccessGate;
  limits: Limits;
  textsOf: (feature: string) => Texts;
  providerNews: ProviderNews;
}

async function setUp(
  options: AppOptions,
  platforms: Platforms,
  found: readonly FoundFeature[],
  closers: Closers,
): Promise<SetUp> {
  const { config, ids, clock, logger } = options;
  const { discord, postgres } = platforms;
  const { prefix } = config.discord;
  const catalogues = found.map(({ definition, folder }) => ({
    name: definition.name,
    folder: join(folder, 'locales'),
  }));
  const texts = loadTexts([...catalogues, appCatalogue], config.instance.language);
  const appTexts = textsOf(texts, appCatalogue.name);
  const failures = createFailureTexts(appTexts, ids, logger);
  let features: readonly LoadedFeature[] = [];
  const services = await openServices(options, platforms, appTexts, closers, () => features);
  const publicRefusals = createPublicRefusals({ discord, clock, logger, windowMs: options.refusalWindowMs });
  let commands = createCommandRegistry([]);
  features = await setUpFeatures(found, (feature) =>
    createFeatureContext(
      {
        ...{ ...options, ...platforms, services, failures, publicRefusals, appTexts, texts },
        commands: () => commands.all,
        features: () => features,
      },
      feature,
    ),
  );
  checkSubscriptions(features);
  checkExtensionNames(features);
  checkEventIntents(features);
  commands = createCommandRegistry(
    features.flatMap((feature) => commandsOf(feature, texts)),
    features.flatMap((feature) => messageCommandsOf(feature, texts)),
    prefix,
  );
  checkAccessNames(config, namesOf(found, commands));

  const { access, audit, limits } = services;
  const accessGate: AccessGate = { access, audit, failures };
  const components = componentsOf(features, texts);
  checkComponentRights(components, commands);
  const useLimits = createUseLimits({ limits, db: postgres.db, clock });
  const shared = { ...accessGate, discord, clock, useLimits, registry: commands };
  const channelWork = createChannelWork(clock, logger);
  const dispatch = createDispatch({
    features,
    commands: createCommandRunner({ ...shared, publicRefusals, channelWork, prefix }),
    press: createComponentRunner({ ...shared, appTexts, components }),
    refusals: publicRefusals,
    logger,
  });
  const { providerNews } = services;
  return { features, commands, dispatch, accessGate, providerNews, limits, textsOf: (name) => textsOf(texts, name) };
}

function namesOf(found: readonly FoundFeature[], { all, onMessages }: CommandRegistry): KnownNames {
  const commands = [...all, ...onMessages].map(({ command }) => command.name);
  return { features: found.map(({ definition }) => definition.name), commands: [...new Set(commands)] };
}

function commandsOf({ definition, parts }: LoadedFeature, texts: ReadonlyMap<string, Texts>) {
  const catalogue = textsOf(texts, definition.name);
  return (parts.commands ?? []).map((command) => ({ feature: definition.name, command, texts: catalogue }));
}

function messageCommandsOf({ definition, parts }: LoadedFeature, texts: ReadonlyMap<string, Texts>) {
  const catalogue = textsOf(texts, definition.name);
  return (parts.messageCommands ?? []).map((command) => ({ feature: definition.name, command, texts: catalogue }));
}

function componentsOf(features: readonly LoadedFeature[], texts: ReadonlyMap<string, Texts>) {
  return new Map(
    features.flatMap(({ definition, parts }) =>
      Object.entries(parts.components ?? {}).map(([action, handler]) => [
        `${definition.name}/${action}`,
        { feature: definition.name, handler, texts: textsOf(texts, definition.name) },
      ]),
    ),
  );
}

async function startGateway(
  { logger }: AppOptions,
  discord: Discord,
  found: readonly FoundFeature[],
  dispatch: Dispatch,
  statusText: string | undefined,
): Promise<void> {
  await discord.gateway.start({
    intents: featureIntents(found),
    statusText,
    onIntentsRefused: (refused) => reportRefusedIntents(refused, found, logger),
    onDispatch: (event) => dispatch.event(event),
    onGuildJoined: (guild, systemChannelId) => dispatch.guildJoined(guild, systemChannelId),
    onSessionLost: (sinceMs) => dispatch.sessionLost(sinceMs),
  });
}

async function stopFeatures(features: readonly LoadedFeature[]): Promise<void> {
  for (const { parts } of features) await parts.stop?.();
}

/** A job may send messages and an event may add jobs, so both are waited for in turn until neither had anything. */
async function idle({ discord, queue }: Platforms, dispatch: Dispatch): Promise<void> {
  await discord.gateway.idle();
  await dispatch.idle();
  await queue.idle();
  await discord.gateway.idle();
}
