import type { ReachCheckpoint } from '../kernel/checkpoints.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Random } from '../kernel/random.ts';
import type { Config } from '../platform/config/index.ts';
import { createDiscord, discordMigrations } from '../platform/discord/index.ts';
import type { Discord } from '../platform/discord/index.ts';
import { createFiles, filesMigrations, openBucket, openDisk } from '../platform/files/index.ts';
import type { Files } from '../platform/files/index.ts';
import { createImageWork } from '../platform/media/index.ts';
import type { ImageWork } from '../platform/media/index.ts';
import { createModels } from '../platform/models/index.ts';
import type { Models, TokenCounter } from '../platform/models/index.ts';
import { openPostgres } from '../platform/postgres/index.ts';
import type { MigrationSource, Postgres } from '../platform/postgres/index.ts';
import { createQueue, queueMigrations } from '../platform/queue/index.ts';
import type { Queue } from '../platform/queue/index.ts';
import { createVault, loadInstanceKey, secretsMigrations } from '../platform/secrets/index.ts';
import type { Vault } from '../platform/secrets/index.ts';
import { createWeb } from '../platform/web/index.ts';
import type { Web } from '../platform/web/index.ts';
import { openSettings, settingsMigrations } from '../services/settings/index.ts';
import type { SettingsService } from '../services/settings/index.ts';
import type { Closers } from './closers.ts';
import { abortable } from '../kernel/abortable.ts';
import { instanceId } from './instance.ts';
import { openSignals } from './signals.ts';
import { rolesName } from './roles.ts';
import type { Roles } from './roles.ts';
import type { Signals } from '../sdk/index.ts';

export interface PlatformOptions {
  config: Config;
  roles: Roles;
  clock: Clock;
  ids: Ids;
  random: Random;
  logger: Logger;
  /** The configured bot, or the playground's. */
  bot: { token: string; apiBase: string };
  /** Aborted when the process is asked to stop before it has started. */
  signal?: AbortSignal;
  /** That members' links may lead to although they are not public. For tests with servers on this machine. */
  allowAddresses?: readonly string[];
  /** Shared by the bots of one process, for tests that start many; the caller closes it. */
  counter?: TokenCounter | undefined;
  /** Of processes that work on images; the caller closes it. Its own unless given. */
  imageWork?: ImageWork | undefined;
  /** At most so many connections to the database besides the one for notifications. */
  databaseConnections?: number | undefined;
  /** Does nothing unless given. */
  checkpoint?: ReachCheckpoint;
}

/** Everything outside, opened. */
export interface Platforms {
  postgres: Postgres;
  settings: SettingsService;
  signals: Signals;
  vault: Vault;
  queue: Queue;
  models: Models;
  discord: Discord;
  web: Web;
  images: ImageWork;
  files: Files;
}

export const platformMigrations: readonly MigrationSource[] = [
  queueMigrations,
  secretsMigrations,
  settingsMigrations,
  discordMigrations,
  filesMigrations,
];

/** Opens the database, brings its tables up to date, and opens what rests on it. */
export async function openPlatforms(
  options: PlatformOptions,
  migrations: readonly MigrationSource[],
  closers: Closers,
): Promise<Platforms> {
  const { config, clock, ids, random, logger, signal } = options;
  const { dataDir, databaseUrl } = config;
  const postgres = await openPostgres({
    ...{ url: databaseUrl, dataDir, logger, poolSize: options.databaseConnections },
    ...(signal && { signal }),
  });
  closers.add(() => postgres.close());
  await abortable(postgres.migrate([...platformMigrations, ...migrations]), signal);
  const settings = await openSettings(postgres);
  closers.add(() => settings.close());
  const signals = await openSignals(postgres, clock, logger);
  closers.add(() => signals.close());
  const instanceKey = await loadInstanceKey({ dataDir, fromEnvironment: config.instanceKey });
  const queue = createQueue({
    postgres,
    clock,
    ids,
    random,
    logger,
    instanceId: `${instanceId(dataDir, ids)}/${rolesName(options.roles)}`,
    limits: config.queue,
  });
  const { allowAddresses = [] } = options;
  const web = createWeb({ clock, ports: config.web.ports, allowAddresses });
  const images = options.imageWork ?? createImageWork({ logger });
  if (!options.imageWork) closers.add(() => images.close());
  const { providers } = config;
  const models = await abortable(
    createModels({
      ...{ providers, models: config.models, clock, random, logger },
      ...{ web, painter: images, counter: options.counter },
      ...{ prices: config.prices.models, abilityPrices: config.prices.abilities },
    }),
    signal,
  );
  closers.add(() => models.close());
  const { shards } = config.discord;
  const discord = await abortable(createDiscord({ ...options.bot, shards, postgres, clock, random, logger }), signal);
  closers.add(() => discord.close());
  const vault = createVault({ instanceKey });
  const { path, s3 } = config.files;
  const byteStore = await abortable(s3 ? openBucket(s3, { clock, logger }) : openDisk(path), signal);
  const files = createFiles({ postgres, vault, byteStore, clock, ids, logger, limits: fileLimits(config.files) });
  return { postgres, settings, signals, vault, queue, models, discord, web, files, images };
}

function fileLimits({ maxFileMb, maxMbPerOwner, maxMb }: Config['files']) {
  const bytes = (megabytes: number | null) => (megabytes === null ? null : megabytes * 1_000_000);
  return { maxFileBytes: maxFileMb * 1_000_000, maxBytesPerOwner: bytes(maxMbPerOwner), maxBytes: bytes(maxMb) };
}
