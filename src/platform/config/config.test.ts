import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StartError } from '../../kernel/errors.ts';
import { loadConfig, nearest, readEnvironment, secretsOf } from './index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'familiar-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(yaml: string, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(join(folder, 'familiar.yaml'), yaml);
  return loadConfig({ env, folder });
}

function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(StartError);
    return (error as StartError).message;
  }
  throw new Error('expected a StartError');
}

describe('settings without a file', () => {
  it('have a default for everything', () => {
    const config = loadConfig({ env: {}, folder });
    expect(config.file).toBeNull();
    expect(config.dataDir).toBe(join(folder, 'data'));
    expect(config.http).toEqual({
      host: '127.0.0.1',
      port: 3000,
      allowedHosts: [],
      trustProxy: false,
      apiKeys: [],
      requestsPerMinute: 120,
    });
    expect(config.apiKeys).toEqual([]);
    expect(config.playground).toEqual({ port: 8080, enabled: true });
    expect(config.queue).toEqual({
      concurrency: { text: 64, images: 8 },
      waitingPerGuild: 50,
      waitingPerUser: 10,
      maxAttempts: 3,
    });
    expect(Object.keys(config.providers)).toEqual(['ollama']);
    expect(config.providers['ollama']).toMatchObject({ baseUrl: 'http://127.0.0.1:11434', optional: true });
  });

  it('come from the environment, where empty means not set', () => {
    const config = loadConfig({
      env: {
        DISCORD_TOKEN: 'abc',
        PORT: '0',
        HOST: '0.0.0.0',
        LOG_LEVEL: 'debug',
        DATABASE_URL: '',
        FAMILIAR_DATA_DIR: '/srv/familiar',
      },
      folder,
    });
    expect(config.discord.token).toBe('abc');
    expect(config.playground.enabled).toBe(false);
    expect(config.http).toMatchObject({ host: '0.0.0.0', port: 0, allowedHosts: [] });
    expect(config.logLevel).toBe('debug');
    expect(config.databaseUrl).toBeUndefined();
    expect(config.dataDir).toBe('/srv/familiar');
  });

  it('are the same for an empty file', () => {
    expect(load('# nothing yet\n').queue.maxAttempts).toBe(3);
  });
});

describe('quirks of a provider', () => {
  const yaml = (quirk: string) =>
    `providers: { p: { type: openai-compatible, baseUrl: 'http://127.0.0.1:1/v1', quirks: [${quirk}] } }`;

  it('are named in the settings, and the allowed ones when one is wrong', () => {
    expect(load(yaml('no-system-role')).providers['p']?.quirks).toEqual(['no-system-role']);
    const message = failure(() => load(yaml('no-sytem-role')));
    expect(message).toContain('providers.p.quirks.0: "no-sytem-role" is not allowed. Did you mean no-system-role?');
    expect(message).toContain('no-max-tokens, max-completion-tokens, no-stream-options');
  });
});

describe('the place where a crash test ends the process', () => {
  it('is a checkpoint, and which time it is reached', () => {
    expect(load('').crashAt).toBeUndefined();
    expect(load('', { FAMILIAR_CRASH_AT: 'stored' }).crashAt).toEqual({ checkpoint: 'stored', time: 1 });
    expect(load('', { FAMILIAR_CRASH_AT: 'streaming:12' }).crashAt).toEqual({ checkpoint: 'streaming', time: 12 });
  });

  it.each(['stord', 'stored:0', 'stored:2:3', 'stored:often'])('refuses %s and names the checkpoints', (value) => {
    const message = failure(() => load('', { FAMILIAR_CRASH_AT: value }));
    expect(message).toContain(`environment FAMILIAR_CRASH_AT  crashAt: "${value}" is not allowed.`);
    expect(message).toContain('Allowed: one of admitted, begun, held');
  });
});

describe('providers from the environment', () => {
  it('are made of a key', () => {
    const { providers } = loadConfig({
      env: { OPENAI_API_KEYS: 'a, b', OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'c', OPENROUTER_API_KEY: 'd' },
      folder,
    });
    expect(providers['openai']).toMatchObject({ type: 'openai', apiKeys: ['a', 'b'] });
    expect(providers['anthropic']).toMatchObject({ type: 'anthropic', apiKeys: ['c'] });
    expect(providers['openrouter']).toMatchObject({
      type: 'openai-compatible',
      apiKeys: ['d'],
      baseUrl: 'https://openrouter.ai/api/v1',
    });
  });

  it("are compatible ones when the address is not OpenAI's, with or without a key", () => {
    const config = loadConfig({ env: { OPENAI_BASE_URL: 'http://127.0.0.1:1234/v1', OPENAI_MODEL: 'llama' }, folder });
    expect(config.providers['compatible']).toMatchObject({
      type: 'openai-compatible',
      apiKeys: [],
      models: [{ name: 'llama' }],
    });
    expect(config.models.default).toBe('compatible/llama');
    expect(config.providers['openai']).toBeUndefined();
  });

  it('fill in what the file leaves out', () => {
    const config = load(
      'providers:\n  openai:\n    type: openai\n    models: [{ name: gpt-x }]\nmodels: { default: openai/gpt-x }\n',
      { OPENAI_API_KEY: 'key' },
    );
    expect(config.providers['openai']).toMatchObject({ apiKeys: ['key'], models: [{ name: 'gpt-x' }] });
    expect(config.models.default).toBe('openai/gpt-x');
  });

  it.each([
    ['192.168.1.5', 'http://192.168.1.5:11434'],
    ['0.0.0.0:11434', 'http://127.0.0.1:11434'],
    ['https://ollama.example.org', 'https://ollama.example.org'],
  ])('understand OLLAMA_HOST=%s', (host, baseUrl) => {
    const { providers } = loadConfig({ env: { OLLAMA_HOST: host }, folder });
    expect(providers['ollama']).toMatchObject({ baseUrl, optional: false });
  });

  it('leave Ollama alone when told so', () => {
    expect(load('models: { findOllama: false }').providers).toEqual({});
  });
});

describe('values in the file', () => {
  it('give way to the environment', () => {
    expect(load('http: { port: 4000 }', { PORT: '5000' }).http.port).toBe(5000);
  });

  it('replace ${NAME} by the variable, and $${NAME} by the text itself', () => {
    const config = load('dataDir: hello ${WHO} and $${WHO}\nhttp:\n  port: ${WEB_PORT}\n', {
      WHO: 'you',
      WEB_PORT: '4100',
    });
    expect(config.dataDir).toMatch(/hello you and \$\{WHO\}$/);
    expect(config.http.port).toBe(4100);
  });

  it('keep ids without quotes exact', () => {
    expect(load('instance:\n  administrators: [123456789012345678]').instance.administrators).toEqual([
      '123456789012345678',
    ]);
  });

  it('are handed to features, with their defaults', () => {
    const schema = z.object({ turns: z.number().default(8), name: z.string().default('x') });
    const config = load('features:\n  chat:\n    turns: 4\n');
    expect(config.section('features.chat', schema)).toEqual({ turns: 4, name: 'x' });
    expect(config.section('features.starboard', schema)).toEqual({ turns: 8, name: 'x' });
  });
});

it('the secrets among the settings can be told from the rest', () => {
  const env = {
    DISCORD_TOKEN: 'tok',
    OPENAI_API_KEYS: 'one,two',
    FAMILIAR_KEY: 'lock',
    DATABASE_URL: 'postgres://a:p%40ss@h/d',
  };
  expect(secretsOf(load('', env)).toSorted()).toEqual([
    'lock',
    'one',
    'p%40ss',
    'p@ss',
    'postgres://a:p%40ss@h/d',
    'tok',
    'two',
  ]);
});

describe('mistakes in the file', () => {
  it('are listed together, each with its place, what is allowed and what was probably meant', () => {
    const message = failure(() =>
      load(
        'discord:\n  prefx: "?"\n  shards: many\nhttp:\n  port: 99999\nlogLevel: inf\nproviders:\n  OpenAI: { type: openai }\n  mine:\n    type: openai\n    apiKeys: [k]\n    models:\n      - nam: x\n',
      ),
    );
    expect(message.split('\n')).toEqual([
      '7 settings are wrong:',
      '  familiar.yaml:2:3   discord.prefx: unknown setting. Did you mean prefix?',
      '  familiar.yaml:3:11  discord.shards: "many" is not allowed. Allowed: auto or a whole number from 1 to 16384.',
      '  familiar.yaml:5:9   http.port: 99999 is not allowed. Allowed: a whole number from 0 to 65535.',
      '  familiar.yaml:6:11  logLevel: "inf" is not allowed. Did you mean info? Allowed: debug, info, warn, error, silent.',
      '  familiar.yaml:8:3   providers.OpenAI: this name is not allowed. Allowed: lower-case letters, digits and dashes.',
      '  familiar.yaml:13:9  providers.mine.models.0.name: is missing. Allowed: text that is not empty.',
      '  familiar.yaml:13:9  providers.mine.models.0.nam: unknown setting. Did you mean name?',
    ]);
  });

  it('of syntax name line and column', () => {
    expect(failure(() => load('http:\n\tport: 1\n'))).toMatch(
      /familiar\.yaml:2:\d+ {2}a tab is used to indent; use spaces/,
    );
    expect(failure(() => load('http:\n  port: 1\n  port: 2\n'))).toContain(
      'familiar.yaml:3:3  this setting is written twice',
    );
    expect(failure(() => load('list: [1\nb: 2\n'))).toMatch(/familiar\.yaml:\d+:\d+ {2}\S/);
    expect(failure(() => load('- a\n'))).toContain('the file must hold settings');
    expect(failure(() => load('providers: { a: { type: openai, apiKeys: [${KEY}] } }', { KEY: 'x' }))).toContain(
      'with quotes',
    );
  });

  it('name a variable that is not set', () => {
    const message = failure(() => load('discord:\n  token: ${MY_TOKEN}\n'));
    expect(message).toContain('familiar.yaml:2:10  the environment variable MY_TOKEN is not set');
  });

  it('never show secrets', () => {
    const message = failure(() =>
      load(
        'databaseUrl: mysql://root:hunter2@host/db\ndiscord:\n  apiBase: ${SECRET}\nproviders:\n  a:\n    type: openai\n    apiKeys: ["", 77777]\n',
        { SECRET: 'topsecret' },
      ),
    );
    expect(message).toContain('databaseUrl: this value (not shown) is not allowed');
    expect(message).not.toMatch(/hunter2|topsecret|77777/);
  });

  it('in the environment name the variable', () => {
    expect(failure(() => load('', { PORT: '80 80' }))).toContain('environment PORT  http.port: "80 80" is not allowed');
    expect(failure(() => load('', { DATABASE_URL: 'mysql://a:b@c/d' }))).toContain('environment DATABASE_URL');
  });

  it('include a default model of a provider that is not there', () => {
    const message = failure(() => load('models: { default: opnai/gpt }', { OPENAI_API_KEY: 'k' }));
    expect(message).toContain(
      'familiar.yaml:1:20  models.default: "opnai/gpt" names a provider that is not configured. Providers: openai, ollama.',
    );
  });

  it('include models for other work that are none, or that do what nothing does', () => {
    const unknown = failure(() => load('models: { defaults: { embed: nowhere/embedder } }'));
    expect(unknown).toContain('models.defaults.embed: "nowhere/embedder" names a provider that is not configured');
    expect(failure(() => load('models: { defaults: { drow: openai/x } }'))).toContain('models.defaults.drow');
    const provider = 'providers: { p: { type: ollama, models: [{ name: x, abilities: [embedd] }] } }';
    expect(failure(() => load(provider))).toContain('"embedd" is not allowed. Did you mean embed?');
    const twoUnits = 'prices: { abilities: { p/x: { perMinute: 1, inputPerMillion: 1 } } }';
    expect(failure(() => load(twoUnits))).toContain(
      'exactly one of inputPerMillion, perMinute and perMillionCharacters',
    );
  });

  it("in a feature's settings are located too", () => {
    const config = load('features:\n  chat:\n    turnz: 4\n    model:\n      size: x\n');
    const schema = z.object({ turns: z.number().default(8), model: z.strictObject({ size: z.number() }).optional() });
    const message = failure(() => config.section('features.chat', schema));
    expect(message).toContain('familiar.yaml:3:5   features.chat.turnz: unknown setting. Did you mean turns?');
    expect(message).toContain('familiar.yaml:5:13  features.chat.model.size: "x" is not allowed. Allowed: a number.');
  });

  it('include a file that is not there', () => {
    expect(failure(() => loadConfig({ env: { FAMILIAR_CONFIG: 'other.yaml' }, folder }))).toContain(
      'other.yaml cannot be read (FAMILIAR_CONFIG names it)',
    );
  });
});

describe('what an owner starts from', () => {
  it('the example file loads and gives the defaults', () => {
    const example = new URL('../../../familiar.example.yaml', import.meta.url).pathname;
    const fromExample = loadConfig({ env: { FAMILIAR_CONFIG: example }, folder });
    const { file, section, ...settings } = fromExample;
    expect(file).toBe(example);
    expect(section).toBeTypeOf('function');
    const { file: none, section: alike, ...defaults } = loadConfig({ env: {}, folder });
    expect([none, typeof alike]).toEqual([null, 'function']);
    expect(settings).toEqual(defaults);
  });

  it('.env is read without replacing what is set, and need not exist', () => {
    expect(readEnvironment(folder)).toBe(process.env);
    writeFileSync(join(folder, '.env'), 'FAMILIAR_TEST_ONE=file\nFAMILIAR_TEST_TWO=file\n');
    process.env['FAMILIAR_TEST_TWO'] = 'shell';
    const env = readEnvironment(folder);
    expect([env['FAMILIAR_TEST_ONE'], env['FAMILIAR_TEST_TWO']]).toEqual(['file', 'shell']);
    delete process.env['FAMILIAR_TEST_ONE'];
    delete process.env['FAMILIAR_TEST_TWO'];
  });
});

describe('the nearest name', () => {
  it.each([
    ['concurency', ['concurrency', 'waitingPerGuild'], 'concurrency'],
    ['waiting_per_guild', ['concurrency', 'waitingPerGuild'], 'waitingPerGuild'],
    ['prot', ['host', 'port'], 'port'],
    ['elephant', ['host', 'port'], undefined],
  ])('of %s among %j is %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });
});

describe('several faults of different kinds in one file', () => {
  const faults = (yaml: string, sections?: Parameters<typeof loadConfig>[0]['sections']): string[] => {
    const folder = mkdtempSync(join(tmpdir(), 'familiar-faults-'));
    try {
      writeFileSync(join(folder, 'familiar.yaml'), yaml);
      loadConfig({ env: {}, folder, ...(sections && { sections }) });
      return [];
    } catch (error) {
      return (error as Error).message.split('\n').map((line) => line.trim());
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it('are told at once, each with its place and what is allowed', () => {
    const told = faults(
      [
        'logLevel: info',
        'logLevel: debug',
        'discrd: {}',
        'queue: { maxAttempts: many }',
        'providers:',
        '  studio: { type: openai-compatible }',
        'models: { default: nowhere/model }',
        'access:',
        '  default: membr',
        '  roles:',
        '    staff: { models: [gpt], inherits: nobody, tokensPerWek: 1 }',
        'budgets: { warnAt: [2] }',
        'features:',
        '  chatt: {}',
        '  chat: { size: big }',
      ].join('\n'),
      [{ path: 'features', schema: z.strictObject({ chat: z.strictObject({ size: z.number() }).optional() }) }],
    );
    const expected = [
      /^12 settings are wrong:/,
      /^familiar\.yaml:2:1 +this setting is written twice/,
      /^familiar\.yaml:3:1 +discrd: unknown setting\. Did you mean discord\?/,
      /^familiar\.yaml:4:23 +queue\.maxAttempts: "many" is not allowed\. Allowed: a whole number from 1 to 100/,
      /^familiar\.yaml:6:\d+ +providers\.studio: baseUrl is missing/,
      /^familiar\.yaml:7:20 +models\.default: "nowhere\/model" names a provider that is not configured/,
      /^familiar\.yaml:9:12 +access\.default: "membr" is not allowed\. Did you mean member\?/,
      /^familiar\.yaml:11:23 +access\.roles\.staff\.models\.0: "gpt" is not allowed\. Allowed: a model as provider\/model/,
      /^familiar\.yaml:11:39 +access\.roles\.staff\.inherits: "nobody" is not allowed/,
      /^familiar\.yaml:11:47 +access\.roles\.staff\.tokensPerWek: unknown setting\. Did you mean tokensPerWeek\?/,
      /^familiar\.yaml:12:21 +budgets\.warnAt\.0: 2 is not allowed\. Allowed: a share/,
    ];
    for (const [index, pattern] of expected.entries()) expect(told[index]).toMatch(pattern);
    expect(told.slice(expected.length).join('\n')).toMatch(
      /14:3 +features\.chatt: unknown setting\. Did you mean chat\?/,
    );
    expect(told.slice(expected.length).join('\n')).toMatch(/15:17 +features\.chat\.size: "big" is not allowed/);
  });

  it('are told as far as a fault of syntax leaves them clear', () => {
    const told = faults('discrd: {}\nqueue: { maxAttempts: many }\nprovider: [\nlogLevl: info\n');
    expect(told.join('\n')).toMatch(/1:1 +discrd: unknown setting/);
    expect(told.join('\n')).toMatch(/2:23 +queue\.maxAttempts: "many"/);
    expect(told.join('\n')).not.toContain('logLevl');
    expect(told.length).toBeGreaterThan(3);
  });

  it('say nothing of a setting that another fault made missing', () => {
    const told = faults(
      'providers:\n  studio: { type: openai-compatible, baseUrl: 5 }\nmodels: { default: studio/a }\n',
    );
    expect(told).toEqual([
      'One setting is wrong:',
      expect.stringMatching(/^familiar\.yaml:2:47 +providers\.studio\.baseUrl: 5 is not allowed/),
    ]);
  });
});
