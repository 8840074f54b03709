import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startEmulator, type Emulator } from '../../emulator/index.ts';
import { connectPerson } from '../../emulator/testing/person.ts';
import { startFakeProviders } from '../testing/providers.ts';

// Each start makes a database, which takes several seconds on a busy machine, and some tests start four times.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const launcher = join(import.meta.dirname, '../../bin/familiar.js');

let emulator: Emulator;
let kept: string;
let folder: string;
let running: Bot[] = [];

beforeAll(async () => {
  emulator = await startEmulator({ port: 0, dataDir: null });
  kept = await mkdtemp(join(tmpdir(), 'familiar start kept '));
  await chmod(kept, 0o711);
});
afterAll(async () => {
  await emulator.close();
  await rm(kept, { recursive: true, force: true });
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'familiar start '));
  await chmod(folder, 0o711);
});
afterEach(async () => {
  for (const bot of running) await bot.end('SIGTERM');
  running = [];
  await rm(folder, { recursive: true, force: true });
});

interface Bot {
  readonly output: string;
  /** Resolves with the part of the output that matches. */
  says(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  send(signal: NodeJS.Signals): void;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** Runs the program as a person would, in `folder` with its data in `folder`/data. */
function run(env: NodeJS.ProcessEnv = {}, args: readonly string[] = ['start']): Bot {
  const token = [...emulator.core.world.users.values()].find((user) => user.bot)?.token;
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      DISCORD_TOKEN: token,
      DISCORD_API_BASE: `${emulator.origin}/api`,
      PORT: '0',
      ...env,
    },
  });
  let output = '';
  let more = Promise.withResolvers<void>();
  const onOutput = (text: Buffer) => {
    output += text.toString();
    more.resolve();
    more = Promise.withResolvers();
  };
  child.stdout.on('data', onOutput);
  child.stderr.on('data', onOutput);
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals]>;
  const ended = closed.then(([code, signal]) => code ?? signal);
  const bot: Bot = {
    get output() {
      return output;
    },
    says: async (pattern) => {
      for (;;) {
        const match = output.match(pattern);
        if (match) return match;
        if (child.exitCode !== null) throw new Error(`It ended without saying ${pattern}:\n${output}`);
        await Promise.race([more.promise, closed]);
      }
    },
    ended,
    send: (signal) => void child.kill(signal),
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
  running.push(bot);
  return bot;
}

/** With owners and rights as they are. */
const copy = (from: string, to: string) => promisify(execFile)('cp', ['-a', from, to]);

/** Of a bot that was stopped. */
const keep = () => copy(join(folder, 'data'), join(kept, 'data'));

/** Gives the test the data of a bot that was started before: making the database takes most of a first start. */
async function startedBefore(): Promise<void> {
  const data = join(kept, 'data');
  if (!existsSync(data)) {
    const first = run();
    await first.says(/is ready/);
    await first.end('SIGTERM');
    await keep();
  } else {
    await copy(data, join(folder, 'data'));
  }
}

/** Without a token the bot brings its own Discord. */
const inPlayground = { DISCORD_TOKEN: undefined, DISCORD_API_BASE: undefined, PLAYGROUND_PORT: '0' };

async function health(bot: Bot): Promise<unknown> {
  const [, address] = await bot.says(/Health\s+(http:\S+)/);
  return (await fetch(String(address))).json();
}

/** PostgreSQL removes it when it has stopped. */
const databaseRuns = () => existsSync(join(folder, 'data/postgres/postmaster.pid'));

async function listening(onConnection: () => void = () => {}): Promise<{ server: Server; port: number }> {
  const server = createServer(onConnection).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

describe('familiar start', () => {
  it('gets ready, keeps others off its folder, stops on SIGTERM and starts again, also after kill -9', async () => {
    const first = run();
    expect(await health(first)).toEqual({ status: 'ok' });

    const second = run();
    expect(await second.ended).toBe(1);
    expect(second.output).toMatch(/^Another Familiar \(process \d+ on .+\) is using the data folder .+data\. Stop it/);
    expect(second.output).not.toMatch(/\n\s+at /);

    expect(await first.end('SIGTERM')).toBe(0);
    expect(databaseRuns()).toBe(false);
    await keep();

    const again = run();
    expect(await health(again)).toEqual({ status: 'ok' });
    expect(await again.end('SIGKILL')).toBe('SIGKILL');

    const afterKill = run();
    expect(await health(afterKill)).toEqual({ status: 'ok' });
    // There is no terminal that could have been closed.
    afterKill.send('SIGHUP');
    expect(await health(afterKill)).toEqual({ status: 'ok' });
    // As npm and a terminal do, each of which sends it.
    for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM'] as const) afterKill.send(signal);
    expect(await afterKill.ended).toBe(0);
    expect(databaseRuns()).toBe(false);
  });

  it('answers with the model that .env names', async () => {
    await startedBefore();
    const providers = await startFakeProviders();
    const lines = [`OPENAI_BASE_URL=${providers.openaiBaseUrl}`, 'OPENAI_API_KEY=from-env', 'OPENAI_MODEL=some-model'];
    await writeFile(join(folder, '.env'), lines.join('\n'));
    providers.answer('who are you', { text: 'The model of the environment.' });
    const bot = run();
    await bot.says(/Model\s+compatible\/some-model/);
    const alice = await connectPerson(emulator.origin, 'alice');
    const botId = [...emulator.core.world.users.values()].find((user) => user.bot)?.id;
    await alice.says('#general', `<@${botId}> who are you?`);
    await alice.sees('The model of the environment.', { timeoutMs: 30_000 });
    expect(providers.requests[0]).toMatchObject({ apiKey: 'from-env', model: 'some-model' });
    await alice.close();
    await providers.close();
  });

  it('leaves nothing behind when it is stopped while it waits for Discord', async () => {
    await startedBefore();
    const called = Promise.withResolvers<void>();
    const { server, port } = await listening(called.resolve);
    const bot = run({ DISCORD_API_BASE: `http://127.0.0.1:${port}/api` });
    await called.promise;
    expect(databaseRuns()).toBe(true);
    expect(await bot.end('SIGTERM')).toBe(0);
    expect(databaseRuns()).toBe(false);
    server.close();
  });

  it('leaves nothing behind when it is stopped while it starts the database', async () => {
    const bot = run();
    while (!databaseRuns()) await delay(1);
    expect(await bot.end('SIGINT')).toBe(0);
    expect(databaseRuns()).toBe(false);
    expect(bot.output).not.toContain('is ready');
  });

  it('names a port that is taken', async () => {
    await startedBefore();
    const { server, port } = await listening();
    const bot = run({ PORT: String(port) });
    expect(await bot.ended).toBe(1);
    expect(bot.output).toBe(`Port ${port} is taken by another program. Stop it, or set PORT to another one.\n`);
    server.close();
  });

  it('names a port of the playground that is taken', async () => {
    await startedBefore();
    const { server, port } = await listening();
    const bot = run({ ...inPlayground, PLAYGROUND_PORT: String(port) });
    expect(await bot.ended).toBe(1);
    expect(bot.output).toMatch(new RegExp(`Port ${port} on .+ is taken.+ PLAYGROUND_PORT to another`));
    expect(bot.output).not.toMatch(/\n\s+at /);
    server.close();
  });

  it('prints an address that signs in to the dashboard, and keeps what a member wrote in the playground through kill -9', async () => {
    await startedBefore();
    const killed = run(inPlayground);
    const [, origin] = await killed.says(/Playground\s+(http:\S+)/);
    const [, bots, key] = await killed.says(/Dashboard\s+(http:\S+)\/dashboard#key=(\S+)/);
    const signedIn = await fetch(`${bots}/api/config/servers`, { headers: { authorization: `Bearer ${key}` } });
    expect(signedIn.status).toBe(200);
    const alice = await connectPerson(String(origin), 'alice');
    await alice.says('#general', 'Remember the milk');
    await alice.runs('limits');
    await alice.sees(({ embeds }) => /Pictures today[^]*\b200\b/.test(embeds[0]?.description ?? ''));
    expect(await killed.end('SIGKILL')).toBe('SIGKILL');
    await alice.close();

    const again = run(inPlayground);
    const [, newOrigin] = await again.says(/Playground\s+(http:\S+)/);
    const back = await connectPerson(String(newOrigin), 'alice');
    const written = await back.messages('#general');
    expect(written.map(({ content }) => content)).toContain('Remember the milk');
    await back.close();
  });

  it.each([
    ['a mistake of syntax', 'discord:\n  prefix: "!\n', /familiar\.yaml:\d+/],
    [
      'faults of several kinds, all at once',
      'discord:\n  prefx: "!"\nqueue:\n  maxAttempts: many\naccess:\n  roles:\n    staff: { commands: [hlep] }\nfeatures:\n  chat: { nonsense: 1 }\n  chatt: {}\n',
      new RegExp(
        [
          /^5 settings are wrong:[^]*:2:\d+ .*prefx.*prefix/,
          /:4:16 .*maxAttempts.*1 to 100/,
          /:7:\d+ .*Did you mean help\?/,
          /:9:\d+ .*nonsense/,
          /:10:3 .*Did you mean chat\?/,
        ]
          .map(({ source }) => source)
          .join('[^]*'),
      ),
    ],
  ])('says where the settings have %s', async (_, yaml, message) => {
    await writeFile(join(folder, 'familiar.yaml'), yaml);
    const bot = run();
    expect(await bot.ended).toBe(1);
    expect(bot.output).toMatch(message);
    expect(bot.output).not.toMatch(/\n\s+at /);
    expect(databaseRuns()).toBe(false);
  });
});

describe('the README', () => {
  it('has examples that work as they are written, and its doctor finds all well beside the running bot', async () => {
    await startedBefore();
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const examples = [...readme.matchAll(/^npm run familiar ([^#\n]+)/gm)].map(([, words = '']) =>
      words
        .trim()
        .split(/\s+/)
        .filter((word) => word !== '--'),
    );
    const names = new Set(examples.map(([name]) => name));
    expect([...names].sort()).toEqual(['audit', 'doctor', 'policy', 'start']);
    const all = run();
    await health(all);
    for (const args of examples.filter(([name]) => name !== 'start')) {
      const example = run({}, args);
      expect(await example.ended, `${args.join(' ')}: ${example.output}`).toBe(0);
      if (args[0] !== 'doctor') continue;
      expect(example.output).toMatch(/✓ Database: .* runs on it already \(process \d+ on/);
      expect(example.output).toContain('✓ Model to embed: demo/words');
    }
    await all.end('SIGTERM');
    // Roles apart, each at its turn, since the built-in database belongs to one process.
    for (const args of examples.filter(([name]) => name === 'start')) {
      const role = run({}, args);
      await role.says(/is ready/);
      expect(await role.end('SIGTERM'), args.join(' ')).toBe(0);
    }
  });
});
