import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../kernel/clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { lockDataFolder, openPostgres } from '../platform/postgres/index.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import { auditMigrations, createAudit } from '../services/audit/index.ts';
import type { AuditEntry } from '../services/audit/index.ts';
import { grant } from '../testing/audit.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { testDatabase } from '../testing/postgres.ts';
import type { TestDatabase } from '../testing/postgres.ts';
import { loadAppTexts } from './app-texts.ts';
import { auditLine, readAuditRequest } from './audit-command.ts';
import { namesOf } from './audit-names.ts';

// Some run the whole program several times, which takes seconds each on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const DAY_MS = 86_400_000;
const launcher = join(import.meta.dirname, '../../bin/familiar.js');

describe('what familiar audit is asked', () => {
  it.each([
    [[], { query: {}, limit: 100, json: false }],
    [['--since', '7d'], { query: { sinceMs: NOW_MS - 7 * DAY_MS } }],
    [['--since=90m', '--until', '2h'], { query: { sinceMs: NOW_MS - 5_400_000, untilMs: NOW_MS - 7_200_000 } }],
    [['--since', '2026-11-01'], { query: { sinceMs: Date.UTC(2026, 10, 1) } }],
    [['--until', '2026-11-01T12:30'], { query: { untilMs: Date.UTC(2026, 10, 1, 12, 30) } }],
    [['--until', '2026-11-01T12:30:05Z'], { query: { untilMs: Date.UTC(2026, 10, 1, 12, 30, 5) } }],
    [
      ['--actor', 'command line', '--action', 'grant', '--target', '2', '--guild', '3'],
      { query: { actorId: 'command line', action: 'grant', targetId: '2', guildId: '3' } },
    ],
    [['--refused', '--limit', '5', '--json'], { query: { outcome: 'refused' }, limit: 5, json: true }],
    [['--done'], { query: { outcome: 'done' } }],
  ])('is read from %j', (args, expected) => {
    expect(readAuditRequest(args, NOW_MS)).toEqual({ limit: 100, json: false, ...expected });
  });

  it.each([
    [['--since', 'yesterday'], /--since must look like 7d, 2026-11-01 or 2026-11-01T12:30 \(UTC\), not "yesterday"/],
    [['--until', '2026-02-30'], /--until must look like/],
    [['--until', '2026-13-01'], /--until must look like/],
    [['--limit', 'all'], /--limit must be a whole number from 1, not "all"/],
    [['--limit', '0'], /--limit must be a whole number from 1/],
    [['--done', '--refused'], /only one can be given/],
    [
      ['--who', '1'],
      /There is no option "--who"\. Options: --since, --until, --actor.*`familiar audit --help` tells more/,
    ],
    [['--sinc', '1d'], /Did you mean --since\?/],
    [['--since'], /--since.*argument missing.*`familiar audit --help`/s],
    [['yesterday'], /I don't know what to do with "yesterday"/],
  ])('is refused as %j with what would be right', (args, message) => {
    expect(() => readAuditRequest(args, NOW_MS)).toThrow(message);
  });
});

describe('a line of familiar audit', () => {
  const texts = loadAppTexts('en');
  const home = '100000000000000001';
  const general = '200000000000000001';
  const thread = '200000000000000002';
  const staff = '300000000000000001';
  const names = namesOf(
    {
      people: new Map([
        ['1', 'Alice'],
        ['2', 'Bob'],
      ]),
      guilds: new Map([[home, 'Home']]),
      channels: new Map([
        [general, { name: 'general', guildId: home, parentId: null }],
        [thread, { name: null, guildId: home, parentId: general }],
      ]),
      roles: new Map([[staff, 'Staff']]),
    },
    texts.in(undefined),
  );
  const nowhere = { ...grant, id: 1, atMs: Date.UTC(2026, 10, 30, 14, 3), guildId: null, channelId: null, reason: '' };
  const line = (entry: Partial<AuditEntry>) => auditLine({ ...nowhere, ...entry }, names, texts);
  const at = '2026-11-30 14:03';

  it.each<[Partial<AuditEntry>, string]>([
    [{ reason: 'won' }, 'Alice gave Bob $0.50 of credits ($0 → $0.50). Reason: won.'],
    [
      { details: { unit: 'tokens', amount: -2000, before: 5000, after: 3000 }, guildId: home, channelId: general },
      'Alice took 2,000 bonus tokens from Bob (5,000 → 3,000) (in #general of Home).',
    ],
    [
      {
        ...{ action: 'set-budget', targetId: general, guildId: home, channelId: general },
        details: { scope: 'channel', period: 'month', by: 'instance', micros: 2e6, before: 5e6, after: 2e6 },
      },
      'Alice set the monthly budget of #general from $5 to $2.',
    ],
    [
      {
        ...{ action: 'set-budget', targetId: 'instance' },
        details: { scope: 'instance', period: 'day', by: 'instance', micros: null, before: 5e6, after: null },
      },
      'Alice reset the daily budget of everything from $5 to no limit.',
    ],
    [
      { action: 'set-allowance', targetId: 'instance', details: { before: 500_000, after: 1e6, micros: 1e6 } },
      "Alice set everyone's free money per day from $0.50 to $1.",
    ],
    [
      {
        ...{ action: 'set-price', targetId: 'openai/gpt-x' },
        details: { before: null, after: { inputPerMillion: 0.1, outputPerMillion: 2 } },
      },
      'Alice set the price of openai/gpt-x from unknown to $0.10 in and $2 out per million tokens.',
    ],
    [
      {
        ...{ action: 'set-listen', targetId: thread, guildId: home, channelId: thread },
        details: { before: false, after: true },
      },
      'Alice set answers in a thread of #general from what is addressed to the bot to everything.',
    ],
    [
      {
        ...{ action: 'set-server-model', targetId: home, guildId: home, channelId: general },
        details: { before: 'a/b', after: 'c/d', reset: false },
      },
      'Alice set the model of Home from a/b to c/d (in #general).',
    ],
    [
      { action: 'set-retention', targetId: home, guildId: home, details: { before: null, after: 30 } },
      'Alice set how long Home keeps what was written from forever to 30 days.',
    ],
    [
      {
        action: 'pause',
        actorId: 'familiar',
        targetId: home,
        guildId: home,
        reason: '3 calls',
        details: { untilMs: 0 },
      },
      'Familiar paused Home until 1970-01-01 00:00, because 3 calls.',
    ],
    [{ action: 'resume', targetId: 'instance', details: {} }, 'Alice ended the pause of everything.'],
    [
      {
        action: 'set-system-prompt',
        targetId: general,
        channelId: general,
        details: { scope: 'channel', prompt: null },
      },
      'Alice reset the system prompt of #general.',
    ],
    [
      { action: 'brand-new', details: { before: 1, role: staff } },
      'Alice did “brand-new” on Bob (before: 1, role: @Staff).',
    ],
  ])('tells an act with names, dollars and what changed: %#', (entry, told) => {
    expect(line(entry)).toBe(`${at} ${told}`);
  });

  it.each<[Partial<AuditEntry>, string]>([
    [
      {
        ...{ reason: 'refused.tightened.commands', guildId: home, channelId: general },
        details: { kind: 'command', feature: 'basics', name: 'ping', rule: `channel ${general}`, times: 2 },
      },
      'Bob was refused /ping: ping is switched off there (channel #general) (in #general of Home). 2 more times within a minute.',
    ],
    [
      {
        reason: 'refused.own.micros',
        details: { request: 'r', cap: '$0.50', left: '$0.10', needed: '$0.20', period: 'day', rule: 'role member' },
      },
      'Bob was refused an answer: $0.10 of money was left of their $0.50 for the day, and it could take $0.20 (role member).',
    ],
    [
      { reason: 'refused.unpriced', targetId: 'a/b', details: { model: 'a/b' } },
      'Bob was refused the model a/b: the price of a/b is unknown.',
    ],
    [{ reason: 'brand.new.reason', details: { request: 'r' } }, 'Bob was refused an answer: brand.new.reason.'],
  ])('tells a refusal with its reason: %#', (entry, told) => {
    expect(line({ outcome: 'refused', action: 'refused', actorId: '2', targetId: null, ...entry })).toBe(
      `${at} ${told}`,
    );
  });

  it('shows ids where names are not known', () => {
    const entry = { actorId: '9', targetId: '8', guildId: '7', channelId: '6' };
    expect(line(entry)).toBe(`${at} 9 gave 8 $0.50 of credits ($0 → $0.50) (in the channel 6 of the server 7).`);
  });

  it('stays one line that steers nothing, whatever the reason', () => {
    expect(line({ reason: 'a\nb\u001b[2Jc\u202ed' })).toContain('Reason: a\\u{a}b\\u{1b}[2Jc\\u{202e}d');
  });
});

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the program as a person would. */
function audit(folder: string, env: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, env: { PATH: process.env['PATH'], ...env } };
    execFile(process.execPath, [launcher, 'audit', ...args], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

describe('familiar audit', () => {
  let folder: string;
  let database: TestDatabase | undefined;
  let postgres: Postgres | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'familiar audit '));
    await chmod(folder, 0o711);
  });
  afterEach(async () => {
    await postgres?.close();
    await database?.close();
    postgres = undefined;
    database = undefined;
    await rm(folder, { recursive: true });
  });

  it('shows what was recorded, newest last, and says when there is more', async () => {
    database = await testDatabase({ migrations: [auditMigrations] });
    const clock = createManualClock(NOW_MS);
    const written = createAudit({ postgres: database.postgres, clock, logger: silentLogger });
    for (let number = 1; number <= 1_203; number += 1) {
      written.refused({ ...grant, actorId: String(number), reason: `refused ${number}` });
    }
    await written.close();
    await written.record(database.postgres.db, grant);
    const env = { DATABASE_URL: database.url };

    const newest = await audit(folder, env, '--refused', '--limit', '2');
    expect(newest.stdout.split('\n').map((line) => line.match(/refused \d+/)?.[0])).toEqual([
      'refused 1202',
      'refused 1203',
      undefined,
    ]);
    expect(newest).toMatchObject({ code: 0, stderr: 'There are older ones than these 2: ask for more by --limit.\n' });

    const all = await audit(folder, env, '--json', '--limit', '5000');
    const entries = all.stdout.trim().split('\n');
    expect(entries).toHaveLength(1_204);
    expect(JSON.parse(entries.at(-1) ?? '')).toEqual({ ...grant, id: 1_204, at: '2026-11-21T12:00:00.000Z' });

    const nothing = await audit(folder, env, '--actor', 'nobody');
    expect(nothing).toEqual({ code: 0, stdout: '', stderr: 'Nothing was found.\n' });
  });

  it('reads the built-in database beside a running bot and without one', async () => {
    const dataDir = join(folder, 'data');
    const lock = await lockDataFolder(dataDir);
    postgres = await openPostgres({ url: undefined, dataDir, logger: silentLogger });
    await postgres.migrate([auditMigrations]);
    await createAudit({ postgres, clock: systemClock, logger: silentLogger }).record(postgres.db, grant);
    const beside = await audit(folder, {});
    expect(beside.stdout).toContain('1 gave 2 $0.50 of credits');
    await postgres.ping();
    await postgres.close();
    await lock.release();
    const alone = await audit(folder, {});
    expect(alone.stdout).toBe(beside.stdout);
    expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
  });

  it('says what to do where the database of a running bot is out of reach', async () => {
    const dataDir = join(folder, 'data');
    const lock = await lockDataFolder(dataDir);
    await mkdir(join(dataDir, 'postgres'));
    await writeFile(join(dataDir, 'postgres/PG_VERSION'), '18\n');
    const gone = join(folder, 'socket of another container');
    await writeFile(join(dataDir, 'postgres/postmaster.pid'), `1\n${dataDir}/postgres\n0\n5432\n${gone}\n`);
    const { code, stderr } = await audit(folder, {});
    expect(stderr).toMatch(
      /^Familiar runs on .*data \(process \d+ on .+\), but its database .* Run this as the same user/,
    );
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
    await lock.release();
  });

  it('says what to do where there is nothing to read', async () => {
    const missing = await audit(folder, {});
    expect(missing.stderr).toMatch(/^There is no database in .*data yet\. Run/);
    expect(existsSync(join(folder, 'data'))).toBe(false);
    database = await testDatabase({ migrations: [] });
    const older = await audit(folder, { DATABASE_URL: database.url });
    expect(older.stderr).toMatch(/^This database has no audit yet\. Start/);
    const wrong = await audit(folder, {}, '--since', 'ever');
    expect(wrong.stderr).toMatch(/^--since must look like/);
    expect([missing.code, older.code, wrong.code]).toEqual([1, 1, 1]);
    expect(wrong.stderr).not.toMatch(/\n\s+at /);
  });

  it('explains its options', async () => {
    expect((await audit(folder, {}, '--help')).stdout).toMatch(/^Usage: familiar audit/);
  });
});
