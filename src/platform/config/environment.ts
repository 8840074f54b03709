import { keyVariables } from './files-schema.ts';
import type { SettingPath } from './yaml-file.ts';

/** One setting that an environment variable gives. */
export interface EnvironmentSetting {
  path: SettingPath;
  variable: string;
  value: unknown;
}

const variables: readonly (readonly [variable: string, ...path: string[]])[] = [
  ['DISCORD_TOKEN', 'discord', 'token'],
  ['DISCORD_API_BASE', 'discord', 'apiBase'],
  ['DATABASE_URL', 'databaseUrl'],
  ['FAMILIAR_DATA_DIR', 'dataDir'],
  ['FAMILIAR_KEY', 'instanceKey'],
  ['HOST', 'http', 'host'],
  ['PORT', 'http', 'port'],
  ['ALLOWED_HOSTS', 'http', 'allowedHosts'],
  ['PUBLIC_URL', 'http', 'publicUrl'],
  ['TRUST_PROXY', 'http', 'trustProxy'],
  ['PLAYGROUND_PORT', 'playground', 'port'],
  ['LOG_LEVEL', 'logLevel'],
  // For crash tests alone.
  ['FAMILIAR_CRASH_AT', 'crashAt'],
];

/** The value of a variable; one that is set to nothing counts as not set. */
export function readVariable(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  const value = env[variable]?.trim();
  return value === '' ? undefined : value;
}

/** Settings that win over the file. */
export function environmentOverrides(env: NodeJS.ProcessEnv): EnvironmentSetting[] {
  return variables.flatMap(([variable, ...path]) => {
    const value = readVariable(env, variable);
    return value === undefined ? [] : [{ path, variable, value }];
  });
}

/**
 * Providers that a key or an address in the environment is enough for, and the key of a bucket. They fill in what the file leaves out: a file
 * that describes the same provider wins, setting by setting.
 */
export function environmentDefaults(env: NodeJS.ProcessEnv, tree: Record<string, unknown>): EnvironmentSetting[] {
  return [
    ...openAi(env),
    ...hosted(env, 'anthropic', 'ANTHROPIC_API_KEY', { type: 'anthropic' }),
    ...openRouter(env),
    ...gemini(env),
    ...drawing(env),
    ...ollama(env, tree),
    ...bucketKey(env, tree),
  ];
}

/** Only where the file names a bucket: other programs read these variables, too. */
function bucketKey(env: NodeJS.ProcessEnv, tree: Record<string, unknown>): EnvironmentSetting[] {
  const files = tree['files'] as { s3?: unknown } | undefined | null;
  if (typeof files?.s3 !== 'object' || files.s3 === null) return [];
  return keyVariables.flatMap(([field, variable]) => {
    const value = readVariable(env, variable);
    return value === undefined ? [] : [setting(variable, value, 'files', 's3', field)];
  });
}

function setting(variable: string, value: unknown, ...path: string[]): EnvironmentSetting {
  return { path, variable, value };
}

/** Providers that a key or address in the environment makes. */
export const keyedProviders: readonly string[] = [
  ...['openai', 'anthropic', 'openrouter', 'compatible', 'ollama'],
  ...['replicate', 'stability', 'gemini', 'fal', 'automatic1111', 'comfyui'],
];

function hosted(
  env: NodeJS.ProcessEnv,
  name: string,
  variable: string,
  fixed: Record<string, unknown>,
): EnvironmentSetting[] {
  const key = readVariable(env, variable);
  if (key === undefined) return [];
  return [
    setting(variable, [key], 'providers', name, 'apiKeys'),
    ...Object.entries(fixed).map(([field, value]) => setting(variable, value, 'providers', name, field)),
  ];
}

/** Google's own clients read either variable. */
function gemini(env: NodeJS.ProcessEnv): EnvironmentSetting[] {
  const variable = readVariable(env, 'GEMINI_API_KEY') === undefined ? 'GOOGLE_API_KEY' : 'GEMINI_API_KEY';
  return hosted(env, 'gemini', variable, { type: 'gemini' });
}

function openRouter(env: NodeJS.ProcessEnv): EnvironmentSetting[] {
  return hosted(env, 'openrouter', 'OPENROUTER_API_KEY', {
    type: 'openai-compatible',
    baseUrl: 'https://openrouter.ai/api/v1',
  });
}

/** Providers that draw; those of one's own are named by their address. */
function drawing(env: NodeJS.ProcessEnv): EnvironmentSetting[] {
  const own = (type: string, variable: string): EnvironmentSetting[] => {
    const url = readVariable(env, variable);
    if (url === undefined) return [];
    return [setting(variable, type, 'providers', type, 'type'), setting(variable, url, 'providers', type, 'baseUrl')];
  };
  return [
    ...hosted(env, 'replicate', 'REPLICATE_API_TOKEN', { type: 'replicate' }),
    ...hosted(env, 'stability', 'STABILITY_API_KEY', { type: 'stability' }),
    ...hosted(env, 'fal', 'FAL_KEY', { type: 'fal' }),
    ...own('automatic1111', 'AUTOMATIC1111_URL'),
    ...own('comfyui', 'COMFYUI_URL'),
  ];
}

/** An address that is not OpenAI's makes the provider `compatible`; such servers often need no key. */
function openAi(env: NodeJS.ProcessEnv): EnvironmentSetting[] {
  const single = readVariable(env, 'OPENAI_API_KEY');
  const several = (readVariable(env, 'OPENAI_API_KEYS') ?? '').split(',').map((key) => key.trim());
  const keys = [...new Set([...(single === undefined ? [] : [single]), ...several.filter((key) => key !== '')])];
  const baseUrl = readVariable(env, 'OPENAI_BASE_URL');
  if (keys.length === 0 && baseUrl === undefined) return [];
  const keyVariable = single === undefined ? 'OPENAI_API_KEYS' : 'OPENAI_API_KEY';
  const foreign = baseUrl !== undefined && !isOpenAi(baseUrl);
  const name = foreign ? 'compatible' : 'openai';
  const settings = [
    setting(
      foreign ? 'OPENAI_BASE_URL' : keyVariable,
      foreign ? 'openai-compatible' : 'openai',
      'providers',
      name,
      'type',
    ),
    setting(keyVariable, keys, 'providers', name, 'apiKeys'),
  ];
  if (baseUrl !== undefined) settings.push(setting('OPENAI_BASE_URL', baseUrl, 'providers', name, 'baseUrl'));
  const model = readVariable(env, 'OPENAI_MODEL');
  if (model !== undefined) {
    settings.push(setting('OPENAI_MODEL', `${name}/${model}`, 'models', 'default'));
    settings.push(setting('OPENAI_MODEL', [{ name: model }], 'providers', name, 'models'));
  }
  return settings;
}

function isOpenAi(baseUrl: string): boolean {
  return URL.canParse(baseUrl) && /(^|\.)openai\.com$/.test(new URL(baseUrl).hostname);
}

/** Ollama is looked for on its default port unless the file describes it or `models.findOllama` is false. */
function ollama(env: NodeJS.ProcessEnv, tree: Record<string, unknown>): EnvironmentSetting[] {
  const host = readVariable(env, 'OLLAMA_HOST');
  const models = tree['models'] as { findOllama?: unknown } | undefined;
  if (host === undefined && models?.findOllama === false) return [];
  const variable = 'OLLAMA_HOST';
  return [
    setting(variable, 'ollama', 'providers', 'ollama', 'type'),
    setting(variable, ollamaUrl(host), 'providers', 'ollama', 'baseUrl'),
    setting(variable, host === undefined, 'providers', 'ollama', 'optional'),
    // A local server may load a large model from disk before its first word.
    setting(variable, 120_000, 'providers', 'ollama', 'timeouts', 'firstByteMs'),
  ];
}

/** `OLLAMA_HOST` is the server's own variable too, where it may be an address to listen on, without scheme or port. */
function ollamaUrl(host: string | undefined): string {
  if (host === undefined) return 'http://127.0.0.1:11434';
  const withScheme = host.includes('://') ? host : `http://${host}`;
  if (!URL.canParse(withScheme)) return host;
  const url = new URL(withScheme);
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.port === '' && !host.includes('://')) url.port = '11434';
  return url.origin;
}
