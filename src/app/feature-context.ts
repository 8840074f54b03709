import { ByteBudget } from '../kernel/byte-budget.ts';
import { preparePicture, renderBarChart } from '../platform/media/index.ts';
import type { Texts } from '../platform/texts/index.ts';
import type { CommandInfo, FeatureContext } from '../sdk/index.ts';
import { callerOfMessage } from './calls.ts';
import type { FailureTexts } from './failures.ts';
import { featureConfigs } from './feature-configs.ts';
import { createFeatureSettings, instanceSettings } from './feature-settings.ts';
import { apiOf, extensionsOf } from './extensions.ts';
import { createFeatureEvents } from './feature-events.ts';
import { createFeatureJobs } from './feature-jobs.ts';
import { anySpeaks } from './features.ts';
import type { FoundFeature, LoadedFeature } from './features.ts';
import { readGuilds } from './guild-directory.ts';
import type { PublicRefusals } from './public-refusals.ts';
import type { PlatformOptions, Platforms } from './platforms.ts';
import type { Services } from './services.ts';

interface ContextOptions extends PlatformOptions, Platforms {
  services: Services;
  failures: FailureTexts;
  publicRefusals: PublicRefusals;
  /** Texts that belong to no feature. */
  appTexts: Texts;
  texts: ReadonlyMap<string, Texts>;
  playground: boolean;
  /** Asked when a feature asks, by when every feature is set up. */
  commands: () => readonly CommandInfo[];
  /** Empty until every feature is set up. */
  features: () => readonly LoadedFeature[];
}

/** Over all features of the process: a small machine has to hold it beside everything else. */
const fileBytes = new ByteBudget(64 * 1024 * 1024);

/** What one feature is handed; its settings are checked here, at start. */
export function createFeatureContext(
  options: ContextOptions,
  { definition }: FoundFeature,
): FeatureContext<Record<string, unknown>> {
  const { config, postgres, queue, signals, vault, web } = options;
  const { access, audit, budgets, ledger, limits, prices, privacy, spending } = options.services;
  const { name } = definition;
  const texts = textsOf(options.texts, name);
  const instance = instanceSettings(config, definition, options.playground);
  return {
    settings: createFeatureSettings(name, definition.settings, instance, options.settings),
    db: postgres.db,
    transaction: (run, options) => postgres.transaction(run, options),
    clock: options.clock,
    ids: options.ids,
    random: options.random,
    logger: options.logger.child({ feature: name }),
    checkpoint: options.checkpoint ?? (() => {}),
    discord: discordOf(options),
    models: options.models,
    generate: options.services.generations,
    jobs: createFeatureJobs({
      feature: name,
      queue,
      maxAttempts: config.queue.maxAttempts,
      features: options.features,
    }),
    events: createFeatureEvents(name, options.features),
    ...{ signals, vault, web },
    charts: { bars: renderBarChart },
    pictures: { prepare: preparePicture },
    images: options.images,
    fileBytes,
    files: options.files.of(name),
    spending,
    money: { ledger, budgets, prices },
    access,
    limits,
    audit,
    privacy,
    texts,
    commonTexts: options.appTexts,
    refuse: (message, content) => options.publicRefusals.tell(message, content),
    explain: (error) => options.failures.explain(error, texts, undefined, { feature: name }),
    callerOf: (message) => callerOfMessage(message, options.discord.cache, access.administrators),
    use: (api) => apiOf(options.features(), api),
    extensions: (kind) => extensionsOf(options.features(), options.texts, kind),
    commands: options.commands,
    configs: () => featureConfigs(options.features(), { ...options, textsOf: (of) => textsOf(options.texts, of) }),
    prefix: config.discord.prefix,
    publicUrl: config.http.publicUrl?.replace(/\/$/, ''),
  };
}

function discordOf({ discord, postgres, features }: ContextOptions): FeatureContext<unknown>['discord'] {
  return {
    self: discord.self,
    actions: discord.actions,
    cache: discord.cache,
    get inviteUrl() {
      return discord.inviteUrl({ speaks: anySpeaks(features()) });
    },
    messageContent: discord.messageContent,
    guilds: () => readGuilds(postgres),
  };
}

export function textsOf(texts: ReadonlyMap<string, Texts>, name: string): Texts {
  const found = texts.get(name);
  if (!found) throw new Error(`No texts were loaded for "${name}".`);
  return found;
}
