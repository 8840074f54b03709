import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { errorMessage, StartError } from '../kernel/errors.ts';
import { openSettings } from '../services/settings/index.ts';
import { testDatabase } from '../testing/postgres.ts';
import type { TestDatabase } from '../testing/postgres.ts';
import { platformMigrations } from './platforms.ts';
import { runPolicy } from './policy-command.ts';
import type { PolicyReport } from './policy-report.ts';

// Each question runs the whole program, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const guildId = '300000000000000001';
const artist = '500000000000000001';
const nina = '200000000000000001';
const olivia = '200000000000000002';

const yaml = `
instance: { administrators: [${olivia}] }
models: { findOllama: false }
providers:
  fake:
    type: openai-compatible
    baseUrl: https://models.example.org/v1
    apiKeys: [k]
    models: [{ name: large }, { name: small }]
prices: { models: { fake/large: { inputPerMillion: 2, outputPerMillion: 8 } } }
access:
  roles:
    member: { models: [fake/small], imagesPerDay: 2 }
    artist: { discordRoles: [${artist}], permissions: [ManageGuild], models: [fake/*], imagesPerDay: unlimited }
  guilds: { ${guildId}: { features: [basics, chat] } }
budgets: { instance: { monthUsd: 20 } }
`;

let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'familiar-policy-'));
  writeFileSync(join(folder, 'familiar.yaml'), yaml);
  database = await testDatabase({ migrations: platformMigrations });
  const settings = await openSettings(database.postgres);
  await settings.set('access', 'guild', guildId, 'imagesPerDay', 7);
  await settings.close();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database.close();
});

const launcher = join(import.meta.dirname, '../../bin/familiar.js');

/** Runs the command line as people do; `code` is its exit code. */
async function familiar(args: string[], env: Record<string, string> = {}) {
  const options = { cwd: folder, env: { PATH: process.env['PATH'], ...env } };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [launcher, 'policy', ...args], options);
    return { code: 0, stdout, stderr: '' };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

const report = async (args: string[], env?: Record<string, string>) =>
  JSON.parse((await familiar(['explain', ...args, '--json'], env)).stdout) as PolicyReport;

const named = (entries: readonly { name: string; allowed: boolean }[]) =>
  entries.filter(({ allowed }) => allowed).map(({ name }) => name);

describe('familiar policy explain', () => {
  it('tells models with prices, limits and budgets, each with its rule', async () => {
    const { code, stdout } = await familiar(['explain', '--user', nina, '--role', artist]);
    expect(code).toBe(0);
    const lines = stdout.split('\n').map((line) => line.trim().split(/ {2,}/).join(' | '));
    expect(lines).toContain(`role artist | Discord role ${artist}`);
    expect(lines).toContain('fake/large | yes | $2 in, $8 out (settings) | role artist');
    expect(lines).toContain('fake/small | yes | price unknown, so not used | role member');
    expect(lines).toContain('pictures a day | unlimited | role artist');
    expect(lines).toContain('tokens a week | 100,000 | default for members');
    expect(lines).toContain('help | yes | default for members');
    expect(lines).toContain('instance, month | $20.00 | settings');
    expect(stdout).toContain('What was set by command is left out: there is no database yet.');
  });

  it('counts no Discord roles in a direct message', async () => {
    const direct = await report(['--user', nina]);
    expect(direct).toMatchObject({ guildId: null, roles: [{ name: 'member' }] });
    expect(named(direct.models)).toEqual(['fake/small']);
  });

  it('takes the rules of the server, those by command too when the database can be reached', async () => {
    const there = ['--user', nina, '--guild', guildId, '--permission', 'ManageGuild'];
    const { features, roles, figures, notes, ranks } = await report(there, { DATABASE_URL: database.url });
    expect(roles[1]).toEqual({ name: 'artist', why: 'Discord permission' });
    expect(named(features)).toEqual(['basics', 'chat']);
    expect(ranks).toEqual(['everyone', 'guild-administrator']);
    expect(figures.find(({ name }) => name === 'imagesPerDay')).toMatchObject({
      value: 7,
      rule: `guild ${guildId}, by command`,
    });
    expect(notes).toEqual([]);
    expect((await report(there)).figures.find(({ name }) => name === 'imagesPerDay')?.value).toBeNull();
  });

  it('knows instance administrators', async () => {
    const { instanceAdministrator, figures, models } = await report(['--user', olivia]);
    expect(instanceAdministrator).toBe(true);
    expect(named(models)).toEqual(['fake/large', 'fake/small']);
    expect(figures.find(({ name }) => name === 'tokensPerWeek')?.value).toBe(500_000);
  });

  // Decided before any settings are read; a StartError is all that the command line then prints.
  it.each([
    [['explain'], /^--user is missing/],
    [['show', '--user', nina], /does one thing: explain/],
    [['explain', '--user', nina, '--gild', guildId], /^There is no option "--gild"\. Did you mean --guild\?/],
  ])('says what is wrong with %j', async (args, message) => {
    const refusal: unknown = await runPolicy(args).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StartError);
    expect(errorMessage(refusal)).toMatch(message);
  });

  it.concurrent.each([
    [['explain', '--user', 'nina'], /^--user takes an id of Discord/],
    [
      ['explain', '--user', nina, '--role', 'artist'],
      new RegExp(`The role artist of the settings goes with: ${artist}`),
    ],
    [['explain', '--user', nina, '--permission', 'ManageGild'], /Did you mean ManageGuild\?/],
  ])('says what is wrong with %j, given the settings', async (args, message) => {
    const { code, stderr } = await familiar(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });
});
