/**
 * What adding a job costs the database server, with the money that is held for it in the same transaction: ours, which
 * checks limits, gives a turn and enters a lane, against graphile-worker, which has a named queue in place of the lane.
 */
import { readFileSync } from 'node:fs';
import { runMigrations } from 'graphile-worker';
import { sql } from 'kysely';
import pg from 'pg';
import { systemIds } from '../../src/kernel/ids.ts';
import type { Postgres, Tx } from '../../src/platform/postgres/index.ts';
import type { HoldRequest, Ledger } from '../../src/services/ledger/index.ts';
import { openLedger } from '../ledger/till.ts';
import type { AtEnd } from '../lib/clean-up.ts';
import { treeCpuMs } from '../lib/cpu-time.ts';
import type { Database } from '../lib/database.ts';
import { median } from '../lib/statistics.ts';
import type { Figure } from '../lib/statistics.ts';
import { openQueue, spec } from './familiar.ts';
import type { Process } from './familiar.ts';

const jobs = 400;
const rounds = 5;
const usersPerGuild = 10;

type Add = (tx: Tx, index: number) => Promise<unknown>;

/** Ours, theirs, and the hold alone, by turns on the same server. */
export async function costToServer(database: Database, atEnd: AtEnd): Promise<Figure[]> {
  const postgres = await database.another();
  const ledger = openLedger(postgres);
  const root = await serverPid(postgres);
  await installGraphile(database, atEnd);
  const process = openQueue(postgres, 'adding');
  const ways: Readonly<Record<'ours' | 'theirs' | 'hold', Add>> = {
    ours: (tx, index) => addOurs(process, tx, index),
    theirs: addTheirs,
    hold: () => Promise.resolve(),
  };
  const spent = { ours: [], theirs: [], hold: [] } as Record<keyof typeof ways, number[]>;
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, add] of Object.entries(ways) as [keyof typeof ways, Add][]) {
      const ms = await serverMs(root, () => addAll(postgres, ledger, add));
      // The first round warms caches and plans up.
      if (round >= 0) spent[name].push(ms / jobs);
    }
  }
  const [ours, theirs] = [median(spent.ours), median(spent.theirs)];
  return [
    { name: 'adding a job with its hold: server CPU', value: ours, unit: 'ms' },
    { name: 'the same, graphile-worker', value: theirs, unit: 'ms' },
    { name: 'the hold alone', value: median(spent.hold), unit: 'ms' },
    { name: 'server CPU of adding a job with its hold ÷ graphile-worker', value: ours / theirs, unit: '×', atMost: 1 },
  ];
}

async function installGraphile({ connection }: Database, atEnd: AtEnd): Promise<void> {
  const pgPool = new pg.Pool(connection);
  // A lost connection fails what uses it.
  pgPool.on('error', () => undefined);
  pgPool.on('connect', (client) => void client.on('error', () => undefined));
  atEnd(() => pgPool.end());
  await runMigrations({ pgPool });
}

/** The process that all others of the server are children of. */
async function serverPid({ db }: Postgres): Promise<number> {
  const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(db);
  const stat = readFileSync(`/proc/${rows[0]?.pid ?? 0}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

async function serverMs(root: number, work: () => Promise<void>): Promise<number> {
  const beforeMs = treeCpuMs([root]);
  await work();
  return treeCpuMs([root]) - beforeMs;
}

/** One after the other, as messages come: what waits for locks uses no CPU. */
async function addAll(postgres: Postgres, ledger: Ledger, add: Add): Promise<void> {
  for (let index = 0; index < jobs; index += 1) {
    await postgres.transaction(async (tx) => {
      const result = await ledger.admit(tx, holdFor(index));
      if (result.status !== 'held') throw new Error('Nothing was held.');
      await add(tx, index);
    });
  }
  await sql`TRUNCATE queue_job, graphile_worker._private_jobs, ledger_hold, ledger_meter`.execute(postgres.db);
}

async function addOurs({ queue }: Process, tx: Tx, index: number): Promise<void> {
  const result = await queue.enqueue(tx, spec(index, `channel ${index % 100}`));
  if (result.status !== 'queued') throw new Error(`A job was not queued: ${result.status}.`);
}

const addTheirs: Add = (tx, index) =>
  sql`
  SELECT graphile_worker.add_job('answer', payload => ${JSON.stringify({ answerId: systemIds.uuid() })}::json,
    queue_name => ${`channel ${index % 100}`}::text, job_key => ${systemIds.uuid()}::text)
`.execute(tx);

/** As a question in a channel of a server with budgets has it. */
function holdFor(index: number): HoldRequest {
  const userId = String(100_000 + (index % 200));
  const guildId = String(500_000 + (Math.floor(index / usersPerGuild) % 20));
  const channelId = String(600_000 + (index % 100));
  const cap = { unit: 'micros', period: 'day', cap: 1_000_000_000 } as const;
  const request = systemIds.uuid();
  return {
    key: `${request}#admission`,
    request,
    step: 'admission',
    attempt: 0,
    terms: {
      payerId: userId,
      guildId,
      channelId,
      allowances: [{ unit: 'micros', period: 'day', amount: 1_000_000_000, rule: 'bench' }],
      limits: [
        { ...cap, holder: { kind: 'instance', id: '' }, rule: 'instance' },
        { ...cap, holder: { kind: 'guild', id: guildId }, rule: 'guild' },
        { ...cap, holder: { kind: 'channel', id: channelId }, rule: 'channel' },
        { ...cap, holder: { kind: 'user', id: userId }, rule: 'user' },
      ],
    },
    wanted: { micros: 1_000 },
    expiresAtMs: Date.now() + 3_600_000,
  };
}
