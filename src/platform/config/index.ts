/**
 * The settings of an instance: `familiar.yaml` and the environment, checked once at start. The only place that reads
 * `process.env`. Values from the environment win over the file; providers that come from a key in the environment
 * fill in what the file leaves out.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, delimiter, join, resolve } from 'node:path';
import type { z } from 'zod';
import { errorMessage, StartError } from '../../kernel/errors.ts';
import { modelPatterns } from './access-schema.ts';
import { environmentDefaults, environmentOverrides, keyedProviders } from './environment.ts';
import type { EnvironmentSetting } from './environment.ts';
import { readApiKeys } from './http-schema.ts';
import type { ApiKey } from './http-schema.ts';
import { isSecretPath, parseSettings, settingsError } from './problems.ts';
import type { Origins } from './problems.ts';
import { promptFile } from './prompt-file.ts';
import { configSchema } from './schema.ts';
import type { Settings } from './schema.ts';
import { parseYamlFile } from './yaml-file.ts';
import type { Problem, SettingPath, YamlFile } from './yaml-file.ts';

export { abilities, drawModes } from './abilities.ts';
export type { Ability } from './abilities.ts';
export { accessSchema, builtInRoles, tighteningSchema } from './access-schema.ts';
export type { AccessSettings, RoleSettings, Tightening } from './access-schema.ts';
export type { BudgetsConfig } from './budgets-schema.ts';
export { drawingTypes } from './draw-schema.ts';
export { apiKeyOf } from './http-schema.ts';
export type { ApiKey } from './http-schema.ts';
export type { ModelConfig, ProviderConfig } from './schema.ts';
export { quirks } from './quirks.ts';
export type { Quirk } from './quirks.ts';
export { nearest } from './nearest.ts';

export interface Config extends Readonly<Settings> {
  /** The file that was read; null when there is none. */
  readonly file: string | null;
  /** The page in the browser runs when there is no Discord token. */
  readonly playground: Settings['playground'] & { enabled: boolean };
  /** Absolute. */
  readonly dataDir: string;
  readonly files: Settings['files'] & { /** Absolute. */ path: string };
  /** Those of `http.apiKeys` and the environment. */
  readonly apiKeys: readonly ApiKey[];
  /**
   * Parses the settings below `path` (`features.chat`) with a schema of the caller's; settings that are not written
   * count as `{}`. Throws a StartError that names file, line and column, as the rest of the file does.
   */
  section<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema>;
}

/** Loads `.env` of `folder` when there is one, without replacing variables that are set, and returns the environment. */
export function readEnvironment(folder = process.cwd()): NodeJS.ProcessEnv {
  const file = join(folder, '.env');
  if (existsSync(file)) {
    try {
      process.loadEnvFile(file);
    } catch (error) {
      throw new StartError(`${file} cannot be read: ${errorMessage(error)}`, { cause: error });
    }
  }
  return process.env;
}

/** Settings below a path (`features.chat`), checked by a schema of the caller's together with all else. */
export interface SettingsSection {
  path: string;
  schema: z.ZodType;
}

interface LoadOptions {
  env: NodeJS.ProcessEnv;
  folder: string;
  sections?: readonly SettingsSection[];
}

/** The folders of features beside the bot's own, from `FAMILIAR_FEATURES`: several are separated as in PATH. */
export function furtherFeatureFolders(env: NodeJS.ProcessEnv, folder: string): string[] {
  const named = (env['FAMILIAR_FEATURES'] ?? '').split(delimiter).map((path) => path.trim());
  return named.filter((path) => path !== '').map((path) => resolve(folder, path));
}

/**
 * Reads `FAMILIAR_CONFIG`, or `familiar.yaml` of `folder` when it exists. Relative paths start at `folder`. Throws a
 * StartError that lists every wrong setting with its place, what is allowed and what was probably meant.
 */
export function loadConfig({ env, folder, sections = [] }: LoadOptions): Config {
  const { file, yaml } = readFile(env, folder);
  const prompt = promptFile(env, folder);
  const overrides = [...environmentOverrides(env), ...prompt.settings];
  const tree = structuredClone(yaml.tree);
  const applied = overrides.filter((setting) => assign(tree, setting, 'replace'));
  for (const setting of environmentDefaults(env, tree)) {
    if (assign(tree, setting, 'keep')) applied.push(setting);
  }
  const origins = originsOf(yaml, applied);
  const problems = [...yaml.problems, ...prompt.problems];
  const settings = parseSettings(configSchema, tree, [], origins, problems);
  for (const { path, schema } of sections) {
    const steps = path.split('.');
    parseSettings(schema, valueIn(tree, steps) ?? {}, steps, origins, problems);
  }
  if (settings) {
    // A provider that is described wrongly is none that is missing.
    const written = valueIn(tree, ['providers']);
    const known = typeof written === 'object' && written !== null ? Object.keys(written) : [];
    for (const { path, id } of unknownProviders(settings, known)) {
      const names = known.join(', ') || 'none';
      const message = `${path.join('.')}: ${JSON.stringify(id)} names a provider that is not configured. Providers: ${names}.`;
      problems.push({ place: origins.placeOf(path), message });
    }
  }
  const apiKeys = settings
    ? readApiKeys(settings.http, env, (path, message) => {
        const full = ['http', 'apiKeys', ...path];
        problems.push({ place: origins.placeOf(full), message: `${full.join('.')}: ${message}.` });
      })
    : [];
  if (!settings || problems.length > 0) throw settingsError(trustworthy(problems, yaml.brokenFrom));
  return {
    ...settings,
    file,
    playground: { ...settings.playground, enabled: settings.discord.token === undefined },
    dataDir: resolve(folder, settings.dataDir),
    apiKeys,
    files: { ...settings.files, path: resolve(folder, settings.files.path ?? join(settings.dataDir, 'files')) },
    section: (path, schema) => readSection(tree, path, schema, origins),
  };
}

/** Every secret among the settings, for the logger to keep out of its lines. */
export function secretsOf(config: Config): string[] {
  const password = config.databaseUrl === undefined ? '' : new URL(config.databaseUrl).password;
  const keys = Object.values(config.providers).flatMap((provider) => provider.apiKeys);
  const { accessKeyId, secretAccessKey } = config.files.s3 ?? {};
  const bucket = [accessKeyId, secretAccessKey];
  const single = [
    ...bucket,
    config.discord.token,
    config.instanceKey,
    config.databaseUrl,
    password,
    decodeURIComponent(password),
  ];
  return [...keys, ...config.apiKeys.map(({ secret }) => secret), ...single].filter(
    (secret): secret is string => secret !== undefined && secret !== '',
  );
}

function readFile(env: NodeJS.ProcessEnv, folder: string): { file: string | null; yaml: YamlFile } {
  const named = env['FAMILIAR_CONFIG']?.trim();
  const file = named ? resolve(folder, named) : join(folder, 'familiar.yaml');
  if (!named && !existsSync(file)) return { file: null, yaml: parseYamlFile('familiar.yaml', '', env) };
  try {
    return { file, yaml: parseYamlFile(basename(file), readFileSync(file, 'utf8'), env) };
  } catch (error) {
    const hint = named ? ' (FAMILIAR_CONFIG names it)' : '';
    throw new StartError(`The settings file ${file} cannot be read${hint}: ${errorMessage(error)}`, { cause: error });
  }
}

/** Sets a value in the tree and says whether it did. A wrong kind of value in between is left for the schema to find. */
function assign(tree: Record<string, unknown>, setting: EnvironmentSetting, mode: 'replace' | 'keep'): boolean {
  let target = tree;
  for (const step of setting.path.slice(0, -1)) {
    const next = (target[step] ??= {});
    if (typeof next !== 'object' || Array.isArray(next)) return false;
    target = next as Record<string, unknown>;
  }
  const last = String(setting.path.at(-1));
  if (mode === 'keep' && target[last] !== undefined) return false;
  target[last] = setting.value;
  return true;
}

function originsOf(yaml: YamlFile, applied: readonly EnvironmentSetting[]): Origins {
  const variable = (path: SettingPath): string | undefined =>
    applied.find((setting) => setting.path.every((step, index) => path[index] === step))?.variable;
  const fromEnvironment = (path: SettingPath): string | undefined => {
    const name = variable(path);
    return name === undefined ? undefined : `environment ${name}`;
  };
  return {
    placeOf: (path) => fromEnvironment(path) ?? yaml.placeOf(path),
    placeOfKey: (path) => fromEnvironment(path) ?? yaml.placeOfKey(path),
    mayShow: (path) => !isSecretPath(path) && (variable(path) !== undefined || !yaml.substituted(path)),
  };
}

/** Models that the settings name of providers that do not exist. `demo` always does. */
function unknownProviders(settings: Settings, providers: readonly string[]): { path: SettingPath; id: string }[] {
  const named: { path: SettingPath; id: string }[] = [
    ...(settings.models.default === undefined ? [] : [{ path: ['models', 'default'], id: settings.models.default }]),
    ...settings.models.fallback.map((id, index) => ({ path: ['models', 'fallback', index], id })),
    ...Object.entries(settings.models.defaults).map(([ability, id]) => ({ path: ['models', 'defaults', ability], id })),
    ...(settings.budgets.downgrade
      ? [{ path: ['budgets', 'downgrade', 'model'], id: settings.budgets.downgrade.model }]
      : []),
  ];
  const providerOf = (id: string) => id.slice(0, id.indexOf('/'));
  const known = (id: string) => providerOf(id) === 'demo' || providers.includes(providerOf(id));
  const allowed = modelPatterns(settings.access)
    .map(({ path, pattern }) => ({ path: ['access', ...path], id: pattern }))
    // A pattern for a provider whose key is not set today allows nothing, which is no mistake.
    .filter(({ id }) => !providerOf(id).includes('*') && id !== '*' && !keyedProviders.includes(providerOf(id)));
  return [...named, ...allowed].filter(({ id }) => !known(id));
}

function valueIn(tree: Record<string, unknown>, steps: readonly string[]): unknown {
  let value: unknown = tree;
  for (const step of steps) value = (value as Record<string, unknown> | undefined | null)?.[step];
  return value;
}

/** Behind a fault of syntax nobody knows what was meant, nor whether what seems to be missing is. */
function trustworthy(problems: readonly Problem[], brokenFrom: number | undefined): Problem[] {
  if (brokenFrom === undefined) return [...problems];
  return problems.filter(({ place, message, syntax }) => {
    const line = Number(/:(\d+):\d+$/.exec(place)?.[1] ?? 0);
    return syntax === true || (line < brokenFrom && !/ is missing\b/.test(message));
  });
}

function readSection<Schema extends z.ZodType>(
  tree: Record<string, unknown>,
  path: string,
  schema: Schema,
  origins: Origins,
): z.output<Schema> {
  const steps = path.split('.');
  const problems: Problem[] = [];
  const parsed = parseSettings(schema, valueIn(tree, steps) ?? {}, steps, origins, problems);
  if (problems.length > 0) throw settingsError(problems);
  return parsed as z.output<Schema>;
}
