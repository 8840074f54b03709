import { sql } from 'kysely';
import { StartError, errorMessage } from '../kernel/errors.ts';
import { systemClock } from '../kernel/clock.ts';
import { systemIds } from '../kernel/ids.ts';
import { silentLogger } from '../kernel/logger.ts';
import { systemRandom } from '../kernel/random.ts';
import { abilities, loadConfig, readEnvironment } from '../platform/config/index.ts';
import type { Config } from '../platform/config/index.ts';
import { checkDiscord } from '../platform/discord/index.ts';
import { openBucket } from '../platform/files/index.ts';
import { abilityPriceLine, createModels, priceLine } from '../platform/models/index.ts';
import { attachPostgres, DataFolderInUse, lockDataFolder, openPostgres } from '../platform/postgres/index.ts';
import type { Models } from '../platform/models/index.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import { createLedger } from '../services/ledger/index.ts';
import { createPrices } from '../services/prices/index.ts';
import { readCommandLine } from './command-line.ts';
import { featureIntents, featuresFolder, findFeatures } from './features.ts';
import { settingSections } from './setting-sections.ts';

const help = `Usage: familiar doctor

Checks the settings, the database, the bucket for files, the ledger, Discord (token, intents, commands) and every provider, and says what to do
about what is wrong. Works while the bot runs, too. The exit code is 1 when something is wrong.

  -h, --help   show this

Example: npm run familiar doctor
`;

/** One thing that was looked at. */
interface Finding {
  ok: boolean;
  title: string;
  detail: string;
  /** What to do, when it is not ok. */
  fix?: string;
}

/** Checks everything that a start needs and prints one line each. The exit code is 1 when one fails. */
export async function runDoctor(args: readonly string[]): Promise<void> {
  if (readCommandLine('doctor', args, {}) === 'help') {
    process.stdout.write(help);
    return;
  }
  const findings = await examine();
  for (const finding of findings) {
    process.stdout.write(`${finding.ok ? '✓' : '✗'} ${finding.title}: ${finding.detail}\n`);
    if (!finding.ok && finding.fix !== undefined) process.stdout.write(`  → ${finding.fix}\n`);
  }
  if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
}

async function examine(): Promise<Finding[]> {
  let config: Config;
  try {
    const sections = settingSections(await findFeatures(featuresFolder));
    config = loadConfig({ env: readEnvironment(), folder: process.cwd(), sections });
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return [{ ok: false, title: 'Settings', detail: error.message }];
  }
  return [
    { ok: true, title: 'Settings', detail: config.file ?? 'no familiar.yaml; defaults and the environment' },
    await examineDatabase(config),
    ...(await examineBucket(config)),
    ...(await examineRemembered(config)),
    ...(await examineModels(config)),
  ];
}

/** Whether its key may list, write, read and delete. Nothing is said of files in a folder. */
export async function examineBucket({ files: { s3 } }: Pick<Config, 'files'>): Promise<Finding[]> {
  if (!s3) return [];
  const title = 'Files';
  const where = `bucket ${s3.bucket} at ${s3.endpoint}`;
  try {
    await openBucket(s3, { clock: systemClock, logger: silentLogger });
    return [{ ok: true, title, detail: s3.prefix === '' ? where : `${where}, below ${s3.prefix}` }];
  } catch (error) {
    return [{ ok: false, title, detail: errorMessage(error) }];
  }
}

/** What the database says, as far as there is one; one that cannot be reached has been told of. */
async function examineRemembered(config: Config): Promise<Finding[]> {
  const { databaseUrl: url, dataDir } = config;
  const postgres = await attachPostgres({ url, dataDir, logger: silentLogger }).catch(() => undefined);
  try {
    return [...(postgres ? await examineLedger(postgres) : []), ...(await examineDiscord(config, postgres))];
  } finally {
    await postgres?.close();
  }
}

async function examineDatabase(config: Config): Promise<Finding> {
  const where = config.databaseUrl === undefined ? `embedded, in ${config.dataDir}` : 'DATABASE_URL';
  try {
    const lock = await lockDataFolder(config.dataDir);
    try {
      const postgres = await openPostgres({ url: config.databaseUrl, dataDir: config.dataDir, logger: silentLogger });
      await postgres.ping().finally(() => postgres.close());
    } finally {
      await lock.release();
    }
    return { ok: true, title: 'Database', detail: where };
  } catch (error) {
    if (error instanceof DataFolderInUse) {
      const holder = error.holder ?? 'another process';
      return {
        ok: true,
        title: 'Database',
        detail: `${where}; Familiar runs on it already (${holder}), so it was left alone`,
      };
    }
    return { ok: false, title: 'Database', detail: errorMessage(error) };
  }
}

/** Nothing is said where there are no books yet. */
async function examineLedger(postgres: Postgres): Promise<Finding[]> {
  const { rows } = await sql<{ there: boolean }>`SELECT to_regclass('ledger_hold') IS NOT NULL AS there`.execute(
    postgres.db,
  );
  if (!rows[0]?.there) return [];
  const faults = await createLedger({ postgres, clock: systemClock, ids: systemIds, logger: silentLogger }).verify();
  const named = faults.map(({ account, unit, stored, folded }) => `${account} has ${stored} ${unit}, not ${folded}`);
  return [
    faults.length === 0
      ? { ok: true, title: 'Ledger', detail: 'every account equals its entries' }
      : {
          ok: false,
          title: 'Ledger',
          detail: named.join('; '),
          fix: 'please report this with the line above: it must never happen',
        },
  ];
}

async function examineDiscord(config: Config, postgres: Postgres | undefined): Promise<Finding[]> {
  const { token, apiBase } = config.discord;
  if (token === undefined) {
    return [{ ok: true, title: 'Discord', detail: 'no DISCORD_TOKEN: the playground in the browser' }];
  }
  const intents = featureIntents(await findFeatures(featuresFolder));
  return checkDiscord({ token, apiBase, intents, db: postgres?.db });
}

async function examineModels(config: Config): Promise<Finding[]> {
  const models = await createModels({
    providers: config.providers,
    models: config.models,
    prices: config.prices.models,
    abilityPrices: config.prices.abilities,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  });
  try {
    const statuses = await models.check();
    const providers = statuses.map(({ provider, state, detail }) => ({
      ok: state !== 'down',
      title: `Provider ${provider}`,
      detail,
    }));
    const used = [models.default.id, ...config.models.fallback].flatMap((id) => models.find(id) ?? []);
    const unpriced = used.filter(({ prices }) => prices === null).map(({ id }) => id);
    return [
      ...providers,
      ...[...new Set(unpriced)].map((id) => ({
        ok: false,
        title: `Price of ${id}`,
        detail: 'unknown, so it is not used',
        fix: `add it to familiar.yaml, in US dollars per million tokens:\n${priceLine(id)}`,
      })),
      { ok: true, title: 'Model', detail: `${models.default.id} answers unless another is chosen` },
      ...examineAbilities(config, models),
    ];
  } finally {
    await models.close();
  }
}

/** What the settings name for work that is no conversation; the rest is chosen by itself and said only where it exists. */
function examineAbilities(config: Config, models: Models): Finding[] {
  const prices = createPrices({
    config: config.prices,
    settings: { peek: () => undefined, set: () => Promise.resolve() },
  });
  return abilities.flatMap((ability): Finding[] => {
    const title = `Model to ${ability}`;
    const model = models.abilities.defaultOf(ability);
    const wanted = config.models.defaults[ability];
    if (wanted !== undefined && model?.id !== wanted) {
      const fix = `name another under models.defaults.${ability} in familiar.yaml, or leave it out`;
      return [{ ok: false, title, detail: `${wanted} is named, but its provider can't ${ability}`, fix }];
    }
    if (!model) return [];
    const priced = prices.ofUse(model, { tokens: 1, seconds: 1, characters: 1, images: { count: 1 }, estimated: true });
    if (priced !== undefined) return [{ ok: true, title, detail: model.id }];
    const detail = `${model.id}: its price is unknown, so it is not used`;
    // What nobody asked for by name is no fault.
    return [{ ok: wanted === undefined, title, detail, fix: `add it to familiar.yaml:\n${abilityPriceLine(model)}` }];
  });
}
